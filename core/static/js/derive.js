// Values that follow from what is typed: the server answers them for the whole form, once for all that was changed.

import { badge } from "./line-panel.js";
import { mark } from "./marks.js";

const DELAY = 150;
const PAUSE = 1000;
const MOST_TRIES = 3;
const changed = new Set();
// What the question that is on its way asks about: goes into the next one where no answer came.
let asking = new Set();
let form = null;
let timer = 0;
let control = null;
let failed = 0;

/** Ask soon what follows from the changes of these names. */
export function follow(names) {
  if (!form) return;
  for (const name of names) changed.add(name);
  clearTimeout(timer);
  failed = 0;
  timer = setTimeout(ask, DELAY);
}

async function ask() {
  control?.abort();
  control = new AbortController();
  const mine = form, stop = control;
  asking = new Set([...asking, ...changed]);
  changed.clear();
  const opening = !asking.size;
  const [status, said] = await answered(mine, asking, stop.signal);
  if (stop.signal.aborted) return;
  if (!said) { if (status >= 500) again(); return; }
  failed = 0;
  asking = new Set();
  // What was typed while the answer was on its way stays: it is asked about next.
  for (const one of said) {
    if (one.note !== undefined) mark(mine, one);
    else if (one.badge !== undefined) { if (!opening || "unsaved" in mine.dataset) badge(mine, one); }
    else if (!changed.has(one.name) && (!opening || shows(mine, one))) put(mine, one);
  }
}

/** The state of the answer and what it says: 503 without a server, nothing said where the answer is a refusal or breaks off. */
async function answered(mine, names, signal) {
  const body = new FormData(mine);
  for (const name of names) body.append("_changed", name);
  if (mine.dataset.recordId) body.append("_record", mine.dataset.recordId);
  try {
    const answer = await fetch(mine.dataset.derive, { method: "POST", body, signal, headers: { Accept: "application/json" } });
    return [answer.status, answer.ok ? await answer.json() : null];
  } catch {
    return [503, null];
  }
}

/** A form that a refused save gave back shows what follows from what it holds; nothing of that is typed over. */
const shows = (within, { name }) => "unsaved" in within.dataset && within.querySelector(`[data-out="${CSS.escape(name)}"]`) !== null;

/** A server that is away or fails is asked again; what it refuses waits for the next change. */
function again() {
  failed += 1;
  if (failed <= MOST_TRIES) timer = setTimeout(ask, failed * PAUSE);
}

// By the name alone: the box of a related record has its name as an id.
const named = (within, name) => within.querySelector(`[name="${CSS.escape(name)}"]`);

function put(within, { name, text, key }) {
  const output = within.querySelector(`[data-out="${CSS.escape(name)}"]`);
  if (output) { output.textContent = text; return; }
  const input = named(within, name);
  if (!input) return;
  if (key === undefined) {
    // Whoever is in a field has the say in it; one that is still empty is filled in, to be typed over.
    const mine = input === document.activeElement;
    if (input.value === text || (mine && input.value)) return;
    input.value = text;
    if (mine) input.select?.();
    return;
  }
  const shown = named(within, `${name}.text`);
  if (shown === document.activeElement) return;
  input.value = key;
  shown.value = text;
}

function touched(event) {
  if (!form?.contains(event.target)) return;
  const name = event.target.name?.replace(/\.text$/, "") || event.target.closest(".refbox")?.querySelector("input[type=hidden]")?.name;
  // A text that names nothing yet is no change.
  if (name && !(event.type === "input" && event.target.dataset.choices)) follow([name]);
}
for (const kind of ["input", "change", "chosen"]) document.addEventListener(kind, touched);
document.addEventListener("lines", () => follow(["lines"]));

/** Watch the form of the page, where something follows from what is typed into it. */
export function startDeriving(root) {
  const found = root.matches?.("form[data-derive]") ? root : root.querySelector?.("form[data-derive]");
  if (!found || found === form) return;
  control?.abort();
  clearTimeout(timer);
  form = found;
  changed.clear();
  asking = new Set();
  // What is said of the lines of a saved document is asked when it opens, and all that follows after a refused save.
  const said = form.dataset.recordId && form.querySelector("[data-marked] tr[data-line]");
  if (said || "unsaved" in form.dataset) ask();
}

