// The chat as something to keep or to take to an appointment.

/** What hides the website around the chat while it is printed. */
const ALONE = "@media print { body :not(companion-chat, :has(companion-chat)) { display: none !important } }";

/** The chat in plain text. */
function asText(entries, words, locale) {
  const names = { patient: words.you, assistant: words.assistant, notice: words.assistant };
  const day = new Date().toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  const messages = entries.map(({ sender, name, at, text }) => {
    const time = new Date(at).toLocaleString(locale, { dateStyle: "short", timeStyle: "short" });
    return `${names[sender] ?? name ?? words.person} (${time}):\n${text}\n`;
  });
  return [`${words.transcript}\n${day}\n`, ...messages].join("\n");
}

/** Offers the chat as a text file. */
export function saveAsText(entries, words, locale) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([asText(entries, words, locale)], { type: "text/plain;charset=utf-8" }));
  link.download = "chat.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Opens the browser's own window for printing, which saves as PDF too. All that is folded is unfolded meanwhile. */
export function print(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(ALONE);
  const folded = [...root.querySelectorAll(".message details:not([open])")];
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  for (const details of folded) details.open = true;
  const after = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    for (const details of folded) details.open = false;
  };
  addEventListener("afterprint", after, { once: true });
  window.print();
}
