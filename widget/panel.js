// The parts of the widget, without behaviour: what there is, in which order, and what each is called.

import { el, icon } from "./dom.js";
import { dialled } from "./text.js";

const BUBBLE = "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const CROSS = "M6 6l12 12M18 6L6 18";
const DOTS = "M5 12h.01M12 12h.01M19 12h.01";
const ARROW = "M12 19V6M6 11l6-6 6 6";

/** On a phone, or at 400 % zoom, the chat is all there is room for. */
const SMALL = matchMedia("(max-width: 480px), (max-height: 480px)");

function numberList(numbers, newTab) {
  const rows = numbers.map(({ label, text }) =>
    el("div", {}, el("dt", {}, label), el("dd", { lang: "en", dir: "auto" }, dialled(text, newTab))),
  );
  return el("dl", { class: "numbers" }, ...rows);
}

function button(name, text, attributes = {}) {
  return el("button", { type: "button", class: name, ...attributes }, text);
}

/** All parts by name; `root` holds them. */
export function build({ words, numbers, locale, dir }, title) {
  const parts = {};
  parts.badge = el("span", { class: "badge", "aria-hidden": "true", hidden: true });
  parts.launcher = el("button", { type: "button", class: "launcher", "aria-haspopup": "dialog" });
  parts.launcher.append(icon(BUBBLE), el("span", {}, words.launcher), parts.badge);
  parts.news = el("p", { class: "unseen", role: "status" });

  parts.heading = el("h2", { id: "title", tabindex: "-1" }, title || words.title);
  parts.menuButton = el("button", {
    type: "button", class: "plain", "aria-label": words.menu, "aria-expanded": "false", "aria-controls": "menu",
  }, icon(DOTS));
  parts.close = el("button", { type: "button", class: "plain", "aria-label": words.close }, icon(CROSS));
  const names = el("div", { class: "names" }, parts.heading, el("p", {}, words.subtitle));
  // Not a <header>: that would be a second banner of the website's.
  const head = el("div", { class: "head" }, names, parts.menuButton, parts.close);

  parts.exit = button("exit", words.exit, { "aria-describedby": "exit-hint" });
  parts.help = el("details", { class: "help" }, el("summary", {}, words.numbers), numberList(numbers, words.new_tab));
  const exitHint = el("span", { id: "exit-hint", class: "unseen" }, words.exit_hint);
  const safety = el("div", { class: "safety" }, parts.help, parts.exit, exitHint);

  parts.saveText = button("item", words.save_text);
  parts.print = button("item", words.save_pdf);
  parts.clear = button("item", words.clear);
  parts.keep = el("input", { type: "checkbox", id: "keep", "aria-describedby": "keep-hint" });
  const keep = el("div", { class: "keep" },
    el("label", { for: "keep" }, parts.keep, el("span", {}, words.keep)),
    el("p", { id: "keep-hint" }, words.keep_hint),
  );
  parts.clearYes = button("danger", words.clear_yes);
  parts.clearNo = button("item", words.clear_no);
  parts.question = el("div", { class: "question", role: "group", "aria-labelledby": "question", hidden: true },
    el("p", { id: "question" }, words.clear_question), parts.clearYes, parts.clearNo,
  );
  parts.menu = el("div", { id: "menu", class: "menu", hidden: true },
    parts.saveText, parts.print, parts.clear, parts.question, keep,
  );

  // Empty from the start: a screen reader announces what is put into a region that it knows.
  parts.trouble = el("div", { class: "banner", role: "status" });
  parts.held = el("p", { class: "holder", role: "status" });
  parts.note = el("p", { class: "note", role: "status" });
  parts.list = el("div", {
    class: "list", role: "log", "aria-live": "polite", "aria-label": words.log, "aria-busy": "true",
  });
  parts.quick = el("div", { class: "quick", role: "group", "aria-label": words.suggestions });
  const language = el("p", { class: "language", hidden: !words.language }, words.language);
  parts.scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": words.log });
  parts.scroller.append(language, parts.list, parts.quick);
  parts.writing = el("p", { class: "writing", role: "status" });

  parts.box = el("textarea", {
    id: "box", rows: "1", dir: "auto", autocomplete: "off", enterkeyhint: "send", "aria-describedby": "hint keys",
  });
  const send = el("button", { type: "submit", class: "send", "aria-label": words.send }, icon(ARROW));
  parts.form = el("form", {},
    el("label", { for: "box" }, words.message),
    el("div", { class: "row" }, parts.box, send),
    el("p", { class: "hint" }, el("span", { id: "hint" }, words.hint), " ", el("span", { id: "keys" }, words.keys)),
  );

  parts.panel = el("dialog", { class: "panel", "aria-labelledby": "title" },
    head, safety, parts.menu, parts.trouble, parts.held, parts.note, parts.scroller, parts.writing, parts.form,
  );
  parts.root = el("div", { class: "root", lang: locale, dir }, parts.launcher, parts.news, parts.panel);
  return parts;
}

/** Modal where the panel covers everything, beside the website where it does not. */
export function show(panel) {
  if (SMALL.matches) panel.showModal();
  else panel.setAttribute("open", "");
}

/** Changes from one to the other when the window does; the focus stays where it is. */
export function keepFitting(panel) {
  SMALL.addEventListener("change", () => {
    if (!panel.open) return;
    const focused = panel.getRootNode().activeElement;
    panel.close();
    show(panel);
    focused?.focus();
  });
}

/** What is shown while something does not work: why, and whom to call. */
export function banner(text, numbers, newTab) {
  return [el("p", {}, text), numberList(numbers.slice(0, 3), newTab)];
}
