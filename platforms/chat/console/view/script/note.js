// Sends notes. Each is a deed from the moment it is sent; what is typed while it
// is on its way is the next one. What was not taken is kept, with its deed, so
// that the same text sent again is the same note.
import { act, newDeed, who } from "./wire.js";
import { answer, seenFrom } from "./deed.js";
import { toEnd } from "./list.js";
import { source } from "./upload.js";

const boxes = new Map(); // what composers hold, by their key

const keyOf = (form) => `draft/${who}/${form.elements.room.value}/${form.elements.thread.value}`;

// boxOf returns what a composer holds: its text and pictures, the deed of these
// when they were sent before, and the notes on their way in their order.
function boxOf(key) {
  if (!boxes.has(key)) {
    const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
    boxes.set(key, { text: kept.text || "", pictures: kept.pictures || [], deed: kept.deed || "", going: kept.going || [], busy: false });
  }
  return boxes.get(key);
}

function keep(key, { text, pictures, deed, going }) {
  text || pictures.length || going.length ? sessionStorage.setItem(key, JSON.stringify({ text, pictures, deed, going })) : sessionStorage.removeItem(key);
}

const composer = (key) => [...document.querySelectorAll("[data-composer]")].find((form) => keyOf(form) === key);

// show brings a composer, where it is on the page, to what it holds.
function show(key) {
  const form = composer(key);
  if (!form) return;
  const { text, pictures, going } = boxOf(key);
  const area = form.elements.text;
  if (area.value !== text) area.value = text;
  grow(area);
  form.querySelector("[data-attached]").replaceChildren(...pictures.map((hash) => row(form, hash)));
  form.querySelector("[data-going]").replaceChildren(...going.map((note) => Object.assign(document.createElement("p"), { textContent: note.text + " ▣".repeat(note.pictures ? note.pictures.split(" ").length : 0) })));
}

// row is a picture that goes with the next note.
function row(form, hash) {
  const li = form.querySelector("template[data-attachment]").content.firstElementChild.cloneNode(true);
  li.querySelector("img").src = source(hash);
  li.querySelector("button").dataset.detach = hash;
  return li;
}

// attach puts a picture that is kept beside what stands in a composer.
export function attach(form, hash) {
  const key = keyOf(form);
  const box = boxOf(key);
  if (!box.pictures.includes(hash)) box.pictures.push(hash);
  box.deed = "";
  keep(key, box);
  show(key);
}

// detach takes it away again.
export function detach(form, hash) {
  const key = keyOf(form);
  const box = boxOf(key);
  box.pictures = box.pictures.filter((h) => h !== hash);
  box.deed = "";
  keep(key, box);
  show(key);
  form.elements.text.focus();
}

// back puts the first note on its way into the composer again. Its deed stays
// with it as long as nothing else stands there.
function back(box) {
  const note = box.going.shift();
  box.deed = box.text || box.pictures.length ? "" : note.deed;
  box.pictures = [...(note.pictures || "").split(" ").filter(Boolean), ...box.pictures];
  box.text = box.text ? note.text + "\n" + box.text : note.text;
}

export function grow(area) {
  if (!area || CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = area.scrollHeight + "px";
}

// typed keeps what stands in a composer. Another text is another deed.
export function typed(form) {
  const key = keyOf(form);
  const box = boxOf(key);
  if (box.text !== form.elements.text.value) box.deed = "";
  box.text = form.elements.text.value;
  keep(key, box);
  grow(form.elements.text);
}

// restore fills a composer that was just drawn.
export function restore(form) {
  if (!form) return;
  const key = keyOf(form);
  const box = boxOf(key);
  if (!box.busy && !box.text && !box.pictures.length && box.going.length === 1) back(box);
  show(key);
}

// sendNote sends what stands in a composer, after what is still to go from there.
export async function sendNote(form) {
  const key = keyOf(form);
  const box = boxOf(key);
  typed(form);
  if (box.text.trim() || box.pictures.length) {
    box.going.push({ text: box.text, pictures: box.pictures.join(" "), deed: box.deed || newDeed(), seen: seenFrom(form.closest(".pane")) });
    box.text = box.deed = "";
    box.pictures = [];
    keep(key, box);
    form.querySelector("[data-attached]").replaceChildren();
    form.elements.text.value = "";
    grow(form.elements.text);
    setTimeout(show, 400, key); // most are there before
  }
  if (box.busy) return;
  box.busy = true;
  const { room, thread } = Object.fromEntries(new FormData(form));
  while (box.going.length && (await deliver(key, box, { room, thread })));
  box.busy = false;
}

// deliver sends the first note that is to go; it reports whether the next may follow.
async function deliver(key, box, where) {
  const reply = await act("say", { ...where, ...box.going[0] });
  const stays = reply.lost && (box.going.length > 1 || box.text || box.pictures.length);
  if (!stays && (reply.lost || reply.refused)) {
    back(box);
    if (reply.status === 409) box.deed = "";
  } else if (!stays) box.going.shift();
  keep(key, box);
  show(key);
  const pane = composer(key)?.closest(".pane");
  if (pane && reply.ref) pane.dataset.own = reply.ref;
  answer(reply, pane);
  const list = pane?.querySelector("[data-list]");
  if (reply.ref && list) toEnd(list);
  return !reply.lost;
}
