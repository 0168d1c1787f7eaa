// What the desk's pages can do beyond forms: show what is new without being loaded again, a soft tone for new urgent cases,
// and sending a message without leaving the page. Everything works without this file, too.

const policy = window.trustedTypes?.createPolicy("desk", { createHTML: (html) => html });
const banner = document.getElementById("banner");
const pageTitle = document.title;

// -- parts of the page, replaced by what the server rendered --------------------------------------------------------------

// What the server last sent for an element: what a person has opened, typed or chosen since does not count as a change.
const sources = new WeakMap();

function remember(element) {
  for (const one of [element, ...element.querySelectorAll("[id]")]) sources.set(one, one.outerHTML);
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

function inUse(element) {
  const active = document.activeElement;
  return element.contains(active) && active.matches("input, select, textarea");
}

function update(old, fresh) {
  const html = fresh.outerHTML;
  if (sources.get(old) === html) return;
  const children = [...fresh.children];
  if (children.length && children.every((child) => child.id)) {
    mergeChildren(old, children);
  } else {
    if (inUse(old)) return;
    old.replaceChildren(...fresh.childNodes);
    for (const one of old.querySelectorAll("[id]")) sources.set(one, one.outerHTML);
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  sources.set(old, html);
}

function mergeChildren(parent, children) {
  const wanted = new Set(children.map((child) => child.id));
  for (const child of [...parent.children]) if (!wanted.has(child.id)) child.remove();
  for (const node of [...parent.childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
  let cursor = parent.firstElementChild;
  for (const child of children) {
    const known = [...parent.children].find((one) => one.id === child.id && one.tagName === child.tagName);
    if (known) {
      update(known, child);
      if (known === cursor) cursor = cursor.nextElementSibling;
      else parent.insertBefore(known, cursor);
    } else {
      remember(child);
      parent.insertBefore(child, cursor);
    }
  }
}

function showPart(id, html) {
  const part = document.getElementById(id);
  if (!part) return;
  const focused = document.activeElement?.id;
  const log = document.getElementById("chat-log");
  const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const fresh = parsed(html);
  const children = [...fresh.children];
  if (children.every((child) => child.id)) mergeChildren(part, children);
  else part.replaceChildren(fresh);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  if (atEnd) toEnd();
  if (id === "case-status") checkReply();
}

function toEnd() {
  const log = document.getElementById("chat-log");
  if (log) log.scrollTop = log.scrollHeight;
}

// The message form stands outside the live parts, so that nothing typed is ever lost. Where the chat has come to us or has
// gone to somebody else, the page is loaded again, unless something was typed.
function checkReply() {
  const line = document.getElementById("status-line");
  const form = document.getElementById("reply");
  if (!line || (line.dataset.write === "1") === Boolean(form)) return;
  if (form?.elements.text.value) say(line.dataset.changed);
  else location.reload();
}

// -- listening ------------------------------------------------------------------------------------------------------------

function say(text, action) {
  if (!banner) return;
  banner.replaceChildren(text);
  if (action) banner.append(" ", action);
}

let stream;
let silent;

function listen(address) {
  stream = new EventSource(address);
  const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("part", ({ id, html }) => showPart(id, html));
  on("loud", ({ ids }) => loud(ids));
  on("trouble", () => say(banner.dataset.trouble));
  on("well", () => say(""));
  on("expiring", () => {
    const button = document.createElement("button");
    button.textContent = banner.dataset.stay;
    button.addEventListener("click", stay);
    say(banner.dataset.expiring, button);
  });
  on("staying", () => say(""));
  on("ended", ended);
  stream.onopen = () => {
    clearTimeout(silent);
    silent = undefined;
    if (banner.textContent === banner.dataset.notLive) say("");
  };
  stream.onerror = () => {
    // A proxy or a restart breaks the line; the browser tries again by itself, but not after a refusal.
    silent ??= setTimeout(() => say(banner.dataset.notLive), 3000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(address), 5000);
  };
}

function ended() {
  stream?.close();
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.textContent = banner.dataset.signIn;
  say(banner.dataset.ended, link);
  document.title = `! ${banner.dataset.ended}`;
  chime();
}

let stayed = Date.now();

async function stay() {
  stayed = Date.now();
  const form = document.getElementById("stay-form");
  if (form) await post(form.action, new URLSearchParams(new FormData(form))).catch(() => undefined);
}

function post(address, body) {
  return fetch(address, { method: "POST", body, headers: { "X-Desk": "script" }, redirect: "manual" });
}

// -- new urgent cases -------------------------------------------------------------------------------------------------------

const soundButton = document.getElementById("sound");
let audio;
let unseen = 0;

function soundIsOn() {
  return localStorage.getItem("desk-sound") === "on";
}

function chime() {
  if (!soundIsOn() || !audio || audio.state !== "running") return;
  // Two soft tones, a third apart, that swell and fade: heard across a room, and no alarm.
  [523.25, 659.25].forEach((frequency, number) => {
    const begin = audio.currentTime + number * 0.28;
    const tone = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.12, begin + 0.08);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 1);
  });
}

function loud(ids) {
  const known = new Set((sessionStorage.getItem("desk-loud") ?? "").split(" "));
  const fresh = ids.filter((id) => !known.has(id));
  sessionStorage.setItem("desk-loud", ids.join(" "));
  if (!fresh.length) return;
  unseen += fresh.length;
  const place = document.getElementById("new-urgent");
  if (place) {
    place.textContent = place.dataset.words;
    document.title = `${place.dataset.title.replace("{count}", unseen)} – ${pageTitle}`;
  }
  chime();
}

function seen() {
  if (unseen) document.title = pageTitle;
  unseen = 0;
}

function wake() {
  if (soundIsOn()) audio ??= new AudioContext();
  if (audio?.state === "suspended") audio.resume();
}

function showSound() {
  soundButton.setAttribute("aria-pressed", String(soundIsOn()));
  soundButton.textContent = soundIsOn() ? soundButton.dataset.on : soundButton.dataset.off;
}

// -- forms that are sent in place ---------------------------------------------------------------------------------------------

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sendInPlace(form) {
  const problem = document.getElementById("problem");
  const button = form.querySelector("button");
  const text = form.elements.text;
  const sent = text.value;
  button.disabled = true;
  try {
    const answer = await post(form.action, new URLSearchParams(new FormData(form)));
    if (answer.status === 401) return ended();
    const words = answer.headers.get("content-type") === "application/json" ? (await answer.json()).problem : form.dataset.failed;
    problem.replaceChildren(answer.ok ? "" : note(words));
    // The same key until it is known to be stored: sending again is then no second message.
    if (answer.ok) {
      if (text.value === sent) text.value = "";
      if (form.elements.key) form.elements.key.value = newKey();
    }
  } catch {
    problem.replaceChildren(note(form.dataset.failed));
  } finally {
    button.disabled = false;
    text.focus();
  }
}

function note(words) {
  const paragraph = document.createElement("p");
  paragraph.className = "problem";
  paragraph.textContent = words;
  return paragraph;
}

for (const form of document.querySelectorAll("form[data-in-place]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendInPlace(form);
  });
}

const reply = document.getElementById("reply");
if (reply) {
  let told = 0;
  reply.elements.text.addEventListener("input", () => {
    if (Date.now() - told < 3000 || !reply.elements.text.value) return;
    told = Date.now();
    post(reply.dataset.typing, new URLSearchParams({ csrf: reply.elements.csrf.value })).catch(() => undefined);
  });
  document.getElementById("canned").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = reply.elements.text;
    const ready = event.target.elements.canned.selectedOptions[0].dataset.text;
    text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${ready}` : ready;
    text.focus();
  });
}

// -- a call -------------------------------------------------------------------------------------------------------------------

const intake = document.getElementById("intake");
if (intake) {
  let waiting;
  let changes = 0;
  const check = async () => {
    const asked = changes;
    try {
      const answer = await post(intake.dataset.check, new URLSearchParams(new FormData(intake)));
      // What was typed meanwhile is checked next; an older answer would put old words back.
      if (answer.ok && asked === changes) showPart("intake-danger", await answer.text());
      if (answer.status === 401) ended();
    } catch {
      say(banner.dataset.notLive);
    }
  };
  intake.addEventListener("input", () => {
    changes += 1;
    clearTimeout(waiting);
    waiting = setTimeout(check, 400);
  });
  document.getElementById("check").hidden = true;
  // A call is not to be lost by a slip.
  let leaving = false;
  intake.addEventListener("submit", () => (leaving = true));
  addEventListener("beforeunload", (event) => {
    if (changes && !leaving) event.preventDefault();
  });
}

// -- begin --------------------------------------------------------------------------------------------------------------------

for (const part of document.querySelectorAll("[data-part]")) {
  for (const one of part.querySelectorAll("[id]")) sources.set(one, one.outerHTML);
}
toEnd();
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
if (soundButton) {
  soundButton.hidden = false;
  showSound();
  soundButton.addEventListener("click", () => {
    localStorage.setItem("desk-sound", soundIsOn() ? "off" : "on");
    wake();
    showSound();
    setTimeout(chime, 100);
  });
}
for (const hand of ["pointerdown", "keydown"]) {
  addEventListener(hand, () => {
    wake();
    seen();
    if (document.body.dataset.live && Date.now() - stayed > 60000) stay();
  });
}
if (document.body.dataset.live) listen(document.body.dataset.live);
