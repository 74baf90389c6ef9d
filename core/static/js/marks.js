// What the server says of a cell beside its value: shown below it, and all of a line by Alt+I. Alt+R puts in what is
// offered instead, of the cell that one is in, else of the first of its line.
import { covered, text } from "./page.js";
import { toast } from "./toasts.js";

/** Say it of the cell with this name; nothing takes away what was said. */
export function mark(within, { name, note, tone, offer }) {
  const cell = within.querySelector(`[name="${CSS.escape(name)}"], [data-out="${CSS.escape(name)}"]`)?.closest("td");
  if (!cell) return;
  for (const [key, value] of Object.entries({ note, tone, offer })) {
    if (value) cell.dataset[key] = value;
    else delete cell.dataset[key];
  }
  cell.title = note;
  show(cell, tone || offer ? note : "", offer);
}

function show(cell, note, offer) {
  cell.querySelector(".mark")?.remove();
  if (!note) return;
  const hint = document.createElement(offer ? "button" : "span");
  hint.className = "mark";
  if (offer) { hint.type = "button"; hint.tabIndex = -1; hint.addEventListener("click", () => take(cell)); }
  cell.append(hint);
  hint.textContent = offer ? `${note} (Alt+R)` : note;
}

function take(cell) {
  const input = cell.querySelector("input");
  if (!input) return;
  input.value = cell.dataset.offer;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
}

document.addEventListener("keydown", (event) => {
  const row = event.altKey && !event.ctrlKey && !event.metaKey && !covered() ? event.target.closest?.("tr[data-line]") : null;
  if (!row || !["KeyI", "KeyR"].includes(event.code) || !row.closest("[data-marked]")) return;
  event.preventDefault();
  if (event.code === "KeyI") toast(told(row) || text("nothing"), "info");
  else offered(event.target, row);
});

function told(row) {
  const said = [...row.querySelectorAll("td[data-note], [data-told]")].map((one) => one.dataset.note ?? one.textContent);
  return said.filter(Boolean).join(" · ");
}

function offered(target, row) {
  const cell = target.closest("td[data-offer]") ?? row.querySelector("td[data-offer]");
  if (cell) take(cell);
  else toast(text("nothing"), "info");
}
