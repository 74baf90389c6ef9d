// What is typed into a form survives a crash: kept in this browser, by user, company and record, within two seconds.
// A draft carries the base of the form that it was typed into, so that saving it later meets what others changed.
import { follow } from "./derive.js";
import { addLine } from "./grid.js";
import { text } from "./page.js";

const DELAY = 1000;
const DAYS = 7 * 24 * 3600 * 1000;
const PREFIX = "draft ";
const LEFT_OUT = new Set(["csrf_token", "_base"]);
let form = null;
let loaded = "";
let timer = 0;
let offered = null;

const user = () => document.body.dataset.user ?? "";
const key = () => `${PREFIX}${user()} ${location.pathname}`;
const typed = () => [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.has(name) && typeof value === "string");

function each(act) {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) act(name);
}

/** Another user's drafts are nobody's business here; old ones nobody's at all. */
function sweep() {
  const me = user().split(".")[0];
  if (!me) return;
  each((name) => {
    const mine = name.slice(PREFIX.length).split(".")[0] === me;
    if (!mine || Date.now() - (read(name)?.at ?? 0) > DAYS) localStorage.removeItem(name);
  });
}

function read(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}

function keep() {
  clearTimeout(timer);
  timer = 0;
  if (!form?.isConnected || form.dataset.sending) return;
  const fields = typed();
  if (JSON.stringify(fields) === loaded) { if (!offered) localStorage.removeItem(key()); return; }
  const draft = { at: Date.now(), base: form.elements._base?.value ?? "", fields };
  // A full store loses the draft, not the form.
  try { localStorage.setItem(key(), JSON.stringify(draft)); } catch { localStorage.removeItem(key()); }
}

function soon(event) {
  if (form?.contains(event.target) && !timer) timer = setTimeout(keep, DELAY);
}
for (const kind of ["input", "change", "chosen"]) document.addEventListener(kind, soon);
// Many lines at once, as a paste brings them, are kept at once.
document.addEventListener("lines", (event) => { if (form?.contains(event.target)) keep(); });
window.addEventListener("pagehide", () => { if (timer) keep(); });
document.addEventListener("visibilitychange", () => { if (timer && document.hidden) keep(); });

/** Whoever logs out leaves nothing behind. */
document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/logout")) each((name) => localStorage.removeItem(name));
});

function dismiss() {
  offered?.remove();
  offered = null;
}

function offer(draft) {
  const when = new Date(draft.at);
  const today = when.toDateString() === new Date().toDateString();
  const options = today ? { hour: "2-digit", minute: "2-digit" } : { dateStyle: "medium", timeStyle: "short" };
  offered = document.createElement("div");
  offered.className = "notice warning draft-offer";
  offered.setAttribute("role", "status");
  const says = document.createElement("span");
  says.textContent = text("draft").replace("%(when)s", when.toLocaleString(document.documentElement.lang, options));
  offered.append(says, button("restore", "btn primary", () => restore(draft)), button("discard", "btn", discard));
  form.before(offered);
}

function button(label, css, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.textContent = text(label);
  made.addEventListener("click", run);
  return made;
}

function discard() {
  dismiss();
  keep(); // what was typed since stays
}

function restore(draft) {
  dismiss();
  const values = new Map(draft.fields);
  for (const grid of form.querySelectorAll("[data-grid]")) if (grid.querySelector("template")) restoreLines(grid, values);
  for (const input of form.elements) fill(input, values);
  if (form.elements._base && draft.base) form.elements._base.value = draft.base;
  keep();
  // What follows from it is no part of a draft: it is asked for, and nothing that was typed changes by that.
  form.dataset.unsaved = "";
  follow([]);
  form.querySelector(".input, .check-input")?.focus();
}

function fill(input, values) {
  if (!input.name || LEFT_OUT.has(input.name)) return;
  if (input.type === "checkbox") input.checked = values.has(input.name);
  else if (values.has(input.name)) input.value = values.get(input.name);
}

/** The lines of the draft, in its order: those that it lacks were deleted, those that the page lacks were new. */
function restoreLines(grid, values) {
  const body = grid.querySelector("tbody");
  const here = new Map([...body.children].map((row) => [row.dataset.line, row]));
  const lines = takeLines(grid.dataset.grid, values);
  body.replaceChildren();
  for (const [line, fields] of lines) {
    const row = here.get(line) ?? addLine(grid);
    body.append(row);
    for (const [field, value] of fields) values.set(`${grid.dataset.grid}-${row.dataset.line}-${field}`, value);
  }
}

/** Line → its fields, taken out of the draft, since a new line gets a new name here. */
function takeLines(name, values) {
  const lines = new Map();
  for (const [field, value] of [...values]) {
    const parts = field.split("-");
    if (parts[0] !== name || parts.length < 3) continue;
    values.delete(field);
    if (!lines.has(parts[1])) lines.set(parts[1], []);
    lines.get(parts[1]).push([parts.slice(2).join("-"), value]);
  }
  return lines;
}

// A session that ended answers with the log-in, or refuses the form's token: come back by the log-in, the draft is kept.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const to = new URL(xhr.responseURL || location.href, location.href);
  if (to.pathname !== "/login" && !(xhr.status === 400 && event.target.closest?.(".beside"))) return;
  event.detail.shouldSwap = false;
  clearTimeout(timer);
  timer = 0;
  if (form) { delete form.dataset.sending; keep(); form.dataset.sending = "1"; }
  location.reload();
});

/** Watch the form of the page, and offer what was typed into it before. */
export function startDrafts(root) {
  const found = root.matches?.("form[data-draft]") ? root : root.querySelector?.("form[data-draft]");
  if (!found || found === form) return;
  const back = form !== null;
  form = found;
  if (back) { keep(); return; } // it came back with errors: what it holds is the draft
  loaded = JSON.stringify(typed());
  const draft = read(key());
  if (draft && JSON.stringify(draft.fields) !== loaded) offer(draft);
}

document.body.addEventListener("htmx:afterRequest", saved);
function saved(event) {
  if (event.target !== form || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
  clearTimeout(timer);
  timer = 0;
  localStorage.removeItem(key());
}

sweep();
