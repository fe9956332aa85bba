// Completes commands in the composer: their names, their arguments, and what
// could stand there.
import { act, brand, say } from "./wire.js";

let known; // the commands this person may use, once asked for
let asked = 0;
const commands = () => (known ??= fetch("/commands/" + encodeURIComponent(brand)).then((a) => (a.ok ? a.json() : [])).catch(() => ((known = null), [])));

// at tells where in a command the cursor stands: which option, and what is
// typed of it already.
function at(text, list) {
  const start = text.match(/^(\/|@)(\S*)(\s+)?/);
  if (!start || !"/ponte".startsWith(text.slice(0, 6).trim().toLowerCase().replace("@", "/"))) return null;
  if (!start[3]) return { names: true, typed: "", from: 0, lead: start[1] + "ponte " };
  const rest = text.slice(start[0].length);
  const name = rest.match(/^\S*/)[0];
  if (rest.length === name.length) return { names: true, typed: name, from: start[0].length, lead: "" };
  const command = list.find((c) => c.name === name.toLowerCase());
  if (!command) return null;
  const options = command.options || [];
  let from = start[0].length + name.length;
  for (let i = 0; ; i++) {
    from += text.slice(from).match(/^\s*/)[0].length;
    const word = text.slice(from).match(/^"[^"]*"?|^\S*/)[0];
    const last = options[i]?.rest || from + word.length === text.length;
    if (last || i >= options.length) return { command, option: options[i], typed: text.slice(from).replace(/^"/, ""), from };
    from += word.length;
  }
}

async function choices(spot, fields) {
  if (spot.names) {
    const list = (await commands()).filter((c) => c.name.startsWith(spot.typed.toLowerCase()) && (!c.in_thread || fields.thread || spot.typed));
    return list.map((c) => ({ value: spot.lead + c.name + " ", label: "/ponte " + c.name, note: c.summary }));
  }
  const { command, option, typed } = spot;
  if (!option) return [];
  if (option.choices?.length) return option.choices.filter((c) => c.startsWith(typed.toLowerCase())).map((c) => ({ value: c + " ", label: c }));
  if (!["person", "label", "saved"].includes(option.kind)) return [];
  const reply = await act("suggest", { ...fields, command: command.name, option: option.name, prefix: typed });
  const quoted = (v) => (/\s/.test(v) && !option.rest ? `"${v}"` : v);
  return (reply.choices || []).slice(0, 12).map((c) => ({ value: quoted(c.value) + " ", label: c.label || c.value, note: c.label && c.label !== c.value ? c.value : "" }));
}

function usage(spot) {
  const p = document.createElement("div");
  p.className = "usage";
  const part = (tag, text) => p.append(Object.assign(document.createElement(tag), { textContent: text }), " ");
  part("span", "/ponte " + spot.command.name);
  for (const o of spot.command.options || []) part(o === spot.option ? "b" : "span", o.required ? o.name : `[${o.name}]`);
  if (spot.option?.summary) part("span", "· " + spot.option.summary + (spot.option.required ? "" : ` (${say("optional")})`));
  if (spot.command.examples?.length) {
    part("span", "· " + say("example"));
    part("code", "/ponte " + spot.command.examples[0]);
  }
  return p;
}

// complete offers what could be typed next in a composer.
export async function complete(form) {
  const turn = ++asked;
  const area = form.elements.text;
  const offer = form.querySelector("[data-offer]");
  const text = area.value.slice(0, area.selectionStart);
  if (!/^[/@]/.test(text) || area.selectionStart !== area.value.length) return hide(form);
  const spot = at(text, await commands());
  if (!spot) return hide(form);
  const list = await choices(spot, { room: form.elements.room.value, thread: form.elements.thread.value });
  if (turn !== asked) return;
  const box = document.createElement("div");
  box.setAttribute("role", "listbox");
  box.id = area.id + "-offer";
  box.setAttribute("aria-label", "/ponte");
  box.tabIndex = 0; // a long list scrolls, by the keyboard too
  list.forEach((c, i) => {
    const row = document.createElement("div");
    row.setAttribute("role", "option");
    row.id = `${box.id}-${i}`;
    row.dataset.value = text.slice(0, spot.from) + c.value;
    row.append(Object.assign(document.createElement("b"), { textContent: c.label }), Object.assign(document.createElement("span"), { textContent: c.note || "" }));
    box.append(row);
  });
  offer.replaceChildren(...(list.length ? [box] : []), ...(spot.command ? [usage(spot)] : []));
  offer.hidden = !offer.childNodes.length;
  if (box.isConnected) area.setAttribute("aria-controls", box.id);
  else area.removeAttribute("aria-controls");
  area.setAttribute("aria-autocomplete", "list");
  pick(form, spot.names && spot.typed ? 0 : -1);
}

export function hide(form) {
  asked++;
  form.querySelector("[data-offer]").hidden = true;
  form.elements.text.removeAttribute("aria-activedescendant");
  form.elements.text.removeAttribute("aria-controls");
}

const rows = (form) => [...form.querySelectorAll("[data-offer]:not([hidden]) [role=option]")];

function pick(form, i) {
  const all = rows(form);
  all.forEach((row, n) => row.setAttribute("aria-selected", String(n === i)));
  if (all[i]) {
    all[i].scrollIntoView({ block: "nearest" });
    form.elements.text.setAttribute("aria-activedescendant", all[i].id);
  } else form.elements.text.removeAttribute("aria-activedescendant");
}

export function take(form, row) {
  const area = form.elements.text;
  area.value = row.dataset.value;
  area.setSelectionRange(area.value.length, area.value.length);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// steer takes the keys that move through what is offered; it reports whether
// the key was for it.
export function steer(form, key) {
  const all = rows(form);
  const now = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (key === "Escape" && !form.querySelector("[data-offer]").hidden) return hide(form), true;
  if (!all.length) return false;
  if (key === "ArrowDown") return pick(form, (now + 1) % all.length), true;
  if (key === "ArrowUp") return pick(form, (now - 1 + all.length) % all.length), true;
  const complete = now >= 0 && all[now].dataset.value.trim() !== form.elements.text.value.trim();
  if (key === "Enter" && complete) return take(form, all[now]), true;
  if (key === "Tab" && complete) return take(form, all[now]), true;
  if (key === "Tab" && now < 0) return take(form, all[0]), true;
  return false;
}
