// The thread: what is new comes after the last line, once; and where each of our messages stands.
import { ask, base, byId, log, thread, words } from "./wire.js";
import { newWords } from "./sound.js";

let last = Number(words.last ?? 0);
export const lastLine = () => last;

// An answer says which words it was written to: those that stood here long enough to be seen.
const SEEN_AFTER = 1000;
function noteSeen() {
  const seen = document.querySelector('#say-form input[name="seen"]');
  const newest = last;
  if (seen && !document.hidden) setTimeout(() => document.hidden || (seen.value = Math.max(newest, Number(seen.value))), SEEN_AFTER);
}
document.addEventListener("visibilitychange", noteSeen);

export function addLines(lines) {
  const isNear = isAtEnd();
  thread.querySelector(".empty")?.remove();
  let isTheirs = false;
  for (const line of lines) {
    if (byId(line.id)) continue;
    last = Math.max(last, Number(line.dataset.cursor));
    isTheirs ||= line.classList.contains("line-person");
    line.classList.add("is-fresh");
    setTimeout(() => line.classList.remove("is-fresh"), 6000);
    thread.append(line);
  }
  noteSeen();
  if (isNear) toEnd();
  else if (isTheirs && byId("to-newest")) byId("to-newest").hidden = false;
  if (isTheirs) {
    byId("they-type").textContent = "";
    newWords(words.name);
  }
}

// On a phone the page itself scrolls, on a laptop the thread in its pane.
const hasOwnPane = () => getComputedStyle(log).overflowY !== "visible";

function isAtEnd() {
  if (hasOwnPane()) return log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  return (thread.lastElementChild?.getBoundingClientRect().top ?? 0) < innerHeight;
}

function toEnd() {
  const line = thread.lastElementChild;
  const covered = byId("write").offsetHeight; // the box stays at the foot of the screen
  if (hasOwnPane()) log.scrollTop = log.scrollHeight;
  else if (covered > innerHeight / 2) line?.scrollIntoView({ block: "center" });
  else if (line) scrollBy(0, line.getBoundingClientRect().bottom + covered + 16 - innerHeight);
  if (byId("to-newest")) byId("to-newest").hidden = true;
}
if (thread && !words.older) {
  let stoodAtEnd = true;
  let height = log.clientHeight;
  toEnd();
  // taking room moves the thread by itself a little: that is nobody's scrolling
  log.addEventListener("scroll", () => log.clientHeight === height && (stoodAtEnd = isAtEnd()));
  // a warning, a longer box or the drawer takes room: the newest words stay above it
  new ResizeObserver(() => {
    height = log.clientHeight;
    if (hasOwnPane() && stoodAtEnd) toEnd();
  }).observe(log);
}
byId("to-newest")?.addEventListener("click", toEnd);

// messages of ours of which something may still become
export const openStates = () =>
  [...(thread?.querySelectorAll("[data-state]:not([data-final])") ?? [])].slice(-40).map((state) => ["ids", state.dataset.state]);

export async function freshStates() {
  const open = openStates();
  if (!open.length) return;
  const answer = await ask(`${base}/states?${new URLSearchParams(open)}`).catch(() => null);
  if (answer?.ok) showStates(await answer.json());
}

export function showStates(states) {
  for (const [id, state] of Object.entries(states)) {
    const shown = thread?.querySelector(`[data-state="${id}"]`);
    if (!shown) continue;
    shown.textContent = state.text;
    shown.classList.toggle("is-bad", state.is_bad);
    shown.toggleAttribute("data-final", state.is_final);
  }
}
