// Shows what a form would send out, on each account, while it is written; and
// what a time in words is understood as.
import { room as roomFor } from "./count.js";
import { source } from "./upload.js";
import { act } from "./wire.js";

const named = (dialog, name) => (name ? dialog.querySelector(`[name="value.${CSS.escape(name)}"]`) : null);
const same = new WeakSet(); // texts of one account that nobody changed yet

// preview keeps the previews of a form as it is written.
export function preview(dialog) {
  const all = [...dialog.querySelectorAll("[data-preview]")];
  if (!all.length) return;
  for (const fold of dialog.querySelectorAll("[data-folds]")) unfold(dialog, fold, all);
  const show = () => draw(dialog, all);
  dialog.addEventListener("input", (e) => {
    if (e.isTrusted) same.delete(e.target);
    show();
  });
  dialog.addEventListener("change", show);
  show();
}

// unfold lets a text of one account begin as what all get.
function unfold(dialog, fold, all) {
  const own = named(dialog, fold.dataset.folds);
  const text = named(dialog, all.find((p) => p.dataset.own === fold.dataset.folds)?.dataset.text);
  if (!own || !text) return;
  if (own.value) fold.open = true;
  fold.addEventListener("toggle", () => {
    if (fold.open && !own.value) {
      own.value = text.value;
      same.add(own);
    } else if (!fold.open && (same.has(own) || own.value === text.value)) own.value = "";
    own.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function draw(dialog, all) {
  const lefts = new Map();
  for (const p of all) {
    const { where, text, own, pictured } = p.dataset;
    const base = named(dialog, text);
    const mine = named(dialog, own);
    if (mine && same.has(mine) && mine.value !== base.value) {
      mine.value = base.value;
      mine.dispatchEvent(new Event("input", { bubbles: true }));
    }
    p.hidden = !!where && !named(dialog, where)?.checked;
    const fold = mine?.closest("[data-folds]");
    if (fold) fold.hidden = p.hidden;
    if (p.hidden) continue;
    const says = mine?.value.trim() ? mine.value : base.value;
    p.querySelector("blockquote").textContent = says.trim();
    const left = roomFor(says.trim(), p.dataset);
    const out = p.querySelector("[data-left]");
    out.textContent = left.text;
    out.classList.toggle("over", left.left < 0);
    shows(p.querySelector("[data-shown]"), dialog, named(dialog, pictured)?.value || "");
    if (says === base.value) lefts.set(text, [...(lefts.get(text) || []), { name: p.dataset.preview, ...left }]);
  }
  dialog.querySelector("[data-nothing]").hidden = all.some((p) => !p.hidden);
  for (const line of dialog.querySelectorAll("[data-lefts]")) tell(line, lefts.get(line.dataset.lefts) || []);
}

// tell writes how much is left on each account, beside the text.
function tell(line, lefts) {
  line.replaceChildren(...lefts.filter((l) => l.text).map((l) => {
    const span = document.createElement("span");
    span.classList.toggle("over", l.left < 0);
    span.append(Object.assign(document.createElement("bdi"), { textContent: l.name }), " · " + l.text);
    return span;
  }));
}

function shows(box, dialog, hashes) {
  const list = hashes.split(" ").filter(Boolean);
  if (box.dataset.of !== hashes) {
    box.dataset.of = hashes;
    box.replaceChildren(...list.map((hash) => Object.assign(document.createElement("img"), { src: source(hash) })));
  }
  [...box.children].forEach((img, i) => { img.alt = named(dialog, "alt:" + list[i])?.value || ""; });
}

// echo says how a time in words is understood.
export function echo(dialog) {
  for (const field of dialog.querySelectorAll("[data-time]")) {
    let soon, turn = 0;
    const f = field.form.elements;
    const out = field.closest(".field").querySelector("[data-echo]");
    const ask = async () => {
      const now = ++turn;
      const prefix = field.value.trim();
      const reply = prefix && (await act("suggest", { room: f.room.value, thread: f.thread.value, command: dialog.dataset.form, option: field.dataset.time, prefix }));
      if (now === turn) out.textContent = reply?.choices?.find((c) => c.value === prefix)?.label || "";
    };
    field.addEventListener("input", () => (clearTimeout(soon), (soon = setTimeout(ask, 300))));
    ask();
  }
}
