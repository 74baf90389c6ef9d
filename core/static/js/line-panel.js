// What may be chosen for a line: its badge, or Alt and a letter, opens it in a dialog. The arrows move between the
// options, Enter takes one, Esc closes. What is not saved yet is saved first, and the dialog opens on the same line.
import { dirty } from "./form.js";
import { covered, text } from "./page.js";
import { toast } from "./toasts.js";

const WAITING = "line-panel";
const PATIENCE = 10000;
let from = null;

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && !covered()) byKey(event);
  else if (event.target.closest?.("#line-panel")) move(event);
});

document.addEventListener("click", (event) => {
  const badge = event.target.closest("[data-line-panel]");
  if (badge) open(badge);
});

function byKey(event) {
  const key = event.code.replace(/^Key/, "");
  const grid = [...document.querySelectorAll("[data-panel-keys]")].find((one) => one.dataset.panelKeys.split(" ").includes(key));
  if (!grid) return;
  event.preventDefault();
  const row = event.target.closest?.("tr[data-line]") ?? null;
  if (dirty() && row) saveFirst(grid, row, key);
  else show(grid, row, key);
}

/** The panel of this row; of the first one that has any where one is in none. */
function show(grid, row, key) {
  const badge = (row ?? grid).querySelector(`[data-line-panel][data-key="${key}"]`);
  if (badge) open(badge);
  else toast(text("nothing"), "info");
}

function saveFirst(grid, row, key) {
  const index = [...row.parentElement.children].indexOf(row);
  sessionStorage.setItem(WAITING, JSON.stringify({ name: grid.dataset.grid, index, key, at: Date.now() }));
  document.querySelector("[data-save]")?.click();
}

async function open(badge) {
  if (dirty()) {
    const row = badge.closest("tr[data-line]");
    saveFirst(badge.closest("[data-grid]"), row, badge.dataset.key);
    return;
  }
  const dialog = document.getElementById("line-panel");
  from = document.activeElement === document.body ? badge : document.activeElement;
  await window.htmx.ajax("GET", badge.dataset.linePanel, { target: dialog, swap: "innerHTML" });
  if (!dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  dialog.addEventListener("close", () => from?.focus(), { once: true });
  (dialog.querySelector("[data-option]") ?? dialog.querySelector("button"))?.focus();
}

/** Say on a line, by what is typed, what may be chosen for it; nothing takes the badge away. */
export function badge(within, { name, key, title, badge: words }) {
  const [grid, line] = name.split(/-(?=[^-]*$)/);
  const cell = within.querySelector(`[data-grid="${CSS.escape(grid)}"] tr[data-line="${CSS.escape(line)}"] .line-panels`);
  const known = cell?.querySelector(`[data-key="${key}"]`);
  if (!words) known?.remove();
  else if (known) known.textContent = words;
  else cell?.append(made(title, key, words));
}

function made(title, key, words) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "badge", tabIndex: -1, title, textContent: words });
  Object.assign(button.dataset, { linePanel: "", key });
  return button;
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const options = [...event.target.closest("#line-panel").querySelectorAll("[data-option]")];
  if (!options.length) return;
  const at = options.indexOf(document.activeElement);
  event.preventDefault();
  options[Math.min(Math.max(at + step, 0), options.length - 1)].focus();
}

/** Open what waited for the document to be saved. */
export function startLinePanels(root) {
  const waiting = JSON.parse(sessionStorage.getItem(WAITING) ?? "null");
  const grid = waiting && (root.querySelector?.(`[data-grid="${waiting.name}"]`) ?? null);
  if (!grid) return;
  sessionStorage.removeItem(WAITING);
  const wrong = document.querySelector("#conflict, [data-record] [aria-invalid=true], .notice.danger");
  if (wrong || Date.now() - waiting.at > PATIENCE) return;
  const row = grid.querySelectorAll("tbody > tr")[waiting.index];
  if (row) show(grid, row, waiting.key);
}
