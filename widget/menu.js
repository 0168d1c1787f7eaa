// The options: opened and closed, and the question before a chat is deleted.

export class Menu {
  #parts;

  constructor(parts) {
    this.#parts = parts;
    parts.menuButton.addEventListener("click", () => this.toggle());
    parts.clear.addEventListener("click", () => this.#ask(true));
    parts.clearNo.addEventListener("click", () => this.#ask(false));
  }

  get open() {
    return !this.#parts.menu.hidden;
  }

  /** Closed, the focus goes back to its button. */
  toggle() {
    const { menu, menuButton } = this.#parts;
    menu.hidden = !menu.hidden;
    menuButton.setAttribute("aria-expanded", String(this.open));
    this.#ask(false, { quietly: true });
    if (!this.open) menuButton.focus();
  }

  /** Whether to delete the chat is asked before it is done; the focus is on the answer that does no harm. */
  #ask(asked, { quietly = false } = {}) {
    const { question, clear, clearNo } = this.#parts;
    question.hidden = !asked;
    clear.hidden = asked;
    if (!quietly) (asked ? clearNo : clear).focus();
  }
}
