// The messages on the screen, in the order of their places in the chat; those not sent yet come last.

import { el, fill } from "./dom.js";
import { linked, paragraphs, webLink } from "./text.js";

/** Said at once by a screen reader, whatever it is reading. */
const ALARMS = new Set(["emergency", "crisis", "safeguarding", "urgent"]);
/** Looks like danger, and waits its turn. */
const WARNINGS = new Set(["soon"]);
const FIRST_SENTENCE = /^[^]*?[.!?](?=\s|$)/;

export class Log {
  #list;
  #words;
  #locale;
  #entries = new Map();
  #sending = new Map();

  /** `history`: messages that come now are old, and not announced. */
  history = true;

  constructor(list, words, locale) {
    this.#list = list;
    this.#words = words;
    this.#locale = locale;
  }

  /** The messages as the server gave them, oldest first. */
  get entries() {
    return [...this.#entries.values()].map(({ entry }) => entry).sort((a, b) => a.seq - b.seq);
  }

  get last() {
    return this.entries.at(-1);
  }

  /** What came from the server; once each. The greeting and the person's own words may be there already. */
  add(entry) {
    if (this.#entries.has(entry.seq)) return;
    if (entry.content.erased) this.clear();
    const { key, greeting } = entry.content;
    const shown = greeting ? this.#list.querySelector(".greeting") : this.#sending.get(key);
    const element = shown ?? this.#build(entry);
    this.#sending.delete(key);
    element.classList.remove("waiting", "greeting");
    this.#entries.set(entry.seq, { entry, element });
    const after = [...this.#entries.entries()].filter(([seq]) => seq > entry.seq).sort(([a], [b]) => a - b)[0];
    const next = after?.[1].element ?? this.#sending.values().next().value ?? null;
    if (element.nextElementSibling !== next || !element.isConnected) this.#list.insertBefore(element, next);
    if (!this.history) this.#reveal(element);
  }

  /** The greeting, before there is a chat. */
  greet(text) {
    if (this.#entries.size || this.#sending.size || this.#list.querySelector(".greeting")) return;
    const element = this.#build({ sender: "assistant", text, content: {}, at: new Date().toISOString() });
    element.classList.add("greeting");
    this.#list.append(element);
  }

  /** What the person wrote, before the server has it. */
  write(key, text) {
    const entry = { sender: "patient", text, content: {}, at: new Date().toISOString() };
    const element = this.#build(entry);
    element.classList.add("waiting");
    this.#sending.set(key, element);
    this.#list.append(element);
    this.#reveal(element);
    return element;
  }

  /** It is with the server. */
  sent(key) {
    this.#sending.get(key)?.classList.remove("waiting");
  }

  /** It will not be sent. */
  drop(key) {
    this.#sending.get(key)?.remove();
    this.#sending.delete(key);
  }

  clear() {
    this.#entries.clear();
    this.#sending.clear();
    this.#list.replaceChildren();
  }

  /** As far down as there is something new, and never past the beginning of what the person asked last. */
  toEnd() {
    [...this.#list.querySelectorAll(".patient")].at(-1)?.scrollIntoView({ block: "start" });
  }

  #reveal(element) {
    if (element.classList.contains("important")) element.scrollIntoView({ block: "start" });
    else this.toEnd();
  }

  #build(entry) {
    const { sender, content } = entry;
    const element = el("div", { class: `message ${sender}`, tabindex: "-1" });
    const bubble = el("div", { class: "bubble" });
    if (sender === "patient") {
      bubble.append(el("p", { class: "typed", dir: "auto" }, entry.text));
    } else if (ALARMS.has(content.urgency) || WARNINGS.has(content.urgency)) {
      element.classList.add(ALARMS.has(content.urgency) ? "important" : "warning");
      if (ALARMS.has(content.urgency) && !this.history) bubble.setAttribute("role", "alert");
      bubble.append(...this.#escalation(entry.text));
    } else {
      if (content.trouble) element.classList.add("trouble");
      bubble.append(...this.#body(entry));
    }
    element.append(this.#head(entry), bubble);
    return element;
  }

  #head({ sender, name, at }) {
    const words = this.#words;
    const who = { patient: words.you, assistant: words.assistant, notice: words.assistant }[sender] ?? name ?? words.person;
    const time = new Date(at).toLocaleTimeString(this.#locale, { hour: "2-digit", minute: "2-digit" });
    return el("p", { class: "sender" }, el("bdi", {}, who), " ", el("time", { datetime: at }, time));
  }

  /** Whom to call stands first and largest. */
  #escalation(text) {
    const first = text.match(FIRST_SENTENCE)?.[0] ?? text;
    const rest = text.slice(first.length);
    const { important, new_tab } = this.#words;
    return [
      el("p", { class: "flag" }, important),
      el("p", { class: "first", dir: "auto" }, linked(first, new_tab)),
      paragraphs(rest, new_tab),
    ];
  }

  #body({ text, content: { parts } }) {
    const { new_tab } = this.#words;
    if (!parts?.body) return [paragraphs(text, new_tab)];
    const { body, sources, disclaimer, ask } = parts;
    const nodes = [paragraphs(body, new_tab)];
    if (sources?.length) nodes.push(this.#sources(sources));
    if (disclaimer) nodes.push(el("p", { class: "disclaimer", dir: "auto" }, linked(disclaimer, new_tab)));
    if (ask) nodes.push(paragraphs(ask, new_tab));
    return nodes;
  }

  #sources(sources) {
    const words = this.#words;
    const items = sources.map(({ title, address, publisher, checked }) => {
      const name = /^https:\/\//.test(address) ? webLink(address, title, words.new_tab) : title;
      const date = /^\d{4}-\d\d-\d\d$/.test(checked) ? new Date(checked).toLocaleDateString(this.#locale) : checked;
      const facts = [publisher, checked && fill(words.checked, { date })].filter(Boolean).join(", ");
      return el("li", {}, name, facts && el("span", { class: "facts" }, ` ${facts}`));
    });
    const summary = el("summary", {}, fill(words.sources, { count: sources.length }));
    return el("details", { class: "sources" }, summary, el("ul", { dir: "auto" }, ...items));
  }
}
