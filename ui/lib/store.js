/*
 * What this browser remembers: choices, mappings by header, which import mends
 * which.  It is nothing that the server needs, and may be forgotten any time.
 */

const PREFIX = 'glyph.';
const KEPT = 200;               // mappings, links: the newest of them

export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch { /* private windows, a full store: then it is not remembered */ }
}

/* One entry of a list by key; undefined forgets it. */
export function keep(name, key, value) {
  const all = recall(name, {});
  delete all[key];
  if (value !== undefined) {
    all[key] = value;
  }
  const names = Object.keys(all);
  for (const old of names.slice(0, Math.max(0, names.length - KEPT))) {
    delete all[old];
  }
  remember(name, all);
}
