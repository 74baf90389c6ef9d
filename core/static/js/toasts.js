// Short messages in the corner. What went well goes away by itself; what went wrong stays until it is read.
import { text } from "./page.js";

const box = document.getElementById("toasts");
const STAY = 5000;

/** Show a message; `act` is {label, run} for a button in it, such as Undo. Returns a function that closes it. */
export function toast(message, kind = "info", { act, stay = STAY } = {}) {
  const note = document.createElement("div");
  note.className = `toast-msg ${kind}`;
  if (kind === "danger") note.setAttribute("role", "alert");
  const span = document.createElement("span");
  span.textContent = message;
  note.append(span);
  if (act) note.append(button("act", act.label, () => { act.run(); note.remove(); }));
  note.append(button("icon-btn", "×", () => note.remove(), text("close")));
  box?.append(note);
  if (kind !== "danger") setTimeout(() => note.remove(), stay);
  return () => note.remove();
}

function button(css, label, run, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.textContent = label;
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", run);
  return made;
}

function tend(note) {
  note.querySelector("[data-dismiss]")?.addEventListener("click", () => note.remove());
  if (!note.classList.contains("danger")) setTimeout(() => note.remove(), STAY);
}

box?.querySelectorAll(".toast-msg").forEach(tend);
document.body.addEventListener("htmx:afterSwap", () => box?.querySelectorAll("#toast-part .toast-msg").forEach((note) => {
  note.parentElement.replaceWith(note);
  tend(note);
}));
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => toast(text("offline"), "danger"));
}
