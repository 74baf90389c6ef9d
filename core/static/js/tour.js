// The card of the first-run tour: it stands beside what it speaks of. Without this it stands in its corner.
const card = document.getElementById("tour");
const anchor = card?.dataset.anchor ? document.querySelector(card.dataset.anchor) : null;
const GAP = 10;

function place() {
  const box = anchor?.getBoundingClientRect();
  card.style.removeProperty("left");
  card.style.removeProperty("top");
  card.classList.remove("placed");
  if (!box?.width || window.innerWidth < 700) return;
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = box.bottom + GAP;
  if (below + height > window.innerHeight - GAP) return;
  card.classList.add("placed");
  card.style.left = `${Math.max(GAP, Math.min(box.left, window.innerWidth - width - GAP))}px`;
  card.style.top = `${below}px`;
}

if (card) {
  anchor?.classList.add("tour-anchor");
  place();
  window.addEventListener("resize", place);
  if (location.hash === "#tour") {
    card.querySelector("button").focus({ preventScroll: true });
    history.replaceState(history.state, "", location.pathname + location.search);
  }
}
