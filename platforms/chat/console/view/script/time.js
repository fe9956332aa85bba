// Writes times as people say them: "5 min ago". The exact time stays in the title.
const lang = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

function words(then) {
  const s = (then - Date.now()) / 1000;
  const away = Math.abs(s);
  if (away < 45) return relative.format(0, "second");
  if (away < 3570) return relative.format(Math.round(s / 60), "minute");
  if (away < 84600) return relative.format(Math.round(s / 3600), "hour");
  if (away < 7 * 86400) return relative.format(Math.round(s / 86400), "day");
  return "";
}

export function writeTimes(root = document) {
  for (const el of root.querySelectorAll("time[datetime]")) {
    el.dataset.at ??= el.textContent;
    const text = words(Date.parse(el.dateTime)) || el.dataset.at;
    if (el.textContent !== text) el.textContent = text;
  }
}

setInterval(writeTimes, 30_000, document);
