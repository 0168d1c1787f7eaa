// What the assistant wrote, as nodes: paragraphs, lists, web addresses, numbers to dial.

import { el } from "./dom.js";

// A web address (a full stop after it is not part of it), or the numbers that a text says to call: "call 112 or 999".
const LINK = /(https:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])|\b(?:call|phone|on|or|number) \(?\+?\d[\d -]+\d(?:(?:, | or )\d+)*/gi;
const NUMBER = /(\+?\d[\d -]+\d)/;

/** A link that leaves this page open: leaving it would lose the reader's place in the chat. */
export function webLink(address, text, newTab) {
  const note = el("span", { class: "unseen" }, ` (${newTab})`);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text, note);
}

/** A number that a telephone can dial. Only digits of our own texts get here. */
export function phoneLink(number) {
  return el("a", { href: `tel:${number.replace(/[^\d+]/g, "")}` }, number);
}

/** A text in one line, with its links. `newTab`: the words that say where a link opens. */
export function linked(text, newTab) {
  const nodes = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const [found, address] = match;
    nodes.append(text.slice(end, match.index));
    end = match.index + found.length;
    if (address) nodes.append(webLink(address, address, newTab));
    else nodes.append(...found.split(NUMBER).map((part, i) => (i % 2 ? phoneLink(part) : part)));
  }
  nodes.append(text.slice(end));
  return nodes;
}

/** Whom to call: a number by itself, or a phrase that has one in it. */
export function dialled(text, newTab) {
  return /^\+?\d[\d -]*\d$/.test(text) ? phoneLink(text) : linked(text, newTab);
}

/** A whole text: paragraphs at empty lines, a list where lines begin with "- ". */
export function paragraphs(text, newTab) {
  const nodes = document.createDocumentFragment();
  for (const block of text.trim().split(/\n\s*\n/).filter(Boolean)) {
    let open = null;
    for (const line of block.split("\n")) {
      const item = line.startsWith("- ");
      if (open?.tagName !== (item ? "UL" : "P")) {
        open = el(item ? "ul" : "p", { dir: "auto" });
        nodes.append(open);
      } else if (!item) {
        open.append(el("br"));
      }
      open.append(item ? el("li", {}, linked(line.slice(2), newTab)) : linked(line, newTab));
    }
  }
  return nodes;
}
