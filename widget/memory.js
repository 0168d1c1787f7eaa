// What this browser keeps: the right to one chat, and what was written and not sent yet. It goes with the tab, unless
// the person ticked "keep". Other tabs of the same website are told, so that all show the same chat.

const NAME = "companion-chat";

/** Both storages can be switched off in a browser; then the page's own memory has to do. */
function read(storage) {
  try {
    return JSON.parse(window[storage].getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

function write(storage, data) {
  try {
    if (data) window[storage].setItem(NAME, JSON.stringify(data));
    else window[storage].removeItem(NAME);
  } catch {
    // Nothing is kept over a reload, then.
  }
}

/** Session: {token, expires} with seconds since 1970. */
export class Memory {
  #tab = read("sessionStorage");
  #channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(NAME);

  /** `heard(session)`: another tab has one. `wiped()`: another tab has removed the chat from this browser. */
  constructor({ heard, wiped }) {
    const kept = read("localStorage");
    if (!this.#tab.token && kept.token) this.#set({ ...kept, keep: true });
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data.ask && this.session) this.#channel.postMessage({ session: this.session });
      if (data.session && this.#concerns(data.session)) {
        this.#adopt(data.session);
        heard(this.session);
      }
      if (data.wipe) {
        this.forget();
        wiped();
      }
    });
  }

  /** Asks the other tabs, and gives them a moment to answer. Milliseconds. */
  async ask(patience = 150) {
    if (this.session || !this.#channel) return;
    this.#channel.postMessage({ ask: true });
    await new Promise((done) => setTimeout(done, patience));
  }

  get session() {
    const { token, expires } = this.#tab;
    return token && expires * 1000 > Date.now() ? { token, expires } : null;
  }

  /** Whether a session was here and its time is over. */
  get outlived() {
    return Boolean(this.#tab.token) && !this.session;
  }

  set session(session) {
    this.#adopt(session);
    if (session) this.#channel?.postMessage({ session });
    if (this.kept) write("localStorage", session);
  }

  get kept() {
    return Boolean(this.#tab.keep);
  }

  /** Keep the chat, or the one that the next message begins, on this device; or no longer. */
  set kept(keep) {
    this.#set({ keep });
    write("localStorage", keep ? this.session : null);
  }

  get pending() {
    return this.#tab.pending ?? [];
  }

  set pending(pending) {
    this.#set({ pending });
  }

  get open() {
    return Boolean(this.#tab.open);
  }

  set open(open) {
    this.#set({ open });
  }

  /** Whether what is stored is still this chat: a page that comes back out of the browser's cache asks. */
  get intact() {
    return !this.#tab.token || read("sessionStorage").token === this.#tab.token;
  }

  /** The session is over; what was written and not sent stays. */
  drop() {
    this.#adopt(null);
    write("localStorage", null);
  }

  /** Removes everything from this tab. */
  forget() {
    this.#tab = {};
    write("sessionStorage", null);
  }

  /** Removes everything from this browser, other tabs included. */
  wipe() {
    this.forget();
    write("localStorage", null);
    this.#channel?.postMessage({ wipe: true });
  }

  #concerns(session) {
    const chat = (token) => token.split(".")[0];
    return !this.session || (chat(session.token) === chat(this.session.token) && session.expires > this.session.expires);
  }

  #adopt(session) {
    const { token, expires } = session ?? {};
    this.#set({ token, expires });
  }

  #set(change) {
    this.#tab = { ...this.#tab, ...change };
    write("sessionStorage", this.#tab);
  }
}
