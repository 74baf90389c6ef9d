// “Send by mail…” opens the mail as it would go out. What is not saved would not be in the document: save first.
import { dirty } from "./form.js";
import { text } from "./page.js";
import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-letter]");
  if (!opener) return;
  if (dirty()) { toast(text("save_first"), "warning"); return; }
  const dialog = document.getElementById("letter");
  await window.htmx.ajax("GET", opener.dataset.letter, { target: dialog, swap: "innerHTML" });
  if (!dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  const empty = [...dialog.querySelectorAll("input.input, textarea")].find((input) => !input.value && input.getAttribute("aria-required"));
  (empty ?? dialog.querySelector("[data-send]")).focus();
});
