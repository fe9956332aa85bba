// Pictures for a note: chosen with the clip, pasted, or dropped on the pane.
import { answer, plain } from "./deed.js";
import { attach, detach } from "./note.js";
import { carries, pictures, upload } from "./upload.js";

const most = 10; // pictures of one note

async function take(form, files) {
  const goes = form.querySelector("[data-goes]");
  const { room, thread } = Object.fromEntries(new FormData(form));
  const fail = (why) => answer({ notice: { html: plain(why) } }, form.closest(".pane"));
  for (const file of files) {
    if (form.querySelectorAll("[data-attached] > li").length >= most) {
      fail(goes.dataset.sayMany);
      break;
    }
    goes.textContent = goes.dataset.sayGoes + " …";
    const { hash, fault } = await upload(file, { room, thread }, (how) => { goes.textContent = `${goes.dataset.sayGoes} ${how}`; });
    if (fault) {
      fail(fault);
      break;
    }
    attach(form, hash);
  }
  goes.textContent = "";
  form.elements.text.focus();
}

document.addEventListener("change", (e) => {
  if (!e.target.matches("[data-attach]")) return;
  take(e.target.form, pictures(e.target));
  e.target.value = "";
});
document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-detach]");
  if (button) detach(button.closest("form"), button.dataset.detach);
});
document.addEventListener("paste", (e) => {
  const form = e.target.closest?.("[data-composer]");
  const files = form ? pictures(e.clipboardData) : [];
  if (files.length) e.preventDefault(), take(form, files);
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    if (!carries(e.dataTransfer) || e.defaultPrevented) return;
    e.preventDefault(); // a file that misses does not take the page's place
    const form = document.querySelector("dialog[open]") ? null : e.target.closest?.(".pane")?.querySelector("[data-composer]");
    for (const f of document.querySelectorAll("[data-composer]")) f.classList.toggle("over", f === form && kind !== "drop" && kind !== "dragleave");
    if (kind === "drop" && form) take(form, pictures(e.dataTransfer));
  });
}

// A picture that is gone leaves its description.
const gone = (img) => img.matches?.("[data-kept] img") && img.closest("[data-kept]").classList.add("lost");
document.addEventListener("error", (e) => gone(e.target), true);
for (const img of document.images) if (img.complete && !img.naturalWidth) gone(img);
