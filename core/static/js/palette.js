// Ctrl+K: pages and records by what is typed. The first match is chosen, so that a number and Enter opens it.
import { asking } from "./ask.js";
import { freshId, text } from "./page.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("ul");
const asked = asking(dialog?.dataset.url, 60);
let chosen = 0;

function items() { return [...list.querySelectorAll("li[data-url]")]; }

function choose(index) {
  const all = items();
  chosen = all.length ? (index + all.length) % all.length : 0;
  all.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
  input.setAttribute("aria-activedescendant", all[chosen]?.id ?? "");
  all[chosen]?.scrollIntoView({ block: "nearest" });
}

function show(matches) {
  list.replaceChildren(...matches.map(item));
  if (!matches.length) {
    const none = document.createElement("li");
    none.className = "none";
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    none.textContent = text("nothing");
    list.append(none);
  }
  choose(0);
}

function item({ kind, label, hint, url }) {
  const li = document.createElement("li");
  li.id = freshId("hit");
  li.setAttribute("role", "option");
  li.dataset.url = url;
  const name = document.createElement("span");
  name.textContent = label;
  const more = document.createElement("small");
  more.textContent = [hint, kind].filter(Boolean).join(" · ");
  li.append(name, more);
  return li;
}

const answered = (matches, q) => { if (q === input.value) show(matches); };

async function search() {
  const q = input.value;
  const matches = await asked.now(q);
  if (matches) answered(matches, q);
}

function go(url, newTab) {
  if (!url) return;
  dialog.close();
  if (newTab) window.open(url, "_blank", "noopener");
  else location.assign(url);
}

async function keys(event) {
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter") {
    event.preventDefault();
    // Whoever types fast and presses Enter means what was typed, not what the list showed before.
    const q = input.value;
    if (!asked.answer(q)) await search();
    if (asked.answer(q) && q === input.value) go(items()[chosen]?.dataset.url, event.ctrlKey || event.metaKey);
    return;
  } else return;
  event.preventDefault();
}

if (dialog) {
  input.addEventListener("input", () => asked.soon(input.value, answered));
  input.addEventListener("keydown", keys);
  list.addEventListener("click", (event) => go(event.target.closest("li")?.dataset.url, event.ctrlKey || event.metaKey));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else dialog.showModal();
    }
  });
  // The dialog opens by a key or by its button: either way it starts afresh.
  new MutationObserver(() => { if (dialog.open) { asked.forget(); input.select(); search(); } }).observe(dialog, { attributeFilter: ["open"] });
}
