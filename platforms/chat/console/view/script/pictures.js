// The pictures of a form: they are chosen, dropped or pasted, described, put in
// order and removed. What the form sends is their hashes in that order.
import { carries, pictures, source, upload } from "./upload.js";

const hidden = (field) => field.querySelector("input[type=hidden]");
const rows = (field) => [...field.querySelectorAll("[data-rows] > li")];
const scene = (field) => {
  const f = field.closest("form").elements;
  return { room: f.room.value, thread: f.thread.value };
};

// keep writes the hashes into the field, and tells the form that it changed.
function keep(field) {
  const list = rows(field);
  hidden(field).value = list.map((r) => r.dataset.picture).join(" ");
  list.forEach((r, i) => {
    r.querySelector("[data-up]").disabled = i === 0;
    r.querySelector("[data-down]").disabled = i === list.length - 1;
  });
  hidden(field).dispatchEvent(new Event("input", { bubbles: true }));
}

function add(field, hash, alt = "") {
  if (rows(field).some((r) => r.dataset.picture === hash)) return null;
  const row = field.querySelector("template").content.firstElementChild.cloneNode(true);
  row.dataset.picture = hash;
  row.querySelector("a").href = row.querySelector("img").src = source(hash);
  const text = row.querySelector("textarea");
  text.name = "value.alt:" + hash;
  text.value = alt;
  field.querySelector("[data-rows]").append(row);
  return row;
}

// restore shows the pictures of which only the hashes were kept.
export function restore(field, kept) {
  const input = hidden(field);
  for (const hash of input.value ? [] : (kept[input.name] || "").split(" ").filter(Boolean)) add(field, hash, kept["value.alt:" + hash]);
  keep(field);
}

async function take(field, files) {
  const goes = field.querySelector("[data-goes]");
  const fault = field.querySelector("[data-fault]");
  fault.textContent = "";
  for (const file of files) {
    if (rows(field).length >= Number(field.dataset.most)) {
      fault.textContent = field.dataset.sayMany;
      break;
    }
    goes.textContent = field.dataset.sayGoes + " …";
    const { hash, fault: why } = await upload(file, scene(field), (how) => { goes.textContent = `${field.dataset.sayGoes} ${how}`; });
    if (why) {
      fault.textContent = why;
      break;
    }
    const row = add(field, hash);
    keep(field);
    row?.querySelector("textarea").focus();
  }
  goes.textContent = "";
}

function press(field, button) {
  const row = button.closest("li");
  const next = row.nextElementSibling || row.previousElementSibling;
  if (button.matches("[data-remove]")) {
    row.remove();
    (next?.querySelector("[data-remove]") || field.querySelector("[data-choose]")).focus();
  } else if (button.matches("[data-up]")) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  keep(field);
  if (row.isConnected) (button.disabled ? row.querySelector("button:not(:disabled)") : button).focus();
}

// tend makes the pictures of a form work.
export function tend(dialog) {
  const field = dialog.querySelector("[data-pictures]");
  if (!field) return;
  dialog.addEventListener("change", (e) => {
    if (!e.target.matches("[data-choose]")) return;
    take(field, pictures(e.target));
    e.target.value = "";
  });
  dialog.addEventListener("click", (e) => {
    const button = e.target.closest("[data-up], [data-down], [data-remove]");
    if (button) press(field, button);
  });
  dialog.addEventListener("paste", (e) => {
    const files = pictures(e.clipboardData);
    if (files.length) e.preventDefault(), take(field, files);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    dialog.addEventListener(kind, (e) => {
      if (!carries(e.dataTransfer)) return;
      e.preventDefault();
      field.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") take(field, pictures(e.dataTransfer));
    });
  }
}
