// Keys and clicks in a list: arrows or j/k move, Enter opens, / searches, n makes a new record.
import { covered, typing } from "./page.js";
import { startCells } from "./cells.js";
import { pickKey, startSelection } from "./selection.js";

const rows = () => [...document.querySelectorAll("[data-list] tbody tr:not([hidden])")];
const here = () => rows().findIndex((row) => row.classList.contains("here"));
const current = () => rows()[here()];

function move(to) {
  const all = rows();
  if (!all.length) return;
  const index = Math.min(Math.max(to, 0), all.length - 1);
  all.forEach((row, i) => row.classList.toggle("here", i === index));
  (all[index].querySelector("a, button.fold") ?? all[index].querySelector("input"))?.focus({ preventScroll: true });
  all[index].scrollIntoView({ block: "nearest" });
}

/** Hide or show what lies below a group's heading; an inner group that was folded stays so. */
function fold(row, folded) {
  const level = Number(row.dataset.level);
  row.querySelector(".fold").setAttribute("aria-expanded", String(!folded));
  const all = [...row.closest("table").querySelectorAll("tbody tr")];
  let inner = Infinity;
  for (const below of all.slice(all.indexOf(row) + 1)) {
    const its = below.dataset.level === undefined ? Infinity : Number(below.dataset.level);
    if (its <= level) break;
    if (its <= inner) inner = Infinity;
    below.hidden = folded || its > inner;
    if (below.querySelector(".fold[aria-expanded=false]") && its <= inner) inner = its;
  }
}

function sideways(page, folded) {
  const row = current();
  if (row?.dataset.level !== undefined) fold(row, folded);
  else document.querySelector(`#list a[rel=${page}]`)?.click();
}

function openViews() {
  const menu = document.getElementById("drop-views");
  if (!menu) return;
  menu.open = true;
  menu.querySelector("a, input:not([type=hidden])")?.focus();
}

const KEYS = {
  j: () => move(here() + 1),
  ArrowDown: () => move(here() + 1),
  k: () => move(here() - 1),
  ArrowUp: () => move(here() - 1),
  Home: () => move(0),
  End: () => move(rows().length - 1),
  Enter: (event) => { const row = current(); if (!row?.dataset.href || event.target.closest("a, button, summary")) return false; location.assign(row.dataset.href); },
  "/": () => document.getElementById("search")?.select(),
  n: () => document.getElementById("new")?.click(),
  v: openViews,
  ArrowRight: () => sideways("next", false),
  ArrowLeft: () => sideways("prev", true),
};

/** Up and down between the entries of a menu that is open. */
function walkMenu(event) {
  const menu = event.target.closest("details.drop[open]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.getAttribute("role") === "combobox") return false;
  const items = [...menu.querySelectorAll("summary, a.drop-item, button.drop-item, .drop-body input:not([type=hidden])")];
  items[(items.indexOf(event.target) + step + items.length) % items.length]?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || covered() || !document.getElementById("list")) return;
  if (walkMenu(event)) { event.preventDefault(); return; }
  if (pickKey(event, current())) { event.preventDefault(); return; }
  if (event.ctrlKey || event.metaKey) return;
  if (event.target.id === "search" && (event.key === "ArrowDown" || event.key === "Escape")) {
    event.preventDefault();
    move(Math.max(here(), 0));
    return;
  }
  const box = event.target.closest("td.pick, th.pick");
  if ((typing(event.target) && !box) || event.target.closest("summary, .drop-body") || !(event.key in KEYS)) return;
  if (KEYS[event.key](event) !== false) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const folder = event.target.closest("[data-list] .fold");
  if (folder) fold(folder.closest("tr"), folder.getAttribute("aria-expanded") === "true");
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, td.pick, td.e, .cell-form") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

let openMenu = "";
document.body.addEventListener("htmx:beforeSwap", () => { openMenu = document.querySelector("#list details[open]")?.id ?? ""; });

/** Columns are chosen by ticks and kept in the address; an open menu stays open when the list comes anew. */
export function startLists(root) {
  const list = root.closest?.("#list") ?? root.querySelector("#list");
  if (!list) return;
  startSelection(list);
  startCells(list);
  if (root.id !== "list" && !root.querySelector("#list")) return;
  const again = openMenu && document.getElementById(openMenu);
  if (again) again.open = true;
  // The box asks by itself as one types: leaving it by a click must not ask once more, and overtake the click.
  list.querySelector("#search")?.addEventListener("change", (event) => event.stopPropagation());
  const hidden = list.querySelector("input[name=columns]");
  list.querySelector("#drop-columns")?.addEventListener("change", (event) => {
    if (!event.target.dataset.column) return;
    const ticked = [...list.querySelectorAll("[data-column]:checked")].map((box) => box.dataset.column);
    if (!ticked.length) { event.target.checked = true; event.stopPropagation(); return; }
    hidden.value = ticked.join(",");
  }, { capture: true });
}
