// The queue: it never moves under the pointer, and it tells when one of mine begins to wait.
import { ask, byId, fill, parse, words } from "./wire.js";
import { countInTitle, newsInTitle, notify, ring } from "./sound.js";
import { tick } from "./time.js";

const QUEUE_EVERY = 2000; // however much happens, the list is asked for no more often
const queuePane = byId("queue-pane");
let queueWaits = false;
let queueAsked = 0;

async function freshQueue() {
  queueWaits = false;
  queueAsked = Date.now();
  const answer = await ask(words.list).catch(() => null);
  if (!answer?.ok) return;
  const page = parse(await answer.text());
  const next = page.querySelector(".queue");
  if (!next) return;
  swapBanners(page.getElementById("banners-now"));
  announce(byId("queue"), next);
  if (queuePane.matches(":hover") || queuePane.contains(document.activeElement)) offer(next);
  else putQueue(next);
}

function swapBanners(now) {
  const shown = byId("banners");
  if (!now || !shown || shown.innerHTML.trim() === now.innerHTML.trim()) return;
  shown.replaceChildren(...now.content.childNodes);
}

function putQueue(next) {
  const closed = new Map([...byId("queue").querySelectorAll("details")].map((d) => [d.dataset.group, d.open]));
  for (const group of next.querySelectorAll("details")) if (closed.has(group.dataset.group)) group.open = closed.get(group.dataset.group);
  const at = queuePane.scrollTop;
  byId("queue").replaceWith(next);
  queuePane.scrollTop = at;
  mineWaits = mineOf(next);
  tick();
}

function offer(next) {
  if (next.textContent === byId("queue").textContent) return;
  let button = queuePane.querySelector(".update-queue");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "small-button update-queue";
    button.textContent = words.wordsUpdate;
    queuePane.prepend(button);
    const status = byId("queue-status");
    if (status) status.textContent = words.wordsUpdate;
  }
  button.onclick = () => {
    button.remove();
    putQueue(next);
    byId("queue-status")?.replaceChildren();
    byId("queue").querySelector("button, a")?.focus();
  };
}

const mineOf = (list) => new Set((list?.dataset.mine ?? "").split(" ").filter(Boolean));
let mineWaits = mineOf(byId("queue"));
let alarms = Number(byId("queue")?.dataset.alarms ?? 0);

// Announced against what was told last, not against what is drawn: that may be older while the pointer rests on it.
function announce(old, next) {
  const came = [...mineOf(next)].filter((name) => !mineWaits.has(name) && name !== words.name);
  mineWaits = mineOf(next);
  const now = Number(next.dataset.alarms);
  if (now > alarms) {
    ring(true);
    newsInTitle();
    notify(words.wordsAlarmWaits, "alarm");
  } else if (came.length) {
    ring(false);
    newsInTitle();
    for (const name of came) notify(fill(words.wordsWaitsIn, { name }), name);
  }
  alarms = now;
  countInTitle(words.case ? mineWaits.size : Number(next.dataset.count));
}
if (words.case) countInTitle(mineWaits.size);

export function wantQueue() {
  if (queueWaits) return;
  queueWaits = true;
  setTimeout(freshQueue, Math.max(0, queueAsked + QUEUE_EVERY - Date.now()));
}

export function moveInQueue(step) {
  const rows = [...document.querySelectorAll("#queue a.row")].filter((row) => row.checkVisibility?.() ?? true);
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}
