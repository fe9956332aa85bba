// The page: opens channels and threads without leaving it, and shows what
// happens while one looks.
import { act, brand, element, html, say } from "./wire.js";
import { writeTimes } from "./time.js";
import { addEarlier, articles, atEnd, pill, place, toEnd } from "./list.js";
import { press, react } from "./deed.js";
import { grow, restore, sendNote, typed } from "./note.js";
import { complete, hide, steer, take } from "./complete.js";
import "./attach.js";

const room = document.getElementById("room");
const thread = document.getElementById("thread");
const status = document.getElementById("status");
const pane = (where) => where.querySelector(".pane");
const list = (where) => where.querySelector("[data-list]");

// where reads an address of the page.
function where(path) {
  const [, c, b, r = "", ref = ""] = path.split("/").map(decodeURIComponent);
  return c === "c" && b === brand ? { room: r, ref } : null;
}

async function load(into, path) {
  const text = await html(path);
  if (text === null) return false;
  into.replaceChildren(element(text));
  ready(into);
  return true;
}

function ready(where) {
  const l = list(where);
  if (!l) return;
  writeTimes(where);
  restore(where.querySelector("[data-composer]"));
  const divider = l.querySelector("[data-divider]");
  divider ? divider.scrollIntoView({ block: "center" }) : (l.scrollTop = l.scrollHeight);
  l.addEventListener("scroll", () => atEnd(l) && (pill(l, false), readSoon()), { passive: true });
  grow(where.querySelector("textarea"));
}

// go opens an address of the page in place.
async function go(path, { push = true, ask = true } = {}) {
  const to = where(path);
  if (!to) return location.assign(path);
  const at = "/pane/" + encodeURIComponent(brand) + "/";
  if (to.room && pane(room)?.dataset.room !== to.room && !(await load(room, at + encodeURIComponent(to.room)))) return location.assign(path);
  if (to.ref && pane(thread)?.dataset.thread !== to.ref && !(await load(thread, at + encodeURIComponent(to.room) + "/" + encodeURIComponent(to.ref)))) return location.assign(path);
  const left = !to.ref && to.room && pane(thread)?.dataset.thread;
  if (left) {
    thread.replaceChildren();
    room.querySelector(`article[data-message="${CSS.escape(left)}"]`)?.focus({ preventScroll: true });
  }
  document.body.dataset.pane = to.ref ? "thread" : to.room ? "room" : "rooms";
  if (push && location.pathname !== path) history.pushState(null, "", path);
  settle();
  if (ask && to.ref && matchMedia("(min-width: 821px)").matches) thread.querySelector("textarea").focus({ preventScroll: true });
  readSoon();
}

// settle marks what is open in the lists beside it.
function settle() {
  const here = pane(room)?.dataset.room;
  for (const a of document.querySelectorAll("[data-channel]")) a.dataset.channel === here ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
  const open = pane(thread)?.dataset.thread;
  for (const a of room.querySelectorAll("article")) a.classList.toggle("current", !!open && a.dataset.message === open);
  const unread = [...document.querySelectorAll("[data-channel]")].reduce((n, a) => n + Number(a.dataset.unread), 0);
  const name = room.querySelector("h1")?.textContent.replace(/^#/, "").trim() || "";
  document.title = (unread ? `(${unread}) ` : "") + (name ? name + " · " : "") + "Ponte";
}

let reading;
const done = {};
// readSoon tells the server how far one has read, when one really looks.
function readSoon() {
  clearTimeout(reading);
  reading = setTimeout(async () => {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    for (const side of [room, thread]) {
      const p = pane(side);
      const last = p?.dataset.last;
      if (!last || !p.offsetParent || !atEnd(list(side))) continue;
      const key = p.dataset.room + "/" + (p.dataset.thread || "");
      if (done[key] >= last) continue;
      done[key] = last;
      const reply = await act("read", { room: p.dataset.room || pane(room).dataset.room, thread: p.dataset.thread || "", ref: last });
      if (!reply.rooms) {
        delete done[key];
        continue;
      }
      rooms(reply.rooms);
      const talk = room.querySelector(`article[data-message="${CSS.escape(p.dataset.thread || "")}"] .talk`);
      talk?.classList.remove("unread");
      talk?.querySelector("[data-new]")?.remove();
    }
  }, 700);
}

function rooms(text) {
  const box = document.querySelector("[data-rooms]");
  if (box.innerHTML !== text) {
    const focus = box.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    box.innerHTML = text;
    if (focus) box.querySelector(`[data-channel="${CSS.escape(focus)}"]`)?.focus();
  }
  settle();
}

function arrived({ ref, thread: under, room: at, html: text }) {
  const open = pane(thread);
  if (pane(room)?.dataset.room !== at) return;
  const newer = (p, id) => { if (!(p.dataset.last >= id)) p.dataset.last = id; };
  newer(pane(room), ref);
  let fresh = false;
  if (!under) {
    fresh = place(list(room), ref, text);
    const top = open?.dataset.thread === ref && open.querySelector("[data-top]");
    if (top) place(top, ref, text);
  } else if (open?.dataset.thread === under) {
    newer(open, ref);
    fresh = place(list(thread), ref, text, { own: open.dataset.own === ref });
  }
  if (fresh) {
    const a = element(text);
    status.textContent = `${say("new")} ${a.getAttribute("aria-label")}: ${(a.querySelector("blockquote, .text, .words")?.textContent || "").slice(0, 200)}`;
  }
}

// again reads everything anew, after one was away too long.
async function again() {
  const at = "/pane/" + encodeURIComponent(brand) + "/";
  for (const [side, key] of [[room, ""], [thread, "thread"]]) {
    const p = pane(side);
    if (!p) continue;
    const path = at + encodeURIComponent(pane(room).dataset.room) + (key ? "/" + encodeURIComponent(p.dataset.thread) : "");
    const text = await html(path);
    if (text === null) continue;
    const fresh = element(text);
    for (const a of fresh.querySelectorAll("article[data-message]")) place(list(side), a.dataset.message, a.outerHTML);
    p.dataset.last = fresh.dataset.last;
  }
  const nav = await html(location.pathname);
  if (nav) rooms(new DOMParser().parseFromString(nav, "text/html").querySelector("[data-rooms]").innerHTML);
}

function listen() {
  const live = new EventSource(`/live/${encodeURIComponent(brand)}?since=${encodeURIComponent(document.body.dataset.since)}`);
  const state = document.querySelector("[data-link]");
  const parse = (e) => JSON.parse(e.data);
  live.addEventListener("message", (e) => { arrived(parse(e)); settle(); readSoon(); });
  live.addEventListener("rooms", (e) => rooms(parse(e).html));
  live.addEventListener("refetch", () => again());
  live.addEventListener("enough", () => { live.close(); rest(); });
  let lost;
  live.onopen = () => { clearTimeout(lost); state.textContent = ""; };
  live.onerror = () => {
    clearTimeout(lost);
    lost = setTimeout(() => { state.textContent = say("lost"); }, 3000);
    if (live.readyState === EventSource.CLOSED) setTimeout(() => { live.close(); listen(); again(); }, 4000);
  };
}

// rest listens again when somebody looks: too many pages were open.
function rest() {
  const wake = () => {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    removeEventListener("focus", wake);
    clearTimeout(soon);
    listen();
    again();
  };
  const soon = setTimeout(wake, 4000);
  addEventListener("focus", wake);
}

// move goes through the messages of a list with the arrow keys.
function move(step) {
  const side = document.activeElement.closest?.("#thread") ? thread : room;
  const all = articles(list(side) || side);
  if (!all.length) return;
  const now = all.indexOf(document.activeElement.closest?.("article"));
  const to = all[now < 0 ? (step < 0 ? all.length - 1 : 0) : Math.max(0, Math.min(all.length - 1, now + step))];
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", async (e) => {
  const on = (selector) => e.target.closest(selector);
  const plain = !(e.metaKey || e.ctrlKey || e.shiftKey || e.button);
  for (const m of document.querySelectorAll("details.menu[open]")) if (!m.contains(e.target)) m.open = false;
  const link = on("[data-channel], [data-open], .back, .close");
  if (link && plain) return e.preventDefault(), go(link.getAttribute("href"));
  const earlier = on("[data-earlier]");
  if (earlier && plain) {
    e.preventDefault();
    const text = await html(earlier.getAttribute("href").replace(/^\/c\//, "/pane/"));
    if (text !== null) addEarlier(earlier.closest("[data-list]"), element(text));
    return;
  }
  const button = on("button");
  if (button?.dataset.verb) return press(button);
  if (button?.hasAttribute("data-dismiss")) return button.closest("article").remove();
  if (button?.hasAttribute("data-pill")) return toEnd(button.closest(".pane").querySelector("[data-list]")), readSoon();
  if (button?.dataset.emoji) return react(button.closest("article"), button.dataset.emoji, button.getAttribute("aria-pressed") === "true");
  if (button?.hasAttribute("data-picker")) return offerEmoji(button);
  if (button?.dataset.pick) return picker.hidePopover(), react(picker.target, button.dataset.pick, false);
  const row = on("[role=option]");
  if (row) return take(row.closest("form"), row);
  const card = on("#room article[data-kind=card]");
  if (card && !on("a, button, summary, details[open] > :not(summary)") && getSelection().isCollapsed) card.querySelector("[data-open].talk")?.click();
});

const picker = document.getElementById("picker");
function offerEmoji(button) {
  picker.target = button.closest("article");
  picker.showPopover();
  const at = button.getBoundingClientRect();
  const height = picker.offsetHeight;
  picker.style.left = Math.max(8, Math.min(at.left, innerWidth - picker.offsetWidth - 8)) + "px";
  picker.style.top = (at.top - height - 4 > 0 ? at.top - height - 4 : at.bottom + 4) + "px";
  picker.querySelector("button").focus();
}

document.addEventListener("input", (e) => {
  const form = e.target.closest("[data-composer]");
  if (!form) return;
  typed(form);
  complete(form);
});
document.addEventListener("focusout", (e) => {
  const form = e.target.closest("[data-composer]");
  if (form) setTimeout(() => form.contains(document.activeElement) || hide(form), 200);
});
document.addEventListener("submit", (e) => {
  const form = e.target.closest("[data-composer]");
  if (form) e.preventDefault(), hide(form), sendNote(form);
});

document.addEventListener("keydown", (e) => {
  if (e.isComposing || e.defaultPrevented || document.querySelector("dialog[open]")) return;
  const form = e.target.closest("[data-composer]");
  if (form && e.target.name === "text") {
    if (steer(form, e.key)) e.preventDefault();
    else if (e.key === "Enter" && !e.shiftKey) e.preventDefault(), form.requestSubmit();
    else if (e.key === "Escape") (articles(list(form.closest("#thread") || room)).at(-1) || e.target).focus(), e.target.blur();
    else if (e.key === "ArrowUp" && !e.target.value) e.preventDefault(), articles(list(form.closest("#thread") || room)).at(-1)?.focus();
    return;
  }
  if (e.target.closest("input, textarea, select, [popover]") || e.metaKey || e.ctrlKey || e.altKey) return;
  if (e.key === "/") {
    const area = thread.querySelector("textarea") || room.querySelector("textarea");
    area?.focus();
    if (!area || area.value) e.preventDefault(); // into an empty composer it is typed, and the commands show
  }
  else if (e.key === "ArrowDown" || e.key === "ArrowUp") e.preventDefault(), move(e.key === "ArrowUp" ? -1 : 1);
  else if (e.key === "Enter" && e.target.matches("#room article")) e.preventDefault(), e.target.querySelector(".talk")?.click();
  else if (e.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) menu.open = false, menu.querySelector("summary").focus();
    else if (pane(thread)) go(thread.querySelector(".back").getAttribute("href"));
  }
});

addEventListener("popstate", () => (where(location.pathname) ? go(location.pathname, { push: false }) : location.reload()));
addEventListener("focus", readSoon);
document.addEventListener("visibilitychange", readSoon);
document.addEventListener("toggle", (e) => {
  if (e.target.matches?.("details.more[open]")) {
    const body = e.target.querySelector(".menu-body");
    const low = body.getBoundingClientRect().bottom > innerHeight - 96;
    e.target.classList.toggle("up", low);
  }
}, true);

ready(room);
ready(thread);
settle();
listen();
readSoon();
