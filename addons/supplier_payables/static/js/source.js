// A page of a PDF beside what was read of it: the line that has the focus is marked on the page, and a click on the
// page goes to its line. Arrows move between lines and pages, Enter goes back to the match.
const rows = [...document.querySelectorAll("tr[data-line]")];
const places = new Map([...document.querySelectorAll("rect[data-line]")].map((one) => [one.dataset.line, one]));

for (const row of rows) row.addEventListener("focus", () => mark(row));
for (const [line, place] of places) {
  place.addEventListener("click", () => rows.find((row) => row.dataset.line === line)?.focus());
}
document.addEventListener("keydown", onKey);
(rows.find((row) => `#${row.id}` === location.hash) ?? rows[0])?.focus();

function mark(row) {
  for (const [line, place] of places) place.classList.toggle("on", line === row.dataset.line);
}

function onKey(event) {
  const at = rows.indexOf(event.target);
  if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") rows[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  else if (event.key === "ArrowLeft") document.querySelector("[data-previous]")?.click();
  else if (event.key === "ArrowRight") document.querySelector("[data-next]")?.click();
  else if (event.key === "Enter" && rows[at].dataset.match) location.assign(rows[at].dataset.match);
  else return;
  event.preventDefault();
}
