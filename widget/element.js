// <companion-chat>: puts the parts together, and decides what happens when.

import { Chat } from "./chat.js";
import { el, fill } from "./dom.js";
import { Log } from "./log.js";
import { Memory } from "./memory.js";
import { Menu } from "./menu.js";
import { build, keepFitting, show } from "./panel.js";
import { print, saveAsText } from "./save.js";
import { Status } from "./status.js";

export class CompanionChat extends HTMLElement {
  #parts;
  #words;
  #setup;
  #menu;
  #status;
  #log;
  #memory;
  #chat;
  #opener = null;
  #state = { held: false, typing: false, by: null };
  #unread = 0;
  #delay = null;
  #online = true;

  /** `setup`: what /api/words gave; `options`: server, title, exit (the address of a harmless website). */
  async start(setup, options, sheet) {
    this.#setup = setup;
    this.#words = setup.words;
    this.#parts = build(setup, options.title);
    this.#parts.exit.addEventListener("click", () => this.#exit(options.exit));
    this.#menu = new Menu(this.#parts);
    this.#status = new Status(this.#parts, setup);
    this.#log = new Log(this.#parts.list, setup.words, setup.locale);
    this.#memory = new Memory({ heard: () => this.#join(), wiped: () => this.#reset() });
    this.#chat = new Chat(options.server, this.#memory, this.#listener());
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#parts.root);
    this.#wire();
    this.#parts.keep.checked = this.#memory.kept;
    if (this.#memory.session) this.#showPending();
    else this.#begin();
    if (this.#memory.open) this.open({ quietly: true });
    // From here on the person may do anything.
    await this.#memory.ask();
    this.#chat.resume();
  }

  /** Opens the chat; `text` is put into the box, not sent. `quietly`: the focus stays where it is. */
  open({ text = "", opener = null, quietly = false } = {}) {
    const { panel, box, heading, launcher } = this.#parts;
    this.#opener = opener ?? launcher;
    if (!panel.open) show(panel);
    launcher.hidden = true;
    this.#memory.open = true;
    this.#count(0);
    if (text) {
      box.value = text;
      this.#fit();
    }
    this.#log.toEnd();
    // On a phone the keyboard would cover what there is to read first.
    if (!quietly) (matchMedia("(pointer: coarse)").matches && !text ? heading : box).focus();
  }

  /** Closes the chat; the focus goes back to what opened it. */
  close() {
    const { panel, launcher } = this.#parts;
    panel.close();
    launcher.hidden = false;
    this.#memory.open = false;
    (this.#opener?.isConnected ? this.#opener : launcher).focus();
  }

  // -- what the chat tells -------------------------------------------------------------------------------------------

  #listener() {
    return {
      message: (entry) => this.#arrived(entry),
      state: (state) => this.#changed(state),
      erased: () => this.#begin(),
      sent: (key) => {
        this.#log.sent(key);
        this.#update();
      },
      refused: (item, code) => this.#refused(item, code),
      delayed: (code) => this.#hold(code),
      online: (online) => this.#connection(online),
      ended: () => {
        this.#begin();
        this.#status.note(this.#words.ended);
      },
    };
  }

  #arrived(entry) {
    this.#log.add(entry);
    if (!this.#log.history && !this.#parts.panel.open && entry.sender !== "patient") this.#count(this.#unread + 1);
    if (!this.#log.history) this.#update();
  }

  /** The first state after connecting comes when all old messages are there. */
  #changed(state) {
    this.#state = state;
    this.#status.holder(state);
    if (this.#log.history) {
      this.#live();
      this.#log.toEnd();
    }
    if (!this.#log.last) this.#log.greet(this.#setup.greeting.text);
    this.#update();
  }

  /** The person's message is put back where it can be changed. */
  #refused({ key, text }, code) {
    this.#log.drop(key);
    const { box } = this.#parts;
    if (!box.value) box.value = text;
    this.#fit();
    this.#status.fault(this.#words[code]);
    this.#update();
  }

  #hold(code) {
    if (code === this.#delay) return;
    this.#delay = code;
    this.#status.fault(code && this.#words[code]);
  }

  #connection(online) {
    if (online === this.#online) return;
    this.#online = online;
    this.#status.fault(online ? null : this.#words.offline);
    this.#update();
  }

  /** Another tab has a chat: it is this one's too. */
  #join() {
    if (!this.#log.last) this.#log.history = true;
    this.#chat.resume();
  }

  // -- what is shown -------------------------------------------------------------------------------------------------

  /** An empty chat with the greeting. */
  #begin() {
    this.#log.clear();
    this.#log.history = true;
    this.#log.greet(this.#setup.greeting.text);
    if (!this.#memory.session) this.#live();
    this.#showPending();
    this.#update();
  }

  /** What was written and is not with the server yet. */
  #showPending() {
    for (const { key, text } of this.#chat.pending) this.#log.write(key, text);
  }

  /** From now on everything is news. */
  #live() {
    // What is put in before the screen reader has seen the old messages would make it read them all.
    requestAnimationFrame(() => this.#parts.list.removeAttribute("aria-busy"));
    this.#log.history = false;
  }

  #update() {
    const last = this.#log.last;
    const waiting = this.#chat.pending.length > 0 || last?.sender === "patient";
    const greeting = !last && !waiting ? this.#setup.greeting : null;
    const { content } = greeting ? { content: greeting } : (waiting ? { content: {} } : last);
    const again = content.trouble && this.#log.entries.find(({ seq }) => seq === content.trouble);
    const buttons = [...(again ? [{ title: this.#words.again, payload: again.text }] : []), ...(content.buttons ?? [])];
    this.#offer(buttons);
    this.#status.writing(this.#state, { last, unsent: this.#chat.pending.length > 0, online: this.#online });
  }

  /** Quick replies. The same again stay as they are: the focus may be on one. */
  #offer(buttons) {
    const { quick } = this.#parts;
    const titles = JSON.stringify(buttons);
    if (quick.dataset.titles === titles) return;
    quick.dataset.titles = titles;
    quick.replaceChildren(...buttons.map(({ title, payload }) =>
      el("button", { type: "button", class: "reply", dir: "auto", onclick: () => this.#write(payload).focus() }, title),
    ));
  }

  #count(unread) {
    this.#unread = unread;
    this.#parts.badge.hidden = !unread;
    this.#parts.badge.textContent = unread || "";
    this.#parts.news.textContent = unread ? fill(this.#words.unread, { count: unread }) : "";
  }

  #fit() {
    const { box } = this.#parts;
    box.rows = Math.min(5, Math.max(1, box.value.split("\n").length, Math.ceil(box.value.length / 40)));
  }

  // -- what the person does ------------------------------------------------------------------------------------------

  #wire() {
    const { launcher, close, panel, form, box, saveText, print: printing, clearYes, keep } = this.#parts;
    launcher.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.close());
    saveText.addEventListener("click", () => saveAsText(this.#log.entries, this.#words, this.#setup.locale));
    printing.addEventListener("click", () => print(this.#parts.root));
    clearYes.addEventListener("click", () => this.#clear());
    keep.addEventListener("change", () => (this.#memory.kept = keep.checked));
    form.addEventListener("submit", (event) => this.#submit(event));
    box.addEventListener("input", () => this.#fit());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    });
    panel.addEventListener("cancel", (event) => this.#escape(event));
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event));
    keepFitting(panel);
    // A page that comes back out of the browser's cache may show a chat that was removed meanwhile.
    addEventListener("pageshow", (event) => event.persisted && !this.#memory.intact && this.#vanish());
  }

  #submit(event) {
    event.preventDefault();
    const { box } = this.#parts;
    const text = box.value.trim();
    box.focus();
    if (!text) return;
    box.value = "";
    this.#fit();
    this.#write(text);
  }

  #write(text) {
    const key = this.#chat.write(text);
    const element = this.#log.write(key, text);
    this.#status.note("");
    if (this.#online && !this.#delay) this.#status.fault(null);
    this.#update();
    return element;
  }

  #escape(event) {
    event.preventDefault();
    event.stopPropagation();
    if (this.#menu.open) this.#menu.toggle();
    else this.close();
  }

  async #clear() {
    const { box } = this.#parts;
    if (!(await this.#chat.clear())) {
      this.#status.fault(this.#words.clear_failed);
      return;
    }
    const { open } = this.#memory;
    this.#memory.wipe();
    this.#reset();
    this.#memory.open = open;
    this.#menu.toggle();
    this.#status.note(this.#words.cleared);
    box.focus();
  }

  /** The chat is gone from this browser: nothing of it stays on the page. */
  #reset() {
    this.#chat.forget();
    this.#state = { held: false, typing: false, by: null };
    this.#delay = null;
    this.#status.holder(this.#state);
    this.#status.note("");
    this.#parts.box.value = "";
    this.#parts.keep.checked = false;
    this.#status.fault(null);
    this.#count(0);
    this.#begin();
  }

  #vanish() {
    this.#memory.forget();
    this.#reset();
    this.#parts.panel.close();
    this.#parts.launcher.hidden = false;
  }

  /** Away at once: nothing of the chat stays in this browser, and the back button does not lead here. */
  #exit(address) {
    document.documentElement.style.setProperty("display", "none", "important");
    this.#memory.wipe();
    this.#chat.forget();
    location.replace(address);
  }
}
