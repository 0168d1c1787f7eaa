// The lines around the messages: what does not work, who holds the chat, who is writing.

import { el, fill } from "./dom.js";
import { banner } from "./panel.js";

/** Milliseconds for which an answer is announced as being written. */
const WRITING = 20_000;

export class Status {
  #parts;
  #setup;
  #timer;

  constructor(parts, setup) {
    this.#parts = parts;
    this.#setup = setup;
  }

  /** Something does not work: said with the numbers to call; null takes it back. */
  fault(text) {
    const { words, numbers } = this.#setup;
    this.#parts.trouble.replaceChildren(...(text ? banner(text, numbers, words.new_tab) : []));
  }

  /** Something to know, until the person writes again. */
  note(text) {
    this.#parts.note.textContent = text;
  }

  /** Whether a person holds the chat, and who. */
  holder({ held, by }) {
    const { words } = this.#setup;
    this.#parts.held.textContent = held ? fill(words.held, { name: by ?? words.person }) : "";
  }

  /** Who is writing, if anybody. `last`: the chat's last message; `unsent`: whether messages wait to be sent. */
  writing({ held, typing, by }, { last, unsent, online }) {
    clearTimeout(this.#timer);
    const { words } = this.#setup;
    if (held && typing) {
      this.#write(fill(words.person_writing, { name: by ?? words.person }), true);
    } else if (unsent) {
      this.#write(online ? words.sending : words.waiting, online);
    } else {
      const left = !held && last?.sender === "patient" ? new Date(last.at).getTime() + WRITING - Date.now() : 0;
      this.#write(left > 0 ? words.writing : "", true);
      if (left > 0) this.#timer = setTimeout(() => this.#write("", false), left);
    }
  }

  /** The same again would be read aloud again. */
  #write(text, busy) {
    const { writing } = this.#parts;
    if (writing.dataset.text === text) return;
    writing.dataset.text = text;
    writing.replaceChildren(text);
    if (text && busy) writing.append(el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
  }
}
