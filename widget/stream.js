// Server-sent events, read with fetch: EventSource cannot send the Authorization header, and a token has no business in
// an address.

/** Milliseconds without a sign of life (the server gives one every 15 s) after which the line is taken for dead. */
const SILENCE = 40_000;

/** Splits what arrives into events {event, id, data}. */
class Parser {
  #rest = "";

  *feed(chunk) {
    const blocks = (this.#rest + chunk).split("\n\n");
    this.#rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
      }
      if (fields.data) yield { event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

/** One connection. */
export class Stream {
  #abort = new AbortController();
  #heard = Date.now();
  #watch;

  /** Reads until the server ends it; throws where the line breaks. `opened(response)` may refuse by returning false. */
  async read(address, token, { opened, event }) {
    this.#watch = setInterval(() => this.stale(SILENCE) && this.stop(), 5000);
    try {
      const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
      const response = await fetch(address, {
        headers, signal: this.#abort.signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
      });
      if (!opened(response)) return;
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parser = new Parser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#heard = Date.now();
        for (const one of parser.feed(decoder.decode(value, { stream: true }))) event(one);
      }
    } finally {
      clearInterval(this.#watch);
      this.stop();
    }
  }

  /** Whether nothing was heard for so many milliseconds. */
  stale(silence) {
    return Date.now() - this.#heard > silence;
  }

  stop() {
    this.#abort.abort();
  }
}
