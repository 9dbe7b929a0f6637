// What makes the queue and the chat live. Every form and link works without it; what is typed is never lost.
const desk = document.getElementById("main");
const words = desk.dataset;
const SCRIPT = { "X-Requested-With": "page" };
const QUEUE_EVERY = 2000; // however much happens, the list is asked for no more often
const DRAFT_AFTER = 500;
const HERE_EVERY = 45000;
const TYPES_FOR = 8000;
const STATES_AFTER = [1500, 4000, 10000, 30000]; // providers take their time to say what became of a message

const byId = (id) => document.getElementById(id);
const box = byId("say");
const thread = byId("thread");
const base = words.base;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const formToken = () => document.querySelector('input[name="form"]').value;

const bar = document.querySelector(".bar");
if (bar) new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);

// --- How long somebody waits, counted on ---

function tick() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-since]")) {
    const minutes = Math.max(0, Math.floor((now - Date.parse(time.dataset.since)) / 60000));
    if (minutes < 60 && time.dataset.minutes !== String(minutes)) {
      time.dataset.minutes = minutes;
      time.textContent = time.textContent.replace(/\d+/, minutes);
    }
  }
}
setInterval(tick, 5000);

// --- Asking the server; a session that ended leaves everything where it is ---

class SignedOut extends Error {}

async function ask(path, options = {}) {
  const answer = await fetch(path, { redirect: "manual", ...options, headers: SCRIPT });
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  return answer;
}

async function send(path, fields) {
  const answer = await ask(path, { method: "POST", body: new URLSearchParams({ form: formToken(), ...fields }) });
  if (answer.status !== 403) return answer;
  // another session since this page was opened: its forms carry something else
  const fresh = await ask("/console/form");
  if (!fresh.ok) return answer;
  for (const input of document.querySelectorAll('input[name="form"]')) input.value = (await fresh.clone().json()).form;
  return ask(path, { method: "POST", body: new URLSearchParams({ form: formToken(), ...fields }) });
}

// --- The queue: never moves under the pointer ---

const queuePane = byId("queue-pane");
let queueWaits = false;
let queueAsked = 0;
let title = document.title;

async function freshQueue() {
  queueWaits = false;
  queueAsked = Date.now();
  const answer = await ask(words.list).catch(() => null);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".queue");
  if (!next) return;
  const old = byId("queue");
  announce(old, next);
  if (queuePane.matches(":hover") || queuePane.contains(document.activeElement)) offer(next);
  else putQueue(next);
}

function putQueue(next) {
  const closed = new Map([...byId("queue").querySelectorAll("details")].map((d) => [d.dataset.group, d.open]));
  for (const group of next.querySelectorAll("details")) if (closed.has(group.dataset.group)) group.open = closed.get(group.dataset.group);
  const at = queuePane.scrollTop;
  byId("queue").replaceWith(next);
  queuePane.scrollTop = at;
}

function offer(next) {
  if (next.textContent === byId("queue").textContent) return;
  let button = queuePane.querySelector(".update-queue");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "small-button update-queue";
    button.textContent = words.wordsUpdate || "↻";
    queuePane.prepend(button);
  }
  button.onclick = () => {
    button.remove();
    putQueue(next);
    byId("queue").querySelector("button, a")?.focus();
  };
}

function announce(old, next) {
  if (Number(next.dataset.alarms) > Number(old?.dataset.alarms ?? 0)) ring(true);
  const count = Number(next.dataset.count);
  title = document.title.replace(/^\(\d+\) /, "");
  document.title = count ? `(${count}) ${title}` : title;
}

function wantQueue() {
  if (queueWaits) return;
  queueWaits = true;
  setTimeout(freshQueue, Math.max(0, queueAsked + QUEUE_EVERY - Date.now()));
}

// --- Sound and notification for what is mine; the browser asks once, when a chat is taken ---

let sound = null;
addEventListener("pointerdown", () => (sound ??= new AudioContext()), { once: true });
addEventListener("keydown", () => (sound ??= new AudioContext()), { once: true });

function ring(isAlarm) {
  if (!sound) return;
  const at = sound.currentTime;
  for (const [i, pitch] of (isAlarm ? [880, 660, 880, 660] : [660]).entries()) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.08, at + i * 0.22);
    volume.gain.exponentialRampToValueAtTime(0.001, at + i * 0.22 + 0.2);
    tone.connect(volume).connect(sound.destination);
    tone.start(at + i * 0.22);
    tone.stop(at + i * 0.22 + 0.2);
  }
}

function notifyOfWords() {
  if (!document.hidden) return;
  document.title = `● ${document.title.replace(/^● /, "")}`;
  if (!words.mine) return;
  ring(false);
  // the case's number and nothing else: others see this screen too
  if (window.Notification?.permission === "granted") new Notification(fill(words.wordsNew, { name: byId("case-name").textContent.trim().split(/\s/)[0] }), { tag: words.case });
}
document.addEventListener("visibilitychange", () => document.hidden || (document.title = document.title.replace(/^● /, "")));
if (words.mine && window.Notification?.permission === "default") addEventListener("pointerdown", () => Notification.requestPermission(), { once: true });

// --- The thread: what is new comes after the last line, once ---

let last = Number(words.last ?? 0);
let isAsking = false;
let asksAgain = false;

async function freshThread() {
  if (!thread || words.older) return;
  if (isAsking) return void (asksAgain = true);
  isAsking = true;
  do {
    asksAgain = false;
    const answer = await ask(`${base}/thread?after=${last}`).catch(noAnswer);
    if (!answer?.ok) break;
    const came = new DOMParser().parseFromString(`<ol>${await answer.text()}</ol>`, "text/html").querySelectorAll("li.line");
    if (came.length) addLines([...came]);
    if (came.length >= 60) asksAgain = true;
  } while (asksAgain);
  isAsking = false;
  freshStates();
}

function addLines(lines) {
  const pane = scroller();
  const isNear = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 160;
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
  if (isNear) toEnd();
  if (isTheirs) {
    byId("they-type").textContent = "";
    notifyOfWords();
  }
}

// On a phone the page itself scrolls, on a laptop the thread in its pane.
const scroller = () => (getComputedStyle(thread).overflowY === "visible" ? document.scrollingElement : thread);

function toEnd() {
  const pane = scroller();
  if (pane === thread) pane.scrollTop = pane.scrollHeight;
  else thread.lastElementChild?.scrollIntoView({ block: "center" });
}
if (thread && !words.older) toEnd();

async function freshStates() {
  const open = [...thread.querySelectorAll("[data-state]")].slice(-40).map((state) => state.dataset.state);
  if (!open.length) return;
  const answer = await ask(`${base}/states?${new URLSearchParams(open.map((id) => ["ids", id]))}`).catch(() => null);
  if (!answer?.ok) return;
  for (const [id, state] of Object.entries(await answer.json())) {
    const shown = thread.querySelector(`[data-state="${id}"]`);
    if (!shown) continue;
    shown.textContent = state.text;
    shown.classList.toggle("is-bad", state.is_bad);
  }
}

async function freshNotes() {
  const answer = await ask(`${base}/notes`).catch(() => null);
  const notes = byId("notes");
  if (!answer?.ok || !notes || notes.contains(document.activeElement)) return;
  notes.replaceChildren(...new DOMParser().parseFromString(`<ol>${await answer.text()}</ol>`, "text/html").querySelector("ol").children);
}

// --- The stream ---

let stream = null;

function listen() {
  stream?.close();
  stream = new EventSource(words.events);
  stream.addEventListener("queue", wantQueue);
  stream.addEventListener("case", () => {
    freshThread();
    freshNotes();
    freshHead();
  });
  stream.addEventListener("typing", showTyping);
  stream.addEventListener("they-type", theyType);
  stream.addEventListener("over", () => {
    stream.close();
    problem(words.wordsSignedOut, true);
  });
}
if (words.events) listen();
// After sleep the stream may look alive and be dead.
document.addEventListener("visibilitychange", () => !document.hidden && stream?.readyState === EventSource.CLOSED && listen());
addEventListener("online", () => {
  listen();
  problem("");
});
addEventListener("pageshow", (event) => event.persisted && location.reload());

let typesUntil = 0;
async function showTyping() {
  const shown = byId("types-too");
  if (!shown) return;
  const answer = await ask(`${base}/typing`).catch(() => null);
  if (!answer?.ok) return;
  const { names } = await answer.json();
  shown.textContent = names.map((name) => fill(words.wordsTypes, { name })).join(" ");
  clearTimeout(typesUntil);
  if (names.length) typesUntil = setTimeout(showTyping, TYPES_FOR);
}

// Colleagues see that a note or a whisper is being typed.
let notedAt = 0;
byId("note")?.addEventListener("input", () => {
  if (Date.now() - notedAt < TYPES_FOR / 2) return;
  notedAt = Date.now();
  send(`${base}/notes/types`, {}).catch(() => null);
});

let theyTypeUntil = 0;
function theyType() {
  byId("they-type").textContent = words.wordsTheyType;
  clearTimeout(theyTypeUntil);
  theyTypeUntil = setTimeout(() => (byId("they-type").textContent = ""), TYPES_FOR);
}

// Whose chat it is, and how long they wait, may have changed: the page is drawn anew when its forms no longer fit.
async function freshHead() {
  const answer = await ask(`${base}/head`).catch(() => null);
  if (!answer?.ok) return;
  const head = await answer.json();
  const isAsItWas = head.may_write === !!words.mine && head.is_free === !!words.free;
  if (isAsItWas && (head.since ?? "") === words.since) return;
  if (!isAsItWas) {
    await keepDraft();
    return location.reload();
  }
  words.since = head.since ?? "";
  const shown = byId("case-wait");
  shown.replaceChildren();
  if (!head.since) return void (shown.textContent = words.wordsAnswered);
  const time = document.createElement("time");
  time.className = "wait";
  time.dateTime = time.dataset.since = head.since;
  time.textContent = fill(words.wordsMinutes, { n: 0 });
  shown.append(words.wordsWaits, " ", time);
  tick();
}

// --- Writing ---

function problem(text, isSignedOut = false) {
  const shown = byId("problem");
  if (!shown) return;
  shown.hidden = !text;
  shown.textContent = text;
  if (!isSignedOut) return;
  const link = document.createElement("a");
  link.href = "/console/sign-in";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = " →";
  link.setAttribute("aria-label", document.querySelector(".brand")?.textContent ?? "");
  shown.append(link);
}

function noAnswer(error) {
  if (error instanceof SignedOut) problem(words.wordsSignedOut, true);
  else if (!navigator.onLine) problem(words.wordsOffline);
  return null;
}

let draftTimer = 0;
let lastHere = 0;

async function keepDraft() {
  clearTimeout(draftTimer);
  if (!box) return;
  const answer = await send(`${base}/draft`, { text: box.value }).catch(noAnswer);
  if (!answer?.ok) return;
  lastHere = Date.now();
  showCost(await answer.json());
}

function showCost({ parts, pence, given_away: gives }) {
  const count = parts === 1 ? words.wordsPart : fill(words.wordsParts, { n: parts });
  byId("cost").textContent = parts ? [count, pence ? fill(words.wordsPence, { n: Math.ceil(pence) }) : ""].filter(Boolean).join(" · ") : "";
  byId("gives").textContent = gives.length ? fill(words.wordsGives, { words: gives.join(", ") }) : "";
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
let key = newKey();
let tried = "";

async function sendWords(text) {
  const button = document.querySelector("#say-form button");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  clearTimeout(draftTimer);
  tried = text.trim();
  const answer = await send(`${base}/messages`, { text, key }).catch((error) => noAnswer(error) ?? { isLost: true });
  button.removeAttribute("aria-disabled");
  if (answer?.ok) {
    // the same key again is the same message: a new one only for new words
    key = newKey();
    tried = "";
    problem("");
    if (box.value.trim() === text.trim()) box.value = "";
    showCost({ parts: 0, given_away: [] });
    for (const later of STATES_AFTER) setTimeout(freshStates, later);
    return freshThread();
  }
  if (answer?.status !== 409) {
    if (byId("problem").hidden) problem(words.wordsOffline);
    return;
  }
  const refused = await answer.json();
  const texts = { not_yours: words.wordsNotYours, closed: words.wordsClosed, cannot_reach: words.wordsCannotReach };
  const ways = refused.left.length ? ` ${fill(words.wordsLeft, { ways: refused.left.join(", ") })}` : "";
  problem((texts[refused.problem] ?? "") + ways);
}

if (box) {
  const form = byId("say-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) sendWords(box.value);
    box.focus();
  });
  box.addEventListener("input", () => {
    // what was tried before and changed since is another message
    if (tried && box.value.trim() !== tried) {
      key = newKey();
      tried = "";
    }
    clearTimeout(draftTimer);
    draftTimer = setTimeout(keepDraft, DRAFT_AFTER);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  addEventListener("pagehide", () => navigator.sendBeacon(`${base}/draft`, new URLSearchParams({ form: formToken(), text: box.value })));
  // somebody who reads is there too; only what a person does counts
  const isHere = () => {
    if (!words.mine || Date.now() - lastHere < HERE_EVERY) return;
    lastHere = Date.now();
    send(`${base}/here`, {}).catch(() => {});
  };
  for (const sign of ["pointermove", "keydown", "wheel", "touchstart"]) addEventListener(sign, isHere, { passive: true });
  if (box.value) keepDraft();
}

// --- The drawer ---

const drawer = byId("drawer");

async function openDrawer(path) {
  const answer = await ask(path).catch(noAnswer);
  if (!answer?.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  byId("drawer-words").replaceChildren(...part.childNodes);
  drawer.hidden = false;
  for (const button of drawer.querySelectorAll("[data-put]")) button.hidden = !box;
  (drawer.querySelector("input[type=search]") ?? drawer).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && drawer && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openDrawer(link.href);
  }
  const put = event.target.closest("[data-put]");
  if (put && box) {
    box.value = [box.value.trim(), put.dataset.put].filter(Boolean).join("\n");
    box.focus();
    keepDraft();
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-drawer-search]") && drawer) {
    event.preventDefault();
    openDrawer(`${event.target.action}?${new URLSearchParams(new FormData(event.target))}`);
  }
  if (event.target.matches("[data-send]") && box) {
    event.preventDefault();
    sendWords(event.target.elements.text.value).then(closeDrawer);
  }
});

drawer?.querySelector(".close-drawer").addEventListener("click", () => closeDrawer());

function closeDrawer() {
  if (!drawer || drawer.hidden) return;
  drawer.hidden = true;
  (box ?? document.querySelector("[data-drawer]"))?.focus();
}

// --- Keys: one letter each, never while somebody writes ---

function showKeys() {
  const keys = byId("keys");
  if (!keys) return;
  let dialog = document.querySelector(".keys-dialog");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    dialog.append(keys.content.cloneNode(true));
    document.body.append(dialog);
  }
  dialog.showModal();
}

function moveInQueue(step) {
  const rows = [...document.querySelectorAll("#queue a.row")].filter((row) => row.checkVisibility?.() ?? true);
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (!drawer?.hidden) return closeDrawer();
    return document.activeElement?.blur();
  }
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") return showKeys();
  if (event.key === "j" || event.key === "k") return moveInQueue(event.key === "j" ? 1 : -1);
  const wanted = event.key === "r" ? box : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("textarea")) wanted.focus();
  else wanted.click();
});
