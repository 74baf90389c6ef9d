// A question that is typed. Only the answer to what stands in the box now may be shown or chosen from.

/** Questions to `address`, asked `delay` ms after the last key: `soon(q, show)`, `now(q)`, `answer(q)`, `stop()`.
    `more` says what else the answer depends on, as further arguments. */
export function asking(address, delay, more = () => "") {
  let timer = 0;
  let last = null;

  function now(q) {
    clearTimeout(timer);
    const rest = more();
    if (last?.q === q && last.rest === rest) return last.answered;
    last?.control.abort();
    const mine = { q, rest, control: new AbortController(), found: null };
    mine.answered = fetched(address, mine).then((found) => {
      // What failed or was overtaken is asked anew by whoever wants it.
      if (!found && last === mine) last = null;
      mine.found = found;
      return found;
    });
    last = mine;
    return mine.answered;
  }

  return {
    now,
    soon(q, show) {
      clearTimeout(timer);
      timer = setTimeout(async () => { const found = await now(q); if (found) show(found, q); }, delay);
    },
    answer: (q) => (last?.q === q && last.rest === more() ? last.found : null),
    stop() { clearTimeout(timer); },
    forget() { clearTimeout(timer); last?.control.abort(); last = null; },
  };
}

/** What the server answers; null when it was overtaken or did not. */
async function fetched(address, { q, rest, control }) {
  try {
    const answer = await fetch(`${address}?q=${encodeURIComponent(q)}${rest}`, { signal: control.signal, headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    return null;
  }
}
