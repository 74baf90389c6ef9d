// Decide about matches without the mouse: arrows move, Space ticks, Enter accepts, A asks, X disputes, S splits,
// J joins, U undoes, M finds, O opens the page of the PDF; addons bring keys of their own. After an act the next open
// line has the focus; what is ticked is summed live.
const form = document.querySelector("[data-workbench]");
const rows = form ? [...form.querySelectorAll("tr[data-match]")] : [];
// A statement that is posted is only read.
const remainder = form?.querySelector("[data-remainder]");

if (form) (rows.find((row) => row.dataset.match === form.dataset.at) ?? rows[0])?.focus();
if (remainder) {
  document.addEventListener("keydown", onKey);
  form.addEventListener("change", sum);
  form.elements.note?.addEventListener("keydown", (event) => {
    // Enter in a field presses the first button of its form, which accepts: a reason is for a dispute.
    if (event.key !== "Enter") return;
    event.preventDefault();
    submit("dispute");
  });
  sum();
}

function onKey(event) {
  const row = event.target.closest?.("tr[data-match]");
  if (!row || event.ctrlKey || event.altKey || event.metaKey || event.target !== row) return;
  const acts = { Enter: "accept", a: "ask", x: "dispute", s: "split", j: "join", u: "undo" };
  for (const button of form.querySelectorAll("button[data-key]")) acts[button.dataset.key] = button.value;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "ArrowDown" || key === "ArrowUp") rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)]?.focus();
  else if (key === " ") tick(row);
  else if (key === "m") find(row);
  else if (key === "o") row.querySelector("[data-source]")?.click();
  else if (acts[key]) act(row, acts[key]);
  else return;
  event.preventDefault();
}

function tick(row) {
  const box = row.querySelector("input[type=checkbox]");
  box.checked = !box.checked;
  sum();
}

function find(row) {
  document.querySelector("[name=beside]").value = row.dataset.match;
  document.querySelector("[name=find]").focus();
}

function act(row, name) {
  if (!rows.some(ticked)) tick(row);
  const next = rows.slice(rows.indexOf(row) + 1).find((one) => one.dataset.open && !ticked(one));
  form.elements.at.value = next?.dataset.match ?? "";
  if (name === "dispute" && !form.elements.note.value) form.elements.note.focus();
  else submit(name);
}

function submit(name) {
  form.requestSubmit(form.querySelector(`button[value=${name}]`));
}

function ticked(row) {
  return row.querySelector("input[type=checkbox]").checked;
}

function sum() {
  const chosen = rows.filter(ticked);
  const cents = chosen.reduce((left, row) => left + Math.round((row.dataset.theirs - row.dataset.ours) * 100), 0);
  remainder.textContent = chosen.length ? (cents / 100).toFixed(2) : "";
}
