// The panel beside a record: Alt+A shows or hides it; files come by a button or by dropping them, and go with an Undo.
import { covered, text } from "./page.js";
import { toast } from "./toasts.js";

const UNDO_TIME = 10000;
const panel = () => document.getElementById("panel");
const renew = () => window.htmx.trigger("#panel-body", "renew");
const token = () => document.querySelector("[name=csrf_token]").value;

function toggle() {
  const closed = document.querySelector(".beside").classList.toggle("panel-closed");
  document.querySelector("[data-toggle-panel]")?.setAttribute("aria-expanded", String(!closed));
  document.cookie = `panel=${closed ? "closed" : "open"}; path=/; max-age=31536000; samesite=lax`;
  if (!closed && matchMedia("(max-width: 1100px)").matches) panel().scrollIntoView({ block: "start" });
}

async function post(url, body) {
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token() } });
    if (answer.status === 413) return [false, text("too_large")];
    return [answer.ok, answer.ok || answer.status === 422 ? await answer.text() : text("offline")];
  } catch {
    return [false, text("offline")];
  }
}

async function upload(files) {
  const url = panel()?.querySelector("[data-upload]")?.dataset.upload;
  if (!url || !files.length) return;
  const body = new FormData();
  for (const file of files) body.append("file", file);
  panel().setAttribute("aria-busy", "true");
  const [ok, message] = await post(url, body);
  panel().removeAttribute("aria-busy");
  toast(plain(message), ok ? "success" : "danger");
  renew();
}

/** What the server escaped for HTML, as a toast writes it. */
function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

async function remove(url) {
  const [ok, message] = await post(`${url}/remove`);
  renew();
  if (!ok) { toast(plain(message), "danger"); return; }
  toast(plain(message), "info", { stay: UNDO_TIME, act: { label: text("undo"), run: () => restore(url) } });
}

async function restore(url) {
  const [ok, message] = await post(`${url}/restore`);
  toast(plain(message), ok ? "success" : "danger");
  renew();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey && event.code === "KeyA" && !event.ctrlKey && panel() && !covered()) {
    event.preventDefault();
    toggle();
  }
  if ((event.key === "Enter" || event.key === " ") && event.target.closest?.("[data-choose-file]")) {
    event.preventDefault();
    document.getElementById("panel-file").click();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.(".panel-note")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle-panel]")) toggle();
  const gone = event.target.closest("[data-remove-file]");
  if (gone) remove(gone.dataset.removeFile);
});

document.addEventListener("change", (event) => {
  if (event.target.id === "panel-file") upload([...event.target.files]);
});

const drops = (event) => event.target.closest?.("#panel") && event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (drops(event)) event.preventDefault();
  panel()?.classList.toggle("dropping", Boolean(drops(event) && panel().querySelector("[data-upload]")));
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) panel()?.classList.remove("dropping"); });
document.addEventListener("drop", (event) => {
  panel()?.classList.remove("dropping");
  if (!drops(event)) return;
  event.preventDefault();
  upload([...event.dataTransfer.files]);
});
