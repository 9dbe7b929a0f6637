// How long somebody waits, counted on; and what comes next if nobody does anything.
import { byId, fill, words } from "./wire.js";
import { ring } from "./sound.js";

const WARNS_BEFORE = 90000;
const minutesUntil = (at) => Math.max(1, Math.ceil((at - Date.now()) / 60000));

export function sinceInWords(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60000));
  if (minutes < 60) return fill(words.wordsMinutes, { n: minutes });
  if (minutes < 1440) return fill(words.wordsHours, { h: Math.floor(minutes / 60), m: minutes % 60 });
  return fill(words.wordsDays, { d: Math.floor(minutes / 1440) });
}

export function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = sinceInWords(time.dataset.since);
    if (time.textContent !== text) time.textContent = text;
  }
  sayRings();
  sayLeaves();
}

function sayRings() {
  const rings = byId("rings");
  if (!rings) return;
  const at = Date.parse(rings.dataset.until);
  if (at < Date.now()) return;
  const text = fill(words.mine ? words.wordsRingsMine : words.wordsRings, { n: minutesUntil(at) });
  if (rings.textContent !== text) rings.textContent = text;
}

// Whoever has not touched the page is warned before the chat is taken from them, and heard once.
function sayLeaves() {
  const shown = byId("leaves");
  if (!shown) return;
  const left = Date.parse(shown.dataset.until) - Date.now();
  const warns = left > 0 && left < WARNS_BEFORE;
  if (!warns) return void (shown.hidden = true);
  const text = fill(words.wordsLeaves, { n: minutesUntil(Date.now() + left) });
  if (shown.textContent !== text) shown.textContent = text;
  if (shown.hidden) ring(true);
  shown.hidden = false;
}

// The server counts from what a person last did: so do we.
export function isThere() {
  const shown = byId("leaves");
  if (!shown?.dataset.until) return;
  const later = Date.now() + 3 * 60000;
  if (later > Date.parse(shown.dataset.until)) shown.dataset.until = new Date(later).toISOString();
  sayLeaves();
}

setInterval(tick, 5000);
tick();
