// The chat itself: sends what the person writes, once each; listens to what comes; survives reloads, sleep, lost networks
// and restarted servers. Knows nothing of how it looks.

import { Stream } from "./stream.js";

/** Milliseconds. The server stores a message within a second or not at all. */
const PATIENCE = 15_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Milliseconds of silence after which a line is not trusted when the page is looked at again. */
const DOUBTFUL = 20_000;
/** Seconds before its end at which a session is renewed: an hour after it began. */
const RENEW = 23 * 3600;
/** Failures in a row after which the person is told: one is what a restarting server looks like. */
const TELL = 2;

/** Longer after each failure, and never the same for all: a server that comes back is not run over. */
function pause(failures) {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)) * (0.5 + Math.random());
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * `listener` is told: message(entry), state(state), erased(), sent(key, seq), refused(item, code), delayed(code or null),
 * online(whether), ended().
 */
export class Chat {
  #server;
  #memory;
  #listener;
  #pending;
  #last = 0;
  #stream = null;
  #listening = false;
  #sending = false;
  #hidden = false;
  #failures = 0;
  #era = 0;
  #wake = new Set();

  constructor(server, memory, listener) {
    this.#server = server;
    this.#memory = memory;
    this.#listener = listener;
    this.#pending = memory.pending;
    addEventListener("online", () => this.#hurry());
    addEventListener("pagehide", () => this.#stream?.stop());
    document.addEventListener("visibilitychange", () => this.#look(document.hidden));
  }

  /** What was written and is not with the server yet: {key, text}. */
  get pending() {
    return this.#pending;
  }

  /** Goes on where this tab, or another, left off. */
  resume() {
    if (this.#memory.outlived) this.#end();
    if (this.#pending.length) this.#send();
    this.#listen();
  }

  /** Has `text` sent; returns its key. */
  write(text) {
    const item = { key: newKey(), text };
    this.#setPending([...this.#pending, item]);
    this.#hurry();
    this.#send();
    return item.key;
  }

  /** Erases the chat on the server; false where that did not work. */
  async clear() {
    if (!this.#memory.session) return true;
    try {
      const response = await this.#post("api/clear");
      // A session that is no longer good has nothing that could be erased.
      return response.ok || response.status === 401;
    } catch {
      return false;
    }
  }

  /** This tab knows nothing any more; the next message begins a new chat. */
  forget() {
    this.#era += 1;
    this.#last = 0;
    this.#pending = [];
    this.#stream?.stop();
    this.#hurry();
  }

  // -- sending -------------------------------------------------------------------------------------------------------

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    let failures = 0;
    while (this.#pending.length) {
      const era = this.#era;
      const item = this.#pending[0];
      let wait = 0;
      try {
        wait = await this.#deliver(item, era);
        failures = 0;
      } catch {
        failures += 1;
        wait = pause(failures);
        this.#listener.online(false);
      }
      if (wait && era === this.#era) await this.#sleep(wait);
    }
    this.#sending = false;
  }

  /** Milliseconds to wait before anything else is sent. Throws where the server was not reached or cannot store. */
  async #deliver(item, era) {
    if (!this.#memory.session) await this.#begin();
    const response = await this.#post("api/messages", { id: item.key, text: item.text });
    if (era !== this.#era) return 0;
    if (response.status === 429) {
      this.#listener.delayed("too_many");
      return 1000 * (Number(response.headers.get("Retry-After")) || 5);
    }
    if (response.status === 401) {
      this.#end();
      return 0;
    }
    if (response.status >= 500 || response.status === 403) throw new Error(response.status);
    this.#listener.online(true);
    this.#listener.delayed(null);
    this.#setPending(this.#pending.filter(({ key }) => key !== item.key));
    if (response.ok) {
      const { seq } = await response.json();
      this.#listener.sent(item.key, seq);
      this.#listen();
    } else {
      this.#listener.refused(item, response.status === 413 ? "too_large" : "not_sent");
    }
    return 0;
  }

  async #begin() {
    const response = await this.#post("api/session");
    if (!response.ok) throw new Error(response.status);
    const session = await response.json();
    // Another tab may have begun one meanwhile.
    if (!this.#memory.session) this.#memory.session = session;
  }

  async #renew() {
    const { session } = this.#memory;
    if (!session || session.expires - Date.now() / 1000 > RENEW) return;
    try {
      const response = await this.#post("api/session");
      if (response.ok && this.#memory.session?.token === session.token) this.#memory.session = await response.json();
    } catch {
      // The next time will do.
    }
  }

  async #post(path, body) {
    const headers = { "Content-Type": "application/json" };
    if (this.#memory.session) headers.Authorization = `Bearer ${this.#memory.session.token}`;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PATIENCE);
    try {
      return await fetch(this.#server + path, {
        method: "POST", headers, body: JSON.stringify(body ?? {}), signal: abort.signal,
        credentials: "omit", referrerPolicy: "no-referrer",
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #setPending(pending) {
    this.#pending = pending;
    this.#memory.pending = pending;
  }

  // -- listening -----------------------------------------------------------------------------------------------------

  async #listen() {
    if (this.#listening) return;
    this.#listening = true;
    while (this.#memory.session && !this.#hidden) {
      const era = this.#era;
      this.#stream = new Stream();
      let wait = 0;
      try {
        await this.#stream.read(`${this.#server}api/events?after=${this.#last}`, this.#memory.session.token, {
          opened: (response) => {
            if (response.status === 401) this.#end();
            wait = 1000 * (Number(response.headers.get("Retry-After")) || 0);
            if (response.ok) this.#reached();
            else if (response.status !== 401) throw new Error(response.status);
            return response.ok;
          },
          event: (one) => era === this.#era && this.#hear(one),
        });
        wait ||= pause(1);
      } catch {
        this.#failures += 1;
        wait ||= pause(this.#failures);
        if (!this.#hidden && this.#failures >= TELL) this.#listener.online(false);
      }
      this.#stream = null;
      if (this.#memory.session && !this.#hidden) await this.#sleep(wait);
    }
    this.#listening = false;
  }

  #reached() {
    this.#failures = 0;
    this.#listener.online(true);
    this.#renew();
  }

  #hear({ event, data }) {
    if (event === "message") {
      this.#last = Math.max(this.#last, data.seq);
      this.#listener.message(data);
    } else if (event === "state") {
      this.#listener.state(data);
    } else if (event === "erased") {
      this.#listener.erased();
    }
  }

  /** The session is over: what is written from now on begins a new chat. */
  #end() {
    this.#memory.drop();
    this.#era += 1;
    this.#last = 0;
    this.#listener.ended();
  }

  /** The page is looked at again, or no longer. One hidden tab of all goes on listening: a browser allows few
   * connections, and a website with many tabs needs them itself. */
  #look(hidden) {
    if (!hidden) {
      this.#hidden = false;
      if (this.#stream?.stale(DOUBTFUL)) this.#stream.stop();
      this.#release?.();
      this.#hurry();
      this.#listen();
    } else if (navigator.locks) {
      navigator.locks.request("companion-chat", { ifAvailable: true }, (lock) =>
        lock ? new Promise((done) => (this.#release = done)) : this.#rest(),
      );
    } else {
      this.#rest();
    }
  }

  #release = null;

  #rest() {
    if (!document.hidden) return;
    this.#hidden = true;
    this.#stream?.stop();
  }

  // -- waiting -------------------------------------------------------------------------------------------------------

  #sleep(milliseconds) {
    return new Promise((done) => {
      const stop = () => {
        clearTimeout(timer);
        this.#wake.delete(stop);
        done();
      };
      const timer = setTimeout(stop, milliseconds);
      this.#wake.add(stop);
    });
  }

  /** Whatever waits tries again now. */
  #hurry() {
    for (const stop of this.#wake) stop();
  }
}
