// Which rows of a list are selected, and what is done with them: x or Space, Shift for a range, Ctrl+A for all.
import { typing } from "./page.js";

const boxes = () => [...document.querySelectorAll("[data-list] td.pick input")];
const bar = () => document.getElementById("selection");
let last = null;
/** Whether more is meant than the page shows. */
let all = false;

const picked = () => boxes().filter((box) => box.checked).map((box) => box.value);

/** What the server needs to know: ids, or that all that match are meant. */
const values = () => (all ? { all: "1" } : { ids: picked().join(",") });

function show() {
  const found = bar();
  if (!found) return;
  const count = picked().length, whole = boxes().length;
  if (count < whole) all = false;
  found.hidden = count === 0;
  const text = found.querySelector("[data-picked]");
  text.textContent = count === 1 ? text.dataset.one : text.dataset.many.replace("#", count);
  text.hidden = all;
  found.querySelector("[data-pick-all]")?.toggleAttribute("hidden", all || count < whole);
  found.querySelector("[data-all-picked]")?.toggleAttribute("hidden", !all);
  const head = document.querySelector("[data-pick-page]");
  head.checked = count > 0 && count === whole;
  head.indeterminate = count > 0 && count < whole;
  for (const box of boxes()) box.closest("tr").classList.toggle("picked", box.checked);
}

function pick(box, range) {
  const list = boxes();
  const from = list.indexOf(last), to = list.indexOf(box);
  if (range && from >= 0) for (const one of list.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  last = box;
  show();
}

function pickPage(on) {
  for (const box of boxes()) box.checked = on;
  if (!on) all = false;
  show();
}

/** Take a key that selects; tells whether it did. */
export function pickKey(event, row) {
  const free = !typing(event.target) || event.target.type === "checkbox";
  const inMenu = event.target.closest("summary, .drop-body, .cell-form");
  if (!free || inMenu || !boxes().length) return false;
  if ((event.ctrlKey || event.metaKey) && event.key === "a") {
    if (picked().length === boxes().length && document.querySelector("[data-pick-all]")) { all = true; show(); } else pickPage(true);
    return true;
  }
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "Escape" && picked().length) { pickPage(false); return true; }
  const isPick = event.key.toLowerCase() === "x" || (event.key === " " && !event.target.closest("button, input"));
  const box = isPick && row?.querySelector("td.pick input");
  if (!box) return false;
  box.checked = !box.checked;
  pick(box, event.shiftKey);
  return true;
}

const address = (path) => {
  const [base, query] = document.getElementById("results").dataset.address.split("?");
  return base + path + (query ? `?${query}` : "");
};

async function act(name) {
  const dialog = document.getElementById("bulk");
  await window.htmx.ajax("POST", address(`bulk/${name}`), { target: "#bulk-body", swap: "innerHTML", values: values() });
  if (!dialog.querySelector("form[hx-post]")) return;
  dialog.showModal();
  dialog.querySelector(".stack input:not([type=hidden]), .stack select, .stack textarea")?.focus();
}

/** A file comes as the answer to a form; one that leads to a page would replace the list, so it goes by itself. */
function save(kind) {
  if (all) { location.assign(address(`export.${kind}`)); return; }
  const form = document.createElement("form");
  form.method = "post";
  form.action = address(`export.${kind}`);
  form.hidden = true;
  const token = document.querySelector("[name=csrf_token]").value;
  for (const [name, value] of Object.entries({ ...values(), csrf_token: token })) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("td.pick input");
  if (box) pick(box, event.shiftKey);
  else if (event.target.matches("td.pick")) { const own = event.target.querySelector("input"); own.checked = !own.checked; pick(own, event.shiftKey); }
  if (event.target.closest("[data-pick-page]")) pickPage(event.target.checked);
  if (event.target.closest("[data-pick-none]")) pickPage(false);
  if (event.target.closest("[data-pick-all]")) { all = true; show(); bar().querySelector("[data-bulk]")?.focus(); }
  const bulk = event.target.closest("[data-bulk]");
  if (bulk) act(bulk.dataset.bulk);
  const file = event.target.closest("[data-export]");
  if (file) save(file.dataset.export);
});

/** A list that came anew has nothing selected, but for what the browser has kept ticked. */
export function startSelection() {
  all = false;
  last = null;
  if (boxes().length) show();
}
