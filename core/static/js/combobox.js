// A search field for a related record: type, choose with the arrows and Enter; Esc closes and keeps the text.
import { freshId, text } from "./page.js";

/** Give every search field below `root` its list. */
export function startComboboxes(root) {
  for (const input of root.querySelectorAll("input[data-choices]")) {
    if (!input.dataset.started && !input.closest("template")) start(input);
  }
}

function start(input) {
  input.dataset.started = "1";
  const key = input.closest(".refbox").querySelector("input[type=hidden]");
  const list = document.createElement("ul");
  list.className = "options";
  list.id = freshId("options");
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? input.getAttribute("aria-label") ?? "");
  input.setAttribute("aria-controls", list.id);
  const state = { input, key, list, chosen: -1, running: null, timer: 0 };
  input.addEventListener("input", () => typed(state));
  input.addEventListener("keydown", (event) => keys(state, event));
  input.addEventListener("blur", () => close(state));
  input.addEventListener("click", () => { if (list.hidden) ask(state); });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li[data-key]");
    if (item) take(state, item);
  });
}

function typed(state) {
  // Other text names another record, or none until one is chosen.
  state.key.value = "";
  clearTimeout(state.timer);
  state.timer = setTimeout(() => ask(state), 80);
}

async function ask(state) {
  state.running?.abort();
  state.running = new AbortController();
  const q = state.key.value ? "" : state.input.value;
  try {
    const answer = await fetch(`${state.input.dataset.choices}?q=${encodeURIComponent(q)}`, { signal: state.running.signal, headers: { Accept: "application/json" } });
    if (answer.ok && document.activeElement === state.input) show(state, await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function show(state, choices) {
  state.list.replaceChildren(...choices.map((choice) => option(choice)));
  if (!choices.length) {
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = text("nothing");
    state.list.append(none);
  }
  place(state);
  state.list.hidden = false;
  state.input.setAttribute("aria-expanded", "true");
  choose(state, state.input.value && choices.length ? 0 : -1);
}

function option({ id, label, hint }) {
  const li = document.createElement("li");
  li.id = freshId("option");
  li.setAttribute("role", "option");
  li.dataset.key = id;
  li.dataset.label = label;
  const name = document.createElement("span");
  name.textContent = label;
  li.append(name);
  if (hint) {
    const more = document.createElement("small");
    more.textContent = hint;
    li.append(more);
  }
  return li;
}

function place({ input, list }) {
  // Inside a box that scrolls, a list below the last row would be cut off.
  const scrolls = input.closest(".table-box");
  if (!list.isConnected) (scrolls ? document.body : input.parentElement).append(list);
  list.classList.toggle("fixed", Boolean(scrolls));
  if (scrolls) {
    const at = input.getBoundingClientRect();
    list.style.left = `${at.left}px`;
    list.style.top = `${at.bottom + 2}px`;
  }
}

function choose(state, index) {
  const all = [...state.list.querySelectorAll("li[data-key]")];
  state.chosen = all.length && index >= -1 ? (index + all.length) % all.length : -1;
  if (index === -1) state.chosen = -1;
  all.forEach((item, i) => item.setAttribute("aria-selected", String(i === state.chosen)));
  state.input.setAttribute("aria-activedescendant", all[state.chosen]?.id ?? "");
  all[state.chosen]?.scrollIntoView({ block: "nearest" });
}

function take(state, item) {
  state.key.value = item.dataset.key;
  state.input.value = item.dataset.label;
  close(state);
  state.input.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: { key: item.dataset.key } }));
  state.key.dispatchEvent(new Event("change", { bubbles: true }));
}

function close(state) {
  clearTimeout(state.timer);
  state.running?.abort();
  state.list.hidden = true;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
}

function keys(state, event) {
  const open = !state.list.hidden;
  const item = state.list.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" && open) choose(state, state.chosen + 1);
  else if (event.key === "ArrowDown" && !event.altKey) ask(state);
  else if (event.key === "ArrowUp" && open && !event.altKey) choose(state, Math.max(state.chosen - 1, 0));
  else if (event.key === "Enter" && open && item) take(state, item);
  else if (event.key === "Tab" && open && item && state.input.value && !state.key.value) { take(state, item); return; }
  else if (event.key === "Escape" && open) { close(state); event.stopPropagation(); }
  else return;
  event.preventDefault();
}
