// A search field for a related record: type, choose with the arrows and Enter; Esc closes and keeps the text.
// Enter and Tab choose from the answer to what stands there now, also when that is still on its way: the focus
// may go on meanwhile, and a form is not sent before.
import { asking } from "./ask.js";
import { freshId, text } from "./page.js";

const DELAY = 80;
const states = new WeakMap();

/** Give every search field below `root` its list. */
export function startComboboxes(root) {
  for (const input of root.querySelectorAll("input[data-choices]")) {
    if (!input.dataset.started && !input.closest("template")) start(input);
  }
}

// A part of the page that has just come is not started yet when somebody types at once.
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("input[data-choices]") && !event.target.dataset.started) start(event.target);
});

/** Resolves when nothing below `root` waits for an answer any more; at once where nothing does. */
export async function settled(root) {
  await Promise.all(waiting(root));
}

function waiting(root) {
  return [...root.querySelectorAll("input[data-choices]")].map((input) => states.get(input)?.settling).filter(Boolean);
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
  const state = { input, key, list, chosen: -1, asked: asking(input.dataset.choices, DELAY, () => narrowing(input)), typed: false, settling: null };
  states.set(input, state);
  input.addEventListener("input", () => typed(state));
  input.addEventListener("keydown", (event) => keys(state, event));
  input.addEventListener("blur", () => left(state));
  input.addEventListener("click", () => { if (list.hidden) ask(state); });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li[data-key]");
    if (item) take(state, item.dataset);
  });
}

/** What else the form holds that narrows the choices of this field, as arguments of an address. */
export function narrowing(input) {
  const names = (input.dataset.narrowed ?? "").split(" ").filter(Boolean);
  // By the name alone: the box of a related record has its name as an id.
  const held = (name) => input.closest("form")?.querySelector(`[name="${CSS.escape(name)}"]`)?.value ?? "";
  return names.map((name) => `&${name}=${encodeURIComponent(held(name))}`).join("");
}

function typed(state) {
  // Other text names another record, or none until one is chosen.
  state.key.value = "";
  state.typed = state.input.value.trim() !== "";
  state.asked.soon(state.input.value, (choices, q) => show(state, choices, q));
}

function ask(state) {
  const q = state.key.value ? "" : state.input.value;
  state.asked.forget();
  state.asked.now(q).then((choices) => choices && show(state, choices, q));
}

function show(state, choices, q) {
  const stands = state.key.value ? "" : state.input.value;
  if (document.activeElement !== state.input || q !== stands) return;
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
  // What is merely similar is chosen by people, never by the Enter that goes with the typing.
  const columns = Math.max(1, ...choices.map((choice) => 1 + (choice.columns?.length ?? 0) + (choice.hint ? 1 : 0)));
  state.list.style.setProperty("--columns", columns);
  choose(state, state.input.value && choices.length && !choices[0].similar ? 0 : -1);
}

function option({ id, label, hint, columns, similar }) {
  const li = document.createElement("li");
  li.classList.toggle("similar", Boolean(similar));
  li.id = freshId("option");
  li.setAttribute("role", "option");
  li.dataset.key = id;
  li.dataset.label = label;
  const name = document.createElement("span");
  name.textContent = label;
  li.append(name);
  for (const value of columns ?? []) {
    const cell = document.createElement("span");
    cell.className = "more";
    cell.textContent = value;
    li.append(cell);
  }
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

/** Take a choice, by its `key` and `label`. */
function take(state, { key, label }) {
  state.key.value = key;
  state.input.value = label;
  state.typed = false;
  mark(state.input, "");
  close(state);
  state.input.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: { key } }));
  state.key.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Choose by the answer to what stands there: what is called exactly so, else the first unless `exact` is wanted. */
function settle(state, exact) {
  const q = state.input.value;
  state.typed = false;
  const mine = state.asked.now(q).then((choices) => {
    if (state.settling === mine) state.settling = null;
    if (!choices || state.key.value || state.input.value !== q) return;
    const found = choices.find((choice) => choice.exact) ?? (exact ? null : choices.find((choice) => !choice.similar));
    if (found) take(state, { key: found.id, label: found.label });
    else if (!exact) mark(state.input, text("unknown"));
  });
  state.settling = mine;
}

/** Mark a field whose text somebody has to look at, with the reason; an empty one takes the mark off. */
export function mark(input, reason) {
  if (!reason && !input.hasAttribute("data-doubt")) return;
  input.toggleAttribute("data-doubt", Boolean(reason));
  input.setAttribute("aria-invalid", String(Boolean(reason)));
  input.title = reason;
}
document.addEventListener("input", (event) => { if (event.target.hasAttribute?.("data-doubt")) mark(event.target, ""); });

function close(state) {
  state.asked.stop();
  state.list.hidden = true;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
}

function left(state) {
  // Whoever goes on with the mouse has chosen nothing; only what is named exactly is meant.
  if (state.typed) settle(state, true);
  close(state);
}

function keys(state, event) {
  const open = !state.list.hidden;
  const item = state.list.querySelector("[aria-selected=true]");
  const stale = state.typed && !state.asked.answer(state.input.value);
  if (event.key === "ArrowDown" && open) choose(state, state.chosen + 1);
  else if (event.key === "ArrowDown" && !event.altKey) ask(state);
  else if (event.key === "ArrowUp" && open && !event.altKey) choose(state, Math.max(state.chosen - 1, 0));
  else if (event.key === "Enter" || event.key === "Tab") { confirmed(state, event, open && !stale ? item : null); return; }
  else if (event.key === "Escape" && open) { close(state); state.typed = false; event.stopPropagation(); }
  else return;
  event.preventDefault();
}

/** Enter and Tab. In a line Enter goes on as well, as Tab does everywhere. */
function confirmed(state, event, item) {
  const wanted = event.key === "Enter" || (state.input.value && !state.key.value);
  if (item && wanted) take(state, item.dataset);
  else if (state.typed) settle(state, false);
  else return;
  if (event.key === "Enter" && !state.input.closest("[data-grid]")) event.preventDefault();
}

// A form is sent when its choices are made.
document.addEventListener("submit", (event) => {
  if (!waiting(event.target).length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target, submitter } = event;
  settled(target).then(() => target.requestSubmit(submitter));
}, { capture: true });
