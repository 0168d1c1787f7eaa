// The chat. Texts become DOM nodes, never HTML. No words here: they come with the page, from words.yml and content/.

const chat = document.getElementById("chat");
const log = document.getElementById("log");
const status = document.getElementById("status");
const suggestions = document.getElementById("suggestions");
const form = document.getElementById("form");
const box = document.getElementById("message");
const words = chat.dataset;

// Milliseconds. The server answers within 12 s, whatever Rasa does; this is for a network that is gone.
const PATIENCE = 20000;
// A web address (a full stop after it is not part of it), or the numbers that a text says to call: "call 112 or 999".
const LINK = /(https:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])|\b(?:call|phone|on|or|number) \(?\+?\d[\d -]+\d(?:(?:, | or )\d+)*/gi;
const NUMBER = /(\+?\d[\d -]+\d)/;
const TO_CALL = /^(call|phone)\s/i;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function link(address, text) {
  const made = element("a", "", text);
  made.href = address;
  return made;
}

// The text as nodes: addresses and numbers to call become links.
function linked(text) {
  const nodes = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const [found, address] = match;
    nodes.append(text.slice(end, match.index));
    end = match.index + found.length;
    if (address) {
      const page = link(address, address);
      // A new tab: leaving this one would lose the chat.
      page.target = "_blank";
      page.rel = "noopener noreferrer";
      page.append(element("span", "unseen", ` (${words.newTab})`));
      nodes.append(page);
    } else {
      const parts = found.split(NUMBER);
      nodes.append(...parts.map((part, i) => (i % 2 ? link(`tel:${part.replace(/[ -]/g, "")}`, part) : part)));
    }
  }
  nodes.append(text.slice(end));
  return nodes;
}

// Paragraphs at blank lines, a list where lines begin with "- ".
function paragraphs(text) {
  const nodes = document.createDocumentFragment();
  for (const block of text.trim().split(/\n\s*\n/).filter(Boolean)) {
    let open = null;
    for (const line of block.split("\n")) {
      const item = line.startsWith("- ");
      const kind = item ? "UL" : "P";
      if (open?.tagName !== kind) {
        open = element(kind);
        nodes.append(open);
      } else if (!item) {
        open.append(element("br"));
      }
      if (item) {
        const entry = element("li");
        entry.append(linked(line.slice(2)));
        open.append(entry);
      } else {
        open.append(linked(line));
      }
    }
  }
  return nodes;
}

function show(sender, text, { trouble = false } = {}) {
  const message = element("div", `message ${sender}`);
  const bubble = element("div", "bubble");
  message.append(element("p", "sender", words[sender]), bubble);
  if (sender === "you") {
    message.tabIndex = -1;
    bubble.append(element("p", "typed", text));
  } else if (TO_CALL.test(text)) {
    message.classList.add("important");
    const firstSentence = text.match(/^[^]*?[.!?](?=\s|$)/)?.[0] ?? text;
    const first = element("p", "first");
    first.append(linked(firstSentence));
    bubble.append(element("p", "flag", words.important), first, paragraphs(text.slice(firstSentence.length)));
  } else {
    if (trouble) message.classList.add("trouble");
    bubble.append(paragraphs(text));
  }
  log.append(message);
  return message;
}

function suggest(buttons) {
  suggestions.replaceChildren(
    ...buttons.map(({ title, payload }) => {
      const button = element("button", "", title);
      button.type = "button";
      button.value = payload;
      return button;
    }),
  );
}

// What came back for `text`: messages to show, and whether it went through. Never throws.
async function ask(text) {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), PATIENCE);
  try {
    const response = await fetch("/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ message: text }),
      signal: gone.signal,
    });
    const answer = await response.json();
    if (response.ok) return { messages: answer.messages, failed: answer.trouble };
    return { messages: [{ text: answer.text, buttons: [] }], failed: true, tooLong: response.status === 413 };
  } catch {
    return { messages: [{ text: words.trouble, buttons: [] }], failed: true };
  } finally {
    clearTimeout(timer);
  }
}

let waiting = 0;
let turns = Promise.resolve();

function write(count) {
  waiting += count;
  if (waiting && !status.firstChild) {
    const dots = element("span", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(element("i"), element("i"), element("i"));
    status.append(words.writing, dots);
  } else if (!waiting) {
    status.replaceChildren();
  }
}

// One after the other, so that answers come in order; yet nobody has to wait before writing on.
function send(text) {
  suggest([]);
  const mine = show("you", text);
  write(+1);
  mine.scrollIntoView({ block: "nearest" });
  turns = turns.then(async () => {
    const { messages, failed, tooLong } = await ask(text);
    write(-1);
    for (const message of messages) show("assistant", message.text, { trouble: failed });
    if (tooLong) {
      // Nothing typed is lost: it can be shortened.
      if (!box.value) box.value = text;
      fit();
    } else {
      suggest(failed ? [{ title: words.again, payload: text }] : messages[messages.length - 1].buttons);
    }
    // The question at the top, its answer from its first line below.
    mine.scrollIntoView({ block: "start" });
  });
  return mine;
}

function fit() {
  box.rows = Math.min(5, Math.max(1, box.value.split("\n").length, Math.ceil(box.value.length / 45)));
}

function submit(event) {
  event.preventDefault();
  const text = box.value.trim();
  box.focus();
  if (!text) return;
  box.value = "";
  fit();
  send(text);
}

form.addEventListener("submit", submit);

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});

box.addEventListener("input", fit);

suggestions.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  // The button goes; from the person's own message the next Tab leads into the answer.
  if (button) send(button.value).focus({ preventScroll: true });
});

for (const part of document.querySelectorAll(".linkify")) part.replaceChildren(linked(part.textContent));
document.getElementById("no-chat").hidden = true;
chat.hidden = false;
