// Keys and clicks in a list: arrows or j/k move, Enter opens, / searches, n makes a new record.
import { covered, typing } from "./page.js";

const rows = () => [...document.querySelectorAll("[data-list] tr[data-href]")];
const here = () => rows().findIndex((row) => row.classList.contains("here"));

function move(to) {
  const all = rows();
  if (!all.length) return;
  const index = Math.min(Math.max(to, 0), all.length - 1);
  all.forEach((row, i) => row.classList.toggle("here", i === index));
  all[index].querySelector("a")?.focus({ preventScroll: true });
  all[index].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(here() + 1),
  ArrowDown: () => move(here() + 1),
  k: () => move(here() - 1),
  ArrowUp: () => move(here() - 1),
  Home: () => move(0),
  End: () => move(rows().length - 1),
  Enter: (event) => { const row = rows()[here()]; if (!row || event.target.closest("a, button, summary")) return false; location.assign(row.dataset.href); },
  "/": () => document.getElementById("search")?.select(),
  n: () => document.getElementById("new")?.click(),
  ArrowRight: () => document.querySelector("#list a[rel=next]")?.click(),
  ArrowLeft: () => document.querySelector("#list a[rel=prev]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || covered() || !document.getElementById("list")) return;
  if (event.target.id === "search" && (event.key === "ArrowDown" || event.key === "Escape")) {
    event.preventDefault();
    move(Math.max(here(), 0));
    return;
  }
  if (typing(event.target) || event.target.closest("summary, .drop-body") || !(event.key in KEYS)) return;
  if (KEYS[event.key](event) !== false) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

let openMenu = "";
document.body.addEventListener("htmx:beforeSwap", () => { openMenu = document.querySelector("#list details[open]")?.id ?? ""; });

/** Columns are chosen by ticks and kept in the address; an open menu stays open when the list comes anew. */
export function startLists(root) {
  const list = root.id === "list" ? root : root.querySelector("#list");
  if (!list) return;
  const again = openMenu && document.getElementById(openMenu);
  if (again) again.open = true;
  const hidden = list.querySelector("input[name=columns]");
  list.querySelector("#drop-columns")?.addEventListener("change", (event) => {
    const ticked = [...list.querySelectorAll("[data-column]:checked")].map((box) => box.dataset.column);
    if (!ticked.length) { event.target.checked = true; event.stopPropagation(); return; }
    hidden.value = ticked.join(",");
  }, { capture: true });
}
