// A record's form: Ctrl+S saves, the first error gets the focus, unsaved changes are not lost by a slip.
import { covered, text } from "./page.js";
import { toast } from "./toasts.js";

let form = null;
let loaded = "";

/** What the form holds. */
const written = () => (form ? new URLSearchParams(new FormData(form)).toString() : "");
/** Whether the page has changes that are not saved. */
export const dirty = () => form !== null && document.contains(form) && written() !== loaded;

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || covered()) return;
  const save = document.querySelector("[data-save]");
  if (!save && !form) return;
  event.preventDefault();
  save?.click();
});

window.addEventListener("beforeunload", (event) => { if (dirty() && !form.dataset.sending) event.preventDefault(); });

document.addEventListener("submit", (event) => {
  const act = event.target.closest("[data-act]");
  if (!act) return;
  if (dirty()) {
    event.preventDefault();
    toast(text("save_first"), "warning");
  } else if (act.dataset.confirm && !window.confirm(act.dataset.confirm)) {
    event.preventDefault();
  }
});

for (const kind of ["input", "change", "chosen"]) document.addEventListener(kind, (event) => settled(event.target));

/** What was wrong with a field is said no longer once somebody types into it: the next save looks anew. */
function settled(target) {
  const field = target.closest?.("td, .box");
  if (!field || !form?.contains(field)) return;
  for (const wrong of field.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
  field.querySelector("p.error")?.remove();
  const row = field.closest("tr.wrong");
  if (row && !row.querySelector("p.error")) row.classList.remove("wrong");
}

/** Remember what the form held, and lead to what is wrong in it. */
export function startForms(root) {
  const found = root.matches?.("form[data-record]") ? root : root.querySelector?.("form[data-record]");
  if (!found) return;
  form = found;
  const wrong = document.querySelector("#conflict") ?? form.querySelector("[aria-invalid=true]");
  // A form that came back from a refused save holds what is not saved yet.
  loaded = "unsaved" in form.dataset ? "" : written();
  form.addEventListener("htmx:beforeRequest", () => { form.dataset.sending = "1"; });
  form.addEventListener("htmx:afterRequest", (event) => { if (!event.detail.xhr.getResponseHeader("HX-Redirect")) delete form.dataset.sending; });
  if (wrong) wrong.focus();
  else if (location.pathname.endsWith("/new")) form.querySelector(".input, .check-input")?.focus();
}
