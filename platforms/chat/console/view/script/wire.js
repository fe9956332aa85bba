// Speaks to the server. A deed has an id of its own, so that sending it again
// after a lost answer does it once.
export const brand = document.body.dataset.brand;
export const who = brand + "/" + document.body.dataset.user; // whose drafts are kept here
export const say = (key) => document.body.dataset["say" + key[0].toUpperCase() + key.slice(1)] || "";

export function newDeed() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

const patience = 20_000; // milliseconds until an answer counts as lost

// act sends a deed and returns the answer with its status; lost is set when
// there was none.
export async function act(name, fields, { keepalive = false } = {}) {
  const body = new URLSearchParams({ brand, deed: newDeed() });
  for (const [key, value] of fields instanceof FormData ? fields : Object.entries(fields)) body.set(key, value ?? "");
  try {
    const answer = await fetch("/act/" + name, { method: "POST", body, keepalive, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(patience) });
    return { ...(await answer.json()), status: answer.status };
  } catch {
    return { refused: true, lost: true };
  }
}

export async function html(path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  return answer.ok ? answer.text() : null;
}

export function element(text) {
  const t = document.createElement("template");
  t.innerHTML = text.trim();
  return t.content.firstElementChild;
}
