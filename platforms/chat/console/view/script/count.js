// Counts text as the network counts it, and says how much is left.
import { say } from "./wire.js";

const letters = new Intl.Segmenter(document.documentElement.lang || "en", { granularity: "grapheme" });
const number = new Intl.NumberFormat(document.documentElement.lang || "en");

export function length(text, counting) {
  switch (counting) {
    case "bytes": return new TextEncoder().encode(text).length;
    case "utf16": return text.length;
    case "runes": return [...text].length;
    default: return [...letters.segment(text)].length;
  }
}

export function countFields(root) {
  for (const field of root.querySelectorAll("[data-max]")) {
    const out = field.closest(".field").querySelector("[data-left]");
    const show = () => {
      const left = field.dataset.max - length(field.value, field.dataset.counting);
      out.textContent = `${say(left < 0 ? "over" : "left")} ${number.format(Math.abs(left))}`;
      out.classList.toggle("over", left < 0);
      field.setCustomValidity(left < 0 ? out.textContent : "");
    };
    field.addEventListener("input", show);
    show();
  }
}
