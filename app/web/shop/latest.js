// What is asked anew ends what is under way: no late answer reaches the page.
const running = new Map();

// kind: of the question; a newer one of the same kind aborts it. asked: takes the signal that ends it.
export async function latest(kind, asked) {
  end(kind);
  const stop = new AbortController();
  running.set(kind, stop);
  const told = await asked(stop.signal);
  if (running.get(kind) !== stop) throw new DOMException("late", "AbortError");
  return told;
}

export const end = (kind) => running.get(kind)?.abort();
export const isLate = (error) => error.name === "AbortError";
