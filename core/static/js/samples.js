// Beside the column that is chosen for a field stands what the file has there.
document.addEventListener("change", (event) => {
  const shown = document.getElementById(event.target.dataset?.samples ?? "");
  if (shown) shown.textContent = event.target.selectedOptions[0].dataset.texts ?? "";
});
