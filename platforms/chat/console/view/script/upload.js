// Brings pictures to the server, and says how far they are when it takes long.
import { brand, element, newDeed, say } from "./wire.js";

const most = 20 << 20; // bytes of one picture
const patience = 180_000; // milliseconds
const kinds = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const percent = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" });

// pictures are the files that somebody chose, dropped or pasted, where they are pictures.
export const pictures = (data) => [...(data?.files || [])].filter((f) => kinds.includes(f.type) || /^image\//.test(f.type));

// carries tells whether a drag brings files.
export const carries = (data) => [...(data?.types || [])].includes("Files");

// upload brings one picture; it answers with its hash, or with why not.
export function upload(file, { room, thread }, progress) {
  if (file.size > most) return Promise.resolve({ fault: say("pictureLarge") });
  const body = new FormData();
  for (const [name, value] of Object.entries({ brand, room, thread: thread || "", deed: newDeed() })) body.set(name, value);
  body.set("file", file);
  return new Promise((done) => {
    const way = new XMLHttpRequest();
    const began = Date.now();
    way.open("POST", "/act/upload");
    way.setRequestHeader("Accept", "application/json");
    way.responseType = "json";
    way.timeout = patience;
    way.upload.onprogress = (e) => Date.now() - began > 1000 && e.lengthComputable && progress(percent.format(e.loaded / e.total));
    way.onload = () => {
      const reply = way.response || {};
      done(reply.picture && !reply.refused ? { hash: reply.picture.hash } : { fault: words(reply) });
    };
    way.onerror = way.ontimeout = () => done({ fault: say("pictureUnsent") });
    way.send(body);
  });
}

const words = (reply) => (reply.notice ? element(reply.notice.html).querySelector(".words")?.textContent.trim() : "") || say("pictureUnsent");

// source is where a picture that is kept is shown from.
export const source = (hash) => `/media/${encodeURIComponent(brand)}/${hash}`;
