// What several widgets need to know of the page.
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

/** A text in the user's language. */
export const text = (name) => texts[name] ?? name;

/** Whether keys that are letters belong to the element that has the focus. */
export function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether something lies over the page and takes the keys. */
export const covered = () => document.querySelector("dialog[open]") !== null;

let serial = 0;
/** An id that no other element has. */
export const freshId = (stem) => `${stem}-${++serial}`;
