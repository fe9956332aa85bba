// Carries out what a person does: clicks, reactions, forms, and the notices that
// answer them.
import { act, element, newDeed, say, who } from "./wire.js";
import { articles, markTouched, toEnd } from "./list.js";
import { writeTimes } from "./time.js";
import { countFields } from "./count.js";
import { restore, tend } from "./pictures.js";
import { echo, preview } from "./preview.js";

const scene = (el) => {
  const pane = el.closest(".pane") || document.querySelector("#thread .pane") || document.querySelector("#room .pane");
  const thread = pane?.dataset.thread || "";
  return { pane, room: pane?.dataset.room || document.querySelector("#room .pane")?.dataset.room || "", thread, seen: seen(pane) };
};

// seen is the newest message that a thread's pane shows; nothing for a room.
export function seen(pane) {
  const thread = pane?.dataset.thread;
  return thread ? articles(pane.querySelector("[data-list]")).at(-1)?.dataset.message || thread : "";
}

// seenFrom is what whoever writes in a pane has before them: of a room its newest card.
export function seenFrom(pane) {
  const cards = pane?.dataset.thread ? [] : [...(pane?.querySelectorAll("[data-list] article[data-kind=card]") || [])];
  return seen(pane) || cards.at(-1)?.dataset.message || "";
}

// seenIn is the same of a thread, where it is open.
const seenIn = (thread) => (thread ? seen(document.querySelector(`.pane[data-thread="${CSS.escape(thread)}"]`)) : "");

// answer shows what a deed is answered with, to this person only.
export function answer(reply, pane) {
  if (reply.lost) notice(pane, plain(say("unsent")));
  if (reply.notice) notice(pane, reply.notice.html);
  if (reply.form) openForm(reply.form.html);
}

export function plain(text) {
  const p = document.createElement("p");
  p.className = "words";
  p.textContent = text;
  return `<article class="message notice" data-kind="notice" tabindex="-1">${p.outerHTML}<p class="only-you"><span></span><button type="button" class="quiet" data-dismiss>${say("hidden")}</button></p></article>`;
}

function notice(pane, text) {
  const list = pane?.querySelector("[data-list]");
  if (!list) return;
  list.querySelectorAll("[data-empty]").forEach((e) => e.remove());
  const fresh = element(text);
  writeTimes(fresh);
  list.append(fresh);
  toEnd(list);
  document.getElementById("status").textContent = fresh.querySelector(".words")?.textContent || fresh.textContent;
}

// press sends a click on a button of a card, asking first where the card says so.
export async function press(button) {
  if (button.getAttribute("aria-busy")) return;
  if (button.dataset.confirm && !(await sure(button.dataset.confirm, button.textContent))) return;
  const article = button.closest("article");
  const { pane, room, thread, seen } = scene(button);
  markTouched(article);
  button.setAttribute("aria-busy", "true");
  const { verb, subject, revision, value = "" } = button.dataset;
  const reply = await act("click", { room, thread, seen, ref: article?.dataset.message || "", verb, subject, revision, value });
  button.removeAttribute("aria-busy");
  button.closest("details.menu")?.removeAttribute("open");
  markTouched(article);
  if (article?.dataset.kind === "notice" && !reply.refused && !reply.lost) article.remove();
  answer(reply, pane);
}

function sure(question, yes) {
  const ask = document.getElementById("ask");
  ask.querySelector("p").textContent = question;
  const [no, go] = ask.querySelectorAll("button");
  go.textContent = yes;
  ask.showModal();
  return new Promise((done) => {
    no.onclick = () => ask.close("no");
    go.onclick = () => ask.close("yes");
    ask.onclose = () => done(ask.returnValue === "yes") || (ask.returnValue = "");
  });
}

export async function react(article, emoji, removed) {
  const { pane, room, thread } = scene(article);
  markTouched(article);
  const reply = await act("react", { room, thread, ref: article.dataset.message, emoji, removed });
  answer(reply, pane);
}

// openForm shows a form. What was typed into it before is there again, unless
// the form comes with words of its own.
export function openForm(text) {
  const fresh = element(text);
  const verb = fresh.dataset.form;
  const old = document.querySelector(`dialog[data-form="${CSS.escape(verb)}"]`);
  const key = `form/${who}/${verb}/${fresh.querySelector("[name=subject]").value}`;
  const kept = { ...JSON.parse(sessionStorage.getItem(key) || "{}"), ...(old ? typed(old) : {}) };
  if (old) {
    old.dataset.done = "1";
    old.close();
  }
  const from = document.activeElement.closest("article[data-message]");
  const back = from && `#${from.closest("#thread, #room").id} article[data-message="${CSS.escape(from.dataset.message)}"]`;
  document.body.append(fresh);
  for (const field of fresh.querySelectorAll("[data-pictures]")) restore(field, kept);
  for (const field of inputs(fresh)) if (!field.value && kept[field.name]) field.value = kept[field.name];
  tend(fresh);
  countFields(fresh);
  preview(fresh);
  echo(fresh);
  writeTimes(fresh);
  fresh.showModal();
  (fresh.querySelector("[aria-invalid=true]") || fresh.querySelector(".field textarea") || fresh.querySelector(".field input, .field select"))?.focus();
  const thread = fresh.querySelector("[name=thread]").value;
  fresh.dataset.seen = seenIn(thread); // what comes behind the form nobody sees
  for (const kind of ["input", "change"]) fresh.addEventListener(kind, () => delete fresh.dataset.deed); // other words are another deed
  fresh.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(typed(fresh))));
  fresh.addEventListener("change", (e) => fill(fresh, e.target));
  fresh.addEventListener("click", (e) => e.target.closest("[data-close]") && fresh.close());
  fresh.addEventListener("submit", (e) => (e.preventDefault(), submitForm(fresh, key)));
  fresh.addEventListener("close", () => {
    left(fresh);
    fresh.remove();
    // What opened it may have been drawn anew meanwhile.
    if (back && document.activeElement === document.body) document.querySelector(back)?.focus({ preventScroll: true });
  });
}

const inputs = (dialog) => [...dialog.querySelectorAll("[name^='value.']")].filter((f) => f.type !== "checkbox");
const typed = (dialog) => Object.fromEntries(inputs(dialog).map((f) => [f.name, f.value]));

// fill writes a saved text behind what stands in the field it is for.
function fill(dialog, choice) {
  const text = choice.selectedOptions?.[0]?.dataset.text;
  const into = choice.dataset.fills && dialog.querySelector(`[name="value.${CSS.escape(choice.dataset.fills)}"]`);
  if (!text || !into) return;
  into.focus();
  const end = into.value.length;
  into.setRangeText((/\S$/.test(into.value) ? " " : "") + text, end, end, "end");
  into.dispatchEvent(new Event("input", { bubbles: true }));
}

async function submitForm(dialog, key) {
  const form = dialog.querySelector("form");
  const button = form.querySelector(".end button:not([data-close])");
  if (button.getAttribute("aria-busy")) return;
  const missing = form.querySelector(":invalid");
  if (missing) {
    missing.reportValidity();
    return;
  }
  button.setAttribute("aria-busy", "true");
  dialog.dataset.deed ||= newDeed();
  const fields = new FormData(form);
  fields.set("deed", dialog.dataset.deed);
  fields.set("seen", dialog.dataset.seen);
  const reply = await act("submit", fields);
  button.removeAttribute("aria-busy");
  if (reply.form) return openForm(reply.form.html);
  if (reply.refused || reply.lost) {
    if (reply.status === 409) delete dialog.dataset.deed;
    if (!reply.lost) dialog.dataset.seen = seenIn(fields.get("thread"));
    const said = dialog.querySelector("[data-said]");
    said.replaceChildren(element(reply.notice ? reply.notice.html : plain(say("unsent"))));
    said.scrollIntoView({ block: "nearest" });
    return;
  }
  sessionStorage.removeItem(key);
  dialog.dataset.done = "1";
  dialog.close();
  answer(reply, scene(document.body).pane);
}

// left tells that a form was closed without being sent.
function left(dialog) {
  if (dialog.dataset.done || !dialog.dataset.closed) return;
  dialog.dataset.done = "1";
  const f = dialog.querySelector("form").elements;
  act("click", { room: f.room.value, thread: f.thread.value, verb: dialog.dataset.closed, subject: f.subject.value, revision: f.revision.value }, { keepalive: true });
}
addEventListener("pagehide", () => document.querySelectorAll("dialog.form").forEach(left));
