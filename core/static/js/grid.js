// The lines of a document: Enter in the last cell adds one, Ctrl+D doubles it, Ctrl+Del deletes it with an Undo,
// Alt+Up and Alt+Down move it. The server reads the lines in the order in which they stand here.
import { startComboboxes } from "./combobox.js";
import { fillLines, pasteLines } from "./paste.js";
import { text } from "./page.js";
import { toast } from "./toasts.js";

const UNDO_TIME = 10000;
let serial = 0;

/** Give every grid below `root` its keys. */
export function startGrids(root) {
  const grids = [...root.querySelectorAll("[data-grid]")];
  if (root.matches?.("[data-grid]")) grids.push(root);
  for (const grid of grids) {
    if (grid.dataset.started || !grid.querySelector("template")) continue;
    grid.dataset.started = "1";
    // A new document begins with a line to fill in; the server takes no notice of an empty one.
    if (location.pathname.endsWith("/new") && !body(grid).children.length) addLine(grid);
    grid.addEventListener("keydown", (event) => keys(grid, event));
    grid.addEventListener("click", (event) => clicks(grid, event));
    grid.addEventListener("paste", (event) => { if (pasteLines(grid, event, addLine)) event.preventDefault(); });
  }
}

for (const kind of ["input", "change", "chosen", "lines"]) document.addEventListener(kind, (event) => recount(event.target.closest?.("[data-grid]")));

/** Beside the heading stands how many lines there are; one that nobody has filled in is none. */
function recount(grid) {
  const shown = grid?.querySelector("h2 .count");
  if (shown) shown.textContent = [...body(grid).children].filter((row) => inputs(row).some((input) => !input.matches(".n, select, [type=checkbox]") && input.value)).length;
}

const body = (grid) => grid.querySelector("tbody");
const inputs = (row) => [...row.querySelectorAll(".input, .check-input")];

// Alt+L takes the lines that follow from the document, from wherever one is in its form.
document.addEventListener("keydown", (event) => {
  const filling = event.altKey && event.code === "KeyL" && !event.ctrlKey ? document.querySelector("[data-fill-lines]") : null;
  if (!filling) return;
  event.preventDefault();
  filling.click();
});

/** Put a new line behind `after`, or at the end, and return it. */
export function addLine(grid, after = null) {
  const row = grid.querySelector("template").content.firstElementChild.cloneNode(true);
  rename(row, `new${++serial}`);
  if (after) after.after(row);
  else body(grid).append(row);
  startComboboxes(row);
  return row;
}

function rename(row, key) {
  const old = row.dataset.line;
  row.dataset.line = key;
  for (const element of row.querySelectorAll("[name], [id], [data-out]")) {
    for (const attribute of ["name", "id", "aria-describedby", "data-out"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(`-${old}-`, `-${key}-`));
    }
  }
}

function duplicate(grid, row) {
  const twin = addLine(grid, row);
  const from = [...row.querySelectorAll("input, select, textarea")];
  [...twin.querySelectorAll("input, select, textarea")].forEach((input, i) => {
    if (input.type === "checkbox") input.checked = from[i].checked;
    else input.value = from[i].value;
  });
  const shown = [...row.querySelectorAll("[data-out]")];
  [...twin.querySelectorAll("[data-out]")].forEach((output, i) => { output.textContent = shown[i]?.textContent ?? ""; });
  return twin;
}

function remove(grid, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const anchor = document.createComment("line");
  row.replaceWith(anchor);
  changed(grid);
  inputs(next ?? grid)[0]?.focus();
  toast(text("line_deleted"), "info", {
    stay: UNDO_TIME,
    act: { label: text("undo"), run: () => { anchor.replaceWith(row); inputs(row)[0]?.focus(); changed(grid); } },
  });
}

function changed(grid) {
  grid.dispatchEvent(new CustomEvent("lines", { bubbles: true }));
}

function keys(grid, event) {
  const row = event.target.closest("tr[data-line]");
  if (!row || event.defaultPrevented) return;
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.key === "Enter" && !ctrl && event.target.tagName !== "TEXTAREA") onward(grid, row, event.target);
  else if (ctrl && event.key.toLowerCase() === "d") inputs(duplicate(grid, row))[0].focus();
  else if (ctrl && event.key === "Delete") remove(grid, row);
  else if (event.altKey && event.key === "ArrowUp" && row.previousElementSibling) row.previousElementSibling.before(row);
  else if (event.altKey && event.key === "ArrowDown" && row.nextElementSibling) row.nextElementSibling.after(row);
  else return;
  event.preventDefault();
  if (event.altKey) event.target.focus();
  changed(grid);
}

function onward(grid, row, target) {
  const all = inputs(row);
  const rest = all.slice(all.indexOf(target) + 1);
  // What a choice fills in needs no visit: behind a part its quantity is next.
  const next = (target.matches("[data-choices]") && rest.find((input) => input.matches(".n"))) || rest[0];
  if (next) next.focus();
  else inputs(row.nextElementSibling ?? addLine(grid))[0].focus();
}

function clicks(grid, event) {
  if (event.target.closest("[data-add-line]")) {
    inputs(addLine(grid))[0]?.focus();
    changed(grid);
  }
  const filling = event.target.closest("[data-fill-lines]");
  if (filling) fillLines(grid, filling.dataset.fillLines, addLine);
  const gone = event.target.closest("[data-delete-line]");
  if (gone) remove(grid, gone.closest("tr"));
}
