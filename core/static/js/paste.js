// Cells of a spreadsheet, pasted into a line: each row becomes a line. The server reads them, by the user's locale.
import { mark, narrowing, settled } from "./combobox.js";
import { follow } from "./derive.js";
import { text } from "./page.js";
import { toast } from "./toasts.js";

const isTable = (pasted) => /\t|\n./.test(pasted.trim());
const blank = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=checkbox]), textarea")].every((input) => !input.value || input.value === input.defaultValue);

/** Whether what is pasted are cells; they are then put into lines by `addLine(grid, after)`. */
export function pasteLines(grid, event, addLine) {
  const pasted = event.clipboardData?.getData("text/plain") ?? "";
  const row = event.target.closest("tr[data-line]");
  if (!row || !isTable(pasted)) return false;
  put(grid, row, nameOf(event.target), pasted, addLine);
  return true;
}

const nameOf = (input) => (input.name ?? "").split("-").slice(2).join("-").replace(/\.text$/, "");

async function put(grid, row, column, pasted, addLine) {
  const form = grid.closest("form");
  const body = new FormData();
  for (const [name, value] of [["text", pasted], ["column", column], ["csrf_token", form.elements.csrf_token.value]]) body.append(name, value);
  if (form.dataset.recordId) body.append("_record", form.dataset.recordId);
  for (const input of row.querySelectorAll("[data-narrowed]")) {
    for (const [name, value] of new URLSearchParams(narrowing(input))) body.set(name, value);
  }
  grid.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(grid.dataset.paste, { method: "POST", body, headers: { Accept: "application/json" } });
    const rows = await answer.json();
    if (answer.ok) fill(grid, row, rows, addLine);
    else toast(rows.error ?? text("offline"), "danger");
  } catch {
    toast(text("offline"), "danger");
  }
  grid.removeAttribute("aria-busy");
}

/** Replace the lines of a grid by those that the server makes from what the form holds. */
export async function fillLines(grid, address, addLine) {
  const form = grid.closest("form");
  const body = new FormData(form);
  if (form.dataset.recordId) body.append("_record", form.dataset.recordId);
  await settled(form);
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const rows = answer?.ok ? await answer.json() : null;
  if (!rows) { toast(text("offline"), "danger"); return; }
  if (!rows.length) { toast(text("nothing"), "info"); return; }
  grid.querySelector("tbody").replaceChildren();
  const added = rows.map(() => addLine(grid));
  rows.forEach((cells, n) => {
    for (const [column, cell] of Object.entries(cells)) set(added[n], `${grid.dataset.grid}-${added[n].dataset.line}-${column}`, cell);
  });
  grid.dispatchEvent(new CustomEvent("lines", { bubbles: true }));
  added[0].querySelector(".input")?.focus();
}

function fill(grid, row, rows, addLine) {
  let at = row, wrong = 0;
  const names = [];
  for (const cells of rows) {
    if (at !== row || !blank(row)) at = addLine(grid, at);
    const stem = `${grid.dataset.grid}-${at.dataset.line}-`;
    for (const [column, cell] of Object.entries(cells)) {
      if (!cell.text) continue;
      set(at, stem + column, cell);
      if (cell.error) wrong += 1;
      else names.push(stem + column);
    }
    if (at === row) row = null;
  }
  grid.dispatchEvent(new CustomEvent("lines", { bubbles: true }));
  follow(names);
  const said = text(wrong ? "pasted_wrong" : "pasted").replace("%(count)s", rows.length).replace("%(wrong)s", wrong);
  toast(said, wrong ? "warning" : "success");
  (grid.querySelector("[data-doubt]") ?? at?.querySelector(".input"))?.focus();
}

function set(row, name, { text: shown, key, error, offers }) {
  const input = row.querySelector(`[name="${CSS.escape(name)}"]`);
  const box = row.querySelector(`[name="${CSS.escape(`${name}.text`)}"]`) ?? input;
  if (!input) return;
  if (box !== input) input.value = key;
  box.value = shown;
  if (!error) return;
  mark(box, offers.length ? `${error} ${text("nearest")} ${offers.join(", ")}` : error);
}
