// Counts text as the network counts it, and says how much is left.
import { say } from "./wire.js";

const letters = new Intl.Segmenter(document.documentElement.lang || "en", { granularity: "grapheme" });
const number = new Intl.NumberFormat(document.documentElement.lang || "en");
const address = /https?:\/\/[^\s<>"'`]+/gi;
const bytes = (text) => new TextEncoder().encode(text).length;

function plain(text, counting) {
  switch (counting) {
    case "bytes": return bytes(text);
    case "utf16": return text.length;
    case "runes": return [...text].length;
    case "weighted": return [...letters.segment(text)].reduce((n, s) => n + weight(s.segment), 0);
    default: return [...letters.segment(text)].length;
  }
}

// weight is 2 for an emoji as a whole; other signs weigh by their place in Unicode.
function weight(letter) {
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(letter) && !/^[\u0023\u002a\u0030-\u0039\u00a9\u00ae]$/.test(letter)) return 2;
  return [...letter].reduce((n, c) => n + (light(c.codePointAt(0)) ? 1 : 2), 0);
}

const light = (c) => c <= 4351 || (c >= 8192 && c <= 8205) || (c >= 8208 && c <= 8223) || (c >= 8242 && c <= 8247);

// length counts a text; where link is set every address in it counts as so many.
export function length(text, counting, link = 0) {
  link ||= counting === "weighted" ? 23 : 0;
  if (!link) return plain(text, counting);
  let links = 0;
  const rest = text.replace(address, () => (links++, ""));
  return plain(rest, counting) + links * link;
}

// room says how many characters are left, or too many; nothing without a limit.
export function room(text, { max, counting, link, bytes: most }) {
  const over = Number(most) && bytes(text) - Number(most);
  if (over > 0) return { left: -over, text: `${say("over")} ${number.format(over)}` };
  if (!Number(max)) return { left: 0, text: "" };
  const left = max - length(text, counting, Number(link));
  return { left, text: `${say(left < 0 ? "over" : "left")} ${number.format(Math.abs(left))}` };
}

// countFields counts every field of a form that has an end. One line says so only
// when it comes near.
export function countFields(root) {
  for (const field of root.querySelectorAll("[data-max]")) {
    if (!field.matches("input, textarea")) continue;
    const out = field.closest(".field").querySelector("[data-left]");
    const show = () => {
      const { left, text } = room(field.value, field.dataset);
      if (out) out.textContent = field.matches("textarea") || left <= Number(field.dataset.max) / 4 ? text : "";
      out?.classList.toggle("over", left < 0);
      field.setCustomValidity(left < 0 ? text : "");
    };
    field.addEventListener("input", show);
    show();
  }
}
