// A table that is decided about without the mouse: arrows move between its rows, Space ticks one, and every other key is
// that of a button, a link or a field with `data-key`, in the row in hand or anywhere on the page. A button with
// `data-each` acts on what is ticked, else on the row in hand, and waits for the field that `data-needs` names. After an
// act the next row with `data-open` has the focus.
import { covered } from "./page.js";

const form = document.querySelector("[data-workbench]");
const rows = form ? [...form.querySelectorAll("tbody tr[tabindex]")] : [];

if (form) {
  // Whoever has begun elsewhere on the page before this was there stays there.
  if (document.activeElement === document.body) (rows.find((row) => id(row) === form.dataset.at) ?? rows[0])?.focus();
  document.addEventListener("keydown", onKey);
  for (const button of form.querySelectorAll("[data-needs]")) needed(button).addEventListener("keydown", (event) => {
    // Enter in a field presses the first button of its form; what is typed here is for this one.
    if (event.key !== "Enter") return;
    event.preventDefault();
    button.click();
  });
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || covered()) return;
  const row = rows.find((one) => one === event.target);
  if (!row && event.target !== document.body) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "ArrowDown") (row ? rows[rows.indexOf(row) + 1] : rows[0])?.focus();
  else if (key === "ArrowUp") rows[rows.indexOf(row) - 1]?.focus();
  else if (key === " " && row && box(row)) tick(row);
  else if (!press(row, key)) return;
  event.preventDefault();
}

/** Press what has this key; tells whether anything has. */
function press(row, key) {
  const named = `[data-key="${CSS.escape(key)}"]`;
  const found = row?.querySelector(named) ?? document.querySelector(`${named}:not(td *)`);
  if (!found || (!row && "each" in found.dataset)) return false;
  if (found.matches("input, select")) found.focus();
  else if (!("each" in found.dataset) || isReady(row, found)) found.click();
  return true;
}

/** Whether what the act needs is there; what it is about is ticked by then. */
function isReady(row, button) {
  if (!rows.some(isTicked)) tick(row);
  const next = rows.slice(rows.indexOf(row) + 1).find((one) => "open" in one.dataset && !isTicked(one));
  form.elements.at.value = next ? id(next) : "";
  const field = needed(button);
  if (!field || field.value) return true;
  field.focus();
  return false;
}

function needed(button) {
  return button.dataset.needs && form.elements[button.dataset.needs];
}

function box(row) {
  return row.querySelector("input[type=checkbox]");
}

function id(row) {
  return box(row)?.value ?? "";
}

function isTicked(row) {
  return box(row).checked;
}

function tick(row) {
  box(row).checked = !isTicked(row);
  box(row).dispatchEvent(new Event("change", { bubbles: true }));
}
