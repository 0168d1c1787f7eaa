// Starts the widget: <script type="module" src="https://chat.example.org/widget.js" data-server="…"></script>

import { CompanionChat } from "./element.js";

const NAME = "companion-chat";
/** Where "Leave now" leads, unless the website says otherwise: nobody wonders why it is open. */
const HARMLESS = "https://www.wikipedia.org/";
/** Milliseconds until the server is asked again. */
const AGAIN = 20_000;

/** What the website set: on the element itself, or on the line with the script. */
function options(host) {
  const script = [...document.querySelectorAll("script[type=module][data-server]")]
    .find(({ src }) => src.split("?")[0].endsWith("/widget.js"));
  const given = (name) => host.dataset[name] ?? script?.dataset[name];
  // Without `data-server`, the server is where this file came from: …/widget/<version>/main.js.
  const server = new URL(given("server") ?? "../../", given("server") ? document.baseURI : import.meta.url).href;
  return {
    server: server.endsWith("/") ? server : `${server}/`,
    title: given("title"),
    exit: /^https:\/\//.test(given("exit") ?? "") ? given("exit") : HARMLESS,
    locale: given("locale") ?? (document.documentElement.lang || navigator.language),
  };
}

async function load(address, kind) {
  const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response[kind]();
}

async function start(host) {
  const chosen = options(host);
  let loaded;
  while (!loaded) {
    try {
      loaded = await Promise.all([
        load(`${chosen.server}api/words?locale=${encodeURIComponent(chosen.locale)}`, "json"),
        load(new URL("widget.css", import.meta.url), "text"),
      ]);
    } catch (error) {
      // What the website put into the element stays to be seen: the numbers to call.
      console.warn("The chat cannot start yet:", error.message);
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
  const [setup, css] = loaded;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  await host.start(setup, chosen, sheet);
}

customElements.define(NAME, CompanionChat);
const host = document.querySelector(NAME) ?? document.body.appendChild(document.createElement(NAME));
start(host);

// Anything on the page can open the chat: <a href="…/numbers" data-companion-open="What is …?">.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-companion-open]");
  if (!opener || !host.shadowRoot) return;
  event.preventDefault();
  host.open({ text: opener.dataset.companionOpen, opener });
});
