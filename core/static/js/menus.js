// Menus that drop down, the side menu, and the dialogs: one at a time, closed by Esc or a click beside them.
import { covered, typing } from "./page.js";

const open = () => [...document.querySelectorAll("details.drop[open]")];

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-toggle-sidebar]")) toggleSidebar();
  else if (!event.target.closest(".sidebar")) document.body.classList.remove("sidebar-open");
  if (event.target.tagName === "DIALOG") event.target.close();
  const fold = event.target.closest(".menu-fold > summary")?.parentElement;
  if (fold) rememberFold(fold);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeInnermost();
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || covered()) return;
  if (event.key === "?") document.getElementById("keys")?.showModal();
  if (event.key === "[") toggleSidebar();
});

// Of a long menu one sees where one is.
const here = document.querySelector(".sidebar [aria-current]");
if (here) {
  const menu = here.closest(".sidebar");
  menu.scrollTop = Math.max(0, here.offsetTop - menu.clientHeight + 60);
}

function closeInnermost() {
  const menu = open().pop();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

function toggleSidebar() {
  const narrow = matchMedia("(max-width: 900px)").matches;
  const css = narrow ? "sidebar-open" : "sidebar-closed";
  const on = document.body.classList.toggle(css);
  document.querySelector("[data-toggle-sidebar]")?.setAttribute("aria-expanded", String(narrow ? on : !on));
  if (!narrow) document.cookie = `sidebar=${on ? "closed" : "open"}; path=/; max-age=31536000; samesite=lax`;
}

// The server renders the menu as it was left: the cookie names the groups that are not as they come (core/screens/menu.py).
function rememberFold(fold) {
  const usual = !fold.parentElement.closest(".menu-fold");
  const changed = new Set(document.cookie.match(/(?:^|; )menu=([\d.]*)/)?.[1].split(".").filter(Boolean));
  const opens = !fold.open;
  if (opens === usual) changed.delete(fold.dataset.fold);
  else changed.add(fold.dataset.fold);
  document.cookie = `menu=${[...changed].join(".")}; path=/; max-age=31536000; samesite=lax`;
}
