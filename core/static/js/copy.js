// A button that copies what stands beside it. Without a clipboard, on plain HTTP, the text is selected: Ctrl+C does the rest.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = button.dataset.copied;
  } catch {
    select(source);
  }
});

function select(source) {
  source.focus();
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
}
