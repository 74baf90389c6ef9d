// Cells of a list that are changed in place: F2 or a double click opens one, Enter saves, Tab saves and goes on.
import { settled, startComboboxes } from "./combobox.js";
import { text } from "./page.js";
import { toast } from "./toasts.js";

const UNDO = 10000;
let open = null;

const columns = (table) => [...table.querySelectorAll("thead th")].map((th) => th.dataset.edit);
const cells = (row) => [...row.querySelectorAll("td.e")];
const nameOf = (cell) => columns(cell.closest("table"))[cell.cellIndex];

function url(id, name) {
  const [base, query] = document.getElementById("results").dataset.address.split("?");
  return `${base}${id}/cell/${name}${query ? `?${query}` : ""}`;
}

async function ask(address, body) {
  const token = document.querySelector("[name=csrf_token]").value;
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  try {
    const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers });
    return { ok: answer.ok, ...await answer.json() };
  } catch {
    return { ok: false, error: text("offline") };
  }
}

function fragment(html) {
  const made = document.createElement("template");
  made.innerHTML = html.trim();
  return made.content.firstElementChild;
}

/** Put the row as the server has it in place of the old one, and keep what is selected and where one is. */
function renew(row, html) {
  if (!html) return row;
  const fresh = fragment(html);
  fresh.classList.add(...[...row.classList].filter((css) => ["here", "picked"].includes(css)));
  fresh.querySelector("td.pick input").checked = row.querySelector("td.pick input").checked;
  row.replaceWith(fresh);
  return fresh;
}

function put(cell, html) {
  cell.replaceChildren(fragment(html));
  cell.classList.add("open");
  startComboboxes(cell);
  const input = cell.querySelector("input:not([type=hidden]), select, textarea");
  input?.focus();
  input?.select?.();
}

async function edit(cell) {
  if (open?.cell === cell) return;
  if (open && !await save()) return;
  const row = cell.closest("tr"), id = row.dataset.id, index = cell.cellIndex, name = nameOf(cell);
  const got = await ask(url(id, name));
  if (!got.ok) { toast(got.error, "danger"); return; }
  const shown = cell.innerHTML, here = renew(row, got.row).cells[index];
  if (here.innerHTML !== shown) toast(text("cell_newer"), "warning");
  open = { cell: here, id, name, before: here.innerHTML };
  put(here, got.html);
}

function close() {
  if (!open) return;
  const { cell, before } = open;
  open = null;
  cell.innerHTML = before;
  cell.classList.remove("open");
  cell.closest("tr").querySelector("a")?.focus({ preventScroll: true });
}

/** Write what was typed; tells whether the cell is closed now. */
async function save() {
  if (!open || open.busy) return !open;
  const { cell, id, name } = open;
  open.busy = true;
  await settled(cell);
  const got = await ask(url(id, name), new FormData(cell.querySelector("form")));
  open.busy = false;
  if (!got.ok) {
    if (got.html) put(cell, got.html);
    else { close(); toast(got.error, "danger"); }
    return false;
  }
  open = null;
  const row = renew(cell.closest("tr"), got.row);
  toast(got.message, "success", { stay: UNDO, act: { label: text("undo"), run: () => undo(row.dataset.id, name, got.undo) } });
  return true;
}

/** Write the old value back on the same way; what somebody else wrote meanwhile is not overwritten. */
async function undo(id, name, fields) {
  const body = new FormData();
  for (const [key, value] of Object.entries(fields)) body.append(key, value);
  const got = await ask(url(id, name), body);
  if (!got.ok) { toast(got.error, "danger"); return; }
  const row = document.querySelector(`[data-list] tr[data-id="${id}"]`);
  if (row) renew(row, got.row);
  toast(text("undone"), "success");
}

function neighbour(back) {
  const row = open.cell.closest("tr"), its = cells(row);
  const to = its[its.indexOf(open.cell) + (back ? -1 : 1)];
  return to ? [row.dataset.id, to.cellIndex] : null;
}

async function tab(back) {
  const next = neighbour(back);
  if (!await save()) return;
  const row = next && document.querySelector(`[data-list] tr[data-id="${next[0]}"]`);
  if (row) edit(row.cells[next[1]]);
}

document.addEventListener("keydown", (event) => {
  const inside = open && event.target.closest(".cell-form");
  if (!inside) {
    const row = document.querySelector("[data-list] tr.here") ?? event.target.closest("[data-list] tr[data-id]");
    const first = event.key === "F2" && row && cells(row)[0];
    if (first) { event.preventDefault(); edit(first); }
    return;
  }
  if (event.defaultPrevented) return;
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
  if (event.key === "Enter") { event.preventDefault(); save().then((done) => done && document.querySelector("[data-list] tr.here a")?.focus({ preventScroll: true })); }
  if (event.key === "Tab") { event.preventDefault(); tab(event.shiftKey); }
});

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("td.e");
  if (cell && !event.target.closest(".cell-form")) { getSelection()?.removeAllRanges(); edit(cell); }
});
document.addEventListener("submit", (event) => { if (event.target.matches(".cell-form")) event.preventDefault(); });

/** A list that came anew has no open cell. */
export function startCells() {
  if (open && !document.contains(open.cell)) open = null;
}
