// Starts every widget on the page and on each part that htmx swaps in.
import "./menus.js";
import "./copy.js";
import "./samples.js";
import "./palette.js";
import "./toasts.js";
import "./short-urls.js";
import "./panel.js";
import "./letter.js";
import { startLinePanels } from "./line-panel.js";
import { startDrafts } from "./drafts.js";
import "./tour.js";
import { startLists } from "./list.js";
import { startForms } from "./form.js";
import { startComboboxes } from "./combobox.js";
import { startGrids } from "./grid.js";
import { startDeriving } from "./derive.js";

export function start(root) {
  startComboboxes(root);
  startGrids(root);
  startLists(root);
  startForms(root);
  startDrafts(root);
  startDeriving(root);
  startLinePanels(root);
}

document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));
if (!window.htmx) start(document.body);
