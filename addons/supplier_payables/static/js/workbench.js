// Beside what each workbench does: what is ticked is summed live, and what is looked for is found beside the line in hand.
const form = document.querySelector("[data-workbench]");
// A statement that is posted is only read.
const remainder = form?.querySelector("[data-remainder]");
const find = document.querySelector("[name=find]");

find?.addEventListener("focus", (event) => {
  const box = event.relatedTarget?.closest?.("tr")?.querySelector("input[type=checkbox]");
  if (box) document.querySelector("[name=beside]").value = box.value;
});
if (remainder) {
  form.addEventListener("change", sum);
  sum();
}

function sum() {
  const chosen = [...form.querySelectorAll("tr[data-match]")].filter((row) => row.querySelector(":checked"));
  const cents = chosen.reduce((left, row) => left + Math.round((row.dataset.theirs - row.dataset.ours) * 100), 0);
  remainder.textContent = chosen.length ? (cents / 100).toFixed(2) : "";
}
