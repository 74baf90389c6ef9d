// The log-ins of the demo company: a click, or Alt and a digit, fills the form; Enter logs in.
const buttons = [...document.querySelectorAll("[data-password]")];

function fill(button) {
  document.getElementById("email").value = button.dataset.email;
  document.getElementById("password").value = button.dataset.password;
  document.querySelector("form .btn.primary").focus();
}

for (const button of buttons) button.addEventListener("click", () => fill(button));
document.addEventListener("keydown", (event) => {
  const chosen = event.altKey && !event.ctrlKey && buttons[Number(event.code.replace("Digit", "")) - 1];
  if (!chosen) return;
  event.preventDefault();
  fill(chosen);
});
