// Keeps the lists of messages: new ones come in without the page jumping, and
// what is under the pointer stays where it is.
import { element, say } from "./wire.js";
import { writeTimes } from "./time.js";

const most = 300; // articles kept in a list while one reads its end
const held = new Map(); // changes that wait until the pointer has left, by article
const touched = new WeakMap(); // when the person last did something to an article
let hovers = false; // there is a pointer that rests on things without pressing them
for (const kind of ["pointermove", "pointerdown"]) addEventListener(kind, (e) => { hovers = e.pointerType !== "touch"; }, { passive: true });

export const articles = (list) => [...list.querySelectorAll("article[data-message]")].filter((a) => !a.closest("[data-top]"));
export const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 48;

export function toEnd(list) {
  list.scrollTop = list.scrollHeight;
  pill(list, false);
}

export function pill(list, shown) {
  const p = list.parentElement.querySelector("[data-pill]");
  if (p) p.hidden = !shown;
}

// markTouched lets the next change of an article show at once: it is the answer
// to what the person just did.
export const markTouched = (article) => article && touched.set(article, Date.now());

// steady runs a change of a list, and keeps what one looks at where it was.
function steady(list, change) {
  const under = hovers ? list.querySelector("article:hover") : null;
  const top = list.getBoundingClientRect().top;
  const anchor = under || (list.contains(document.activeElement) && document.activeElement.closest("article")) ||
    [...list.querySelectorAll("article")].find((a) => a.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) list.scrollTop += anchor.getBoundingClientRect().top - before;
}

// place puts a message where it belongs, or anew where it stands. It reports
// whether it came at the end.
export function place(list, ref, text, { own = false } = {}) {
  const was = list.querySelector(`article[data-message="${CSS.escape(ref)}"]`);
  if (was) {
    swap(list, was, text);
    return false;
  }
  const all = articles(list);
  if (all.length && ref < all[0].dataset.message && list.querySelector("[data-earlier]")) return false;
  const next = all.find((a) => a.dataset.message > ref);
  const end = atEnd(list);
  const under = hovers && list.querySelector("article:hover");
  const fresh = element(text);
  writeTimes(fresh);
  fresh.classList.add("arrived");
  steady(list, () => {
    list.querySelector("[data-empty]")?.remove();
    next ? next.before(fresh) : list.append(fresh);
  });
  if (own || (end && !under)) {
    toEnd(list);
    trim(list);
  } else if (!next) pill(list, !atEnd(list));
  return !next;
}

// trim lets go of what is far above. The way back is the link to earlier ones.
function trim(list) {
  const all = articles(list);
  if (all.length <= most) return;
  const rest = all.slice(0, all.length - most / 2);
  const first = all[all.length - most / 2].dataset.message;
  rest.forEach((a) => a.remove());
  list.querySelectorAll("[data-divider]").forEach((d) => d.remove());
  let link = list.querySelector("[data-earlier]");
  if (!link) {
    link = element('<a class="earlier" data-earlier></a>');
    link.textContent = say("earlier");
    list.prepend(link);
  }
  const { thread, room } = list.parentElement.dataset;
  link.href = thread ? `${location.pathname}?before=${first}` : `/c/${encodeURIComponent(document.body.dataset.brand)}/${encodeURIComponent(room)}?before=${first}`;
  toEnd(list);
}

function swap(list, was, text) {
  const open = was.querySelector("details[open]");
  const busy = (hovers && was.matches(":hover")) || was.contains(document.activeElement) && was !== document.activeElement || open?.matches(".menu");
  if (busy && Date.now() - (touched.get(was) || 0) > 15_000) {
    held.set(was, () => swap(list, was, text));
    return;
  }
  held.delete(was);
  const fresh = element(text);
  writeTimes(fresh);
  const focus = was.contains(document.activeElement) ? document.activeElement.dataset.verb || "" : null;
  fresh.classList.toggle("current", was.classList.contains("current"));
  if (open?.matches(".long")) fresh.querySelector("details.long")?.setAttribute("open", "");
  if (touched.has(was)) touched.set(fresh, touched.get(was));
  steady(list, () => was.replaceWith(fresh));
  if (focus !== null) (fresh.querySelector(`[data-verb="${CSS.escape(focus)}"]`) || fresh).focus({ preventScroll: true });
}

// release shows what was held for articles that the pointer and focus have left.
export function release() {
  for (const [article, run] of [...held]) {
    if (!article.isConnected) held.delete(article);
    else if (!article.matches(":hover") && !article.contains(document.activeElement)) run();
  }
}
addEventListener("pointerout", () => queueMicrotask(release));
addEventListener("focusout", () => setTimeout(release));

// addEarlier puts the page before what a list shows on top of it.
export function addEarlier(list, pane) {
  const link = list.querySelector("[data-earlier]");
  const height = list.scrollHeight;
  const top = list.scrollTop;
  const fresh = pane.querySelector("[data-list]");
  fresh.querySelectorAll("[data-top], [data-empty]").forEach((e) => e.remove());
  writeTimes(fresh);
  link.replaceWith(...fresh.childNodes);
  list.scrollTop = top + list.scrollHeight - height;
}
