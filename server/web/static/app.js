// What the chat page does better with JavaScript. Everything here has a plain form underneath that works without it.
// Nothing is stored on the device: another person may hold it next.

const LINES = 5;
const ESCAPES = 3;
const ESCAPE_MS = 1500;
const NEAR_PX = 160;
const GONE = 410;

const root = document.documentElement;
const chat = document.getElementById("chat");
const items = document.getElementById("items");
const unsent = document.getElementById("unsent");
const write = document.getElementById("write");
const box = document.getElementById("say");
const connection = document.getElementById("connection");
const newest = document.getElementById("newest");
const news = document.getElementById("news");
const words = chat.dataset;

root.classList.add("js");
sessionStorage.clear(); // htmx notes the page's path there

// --- Leave fast: the screen first, then the server ---

function leave() {
  stopReading();
  measuring.disconnect();
  document.body.replaceChildren();
  document.title = words.elsewhere;
  if (navigator.onLine) location.replace("/leave");
  else addEventListener("online", () => location.replace("/leave"), { once: true });
}

document.querySelector(".leave-form").addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});

let escapes = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeTools();
  const now = performance.now();
  escapes = [...escapes.filter((at) => now - at < ESCAPE_MS), now];
  if (escapes.length >= ESCAPES) leave();
});

// A page that the browser kept may belong to a session that has ended since: ask, or start again.
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  root.hidden = true;
  const answer = await fetch(`/thread?after=${after()}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) root.hidden = false;
  else location.replace("/");
});

// --- Header: language and looks ---

const tools = [...document.querySelectorAll(".tool")];

function closeTools(except) {
  for (const tool of tools) {
    if (tool === except || !tool.open) continue;
    const hadFocus = tool.contains(document.activeElement);
    tool.open = false;
    if (hadFocus) tool.querySelector("summary").focus();
  }
}

for (const tool of tools) tool.addEventListener("toggle", () => tool.open && closeTools(tool));
document.addEventListener("click", (event) => event.target.closest(".tool") || closeTools());

const remember = (fields) =>
  fetch("/view", { method: "POST", body: new URLSearchParams(fields), headers: { "X-Requested-With": "page" } });

document.getElementById("languages").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await remember({ language: event.submitter.value }).catch(() => null);
  if (answer?.ok) location.replace("/");
  else showOffline();
});

const THEMES = { auto: "(prefers-color-scheme: dark)", dark: "all", light: "not all" };
const CONTRASTS = { normal: "(prefers-contrast: more)", high: "all" };
const LOOKS = {
  size: (value) => (root.dataset.size = value),
  font: (value) => (root.dataset.font = value),
  theme: (value) => (document.getElementById("dark").media = THEMES[value]),
  contrast: (value) => (document.getElementById("contrast").media = CONTRASTS[value]),
};

document.getElementById("settings").addEventListener("change", (event) => {
  LOOKS[event.target.name](event.target.value);
  remember({ [event.target.name]: event.target.value }).catch(() => {});
  grow();
});

// --- Writing: grows to five lines, Enter sends, Shift and Enter makes a line ---

function grow() {
  box.rows = 1;
  const line = parseFloat(getComputedStyle(box).lineHeight);
  const padding = box.clientHeight - line;
  box.rows = Math.min(LINES, Math.max(1, Math.round((box.scrollHeight - padding) / line)));
}

box.addEventListener("input", grow);

// While a person of ours is in the talk they see that somebody types; the letters stay here until they are sent.
const TYPES_EVERY = 4000;
let typedAt = 0;
box.addEventListener("input", () => {
  if (!document.querySelector("#items > .adviser") || Date.now() - typedAt < TYPES_EVERY) return;
  typedAt = Date.now();
  fetch("/typing", { method: "POST", headers: { "X-Requested-With": "page" } }).catch(() => {});
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write.requestSubmit();
});

write.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (isTooBig()) return sayTooBig();
  if (!text && !file.files.length) return box.focus();
  send({ text }, text, false, file.files);
  box.value = "";
  putFileAway();
  grow();
  box.focus();
});

// --- A picture or file: chosen beside the box, sent with the words in it ---

const file = document.getElementById("file");
const attach = document.querySelector(".attach");
const UPLOAD_MS = 300000;

const isTooBig = () => [...file.files].some((one) => one.size > Number(file.dataset.most));

function putFileAway() {
  file.value = "";
  attach.open = false;
}

function sayTooBig() {
  connection.textContent = words.tooBig;
  putFileAway();
}

file.addEventListener("change", () => {
  connection.textContent = "";
  if (isTooBig()) sayTooBig();
});

// --- Buttons of a reply, and the two that are always there ---

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".choices, .quick, .to-person");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  if (form.classList.contains("is-done")) return;
  if (form.matches(".choices")) markDone(form, button);
  send({ [button.name]: button.value }, button.querySelector(".label").textContent.trim(), true);
});

// Not disabled: a disabled button would drop the focus of somebody on a keyboard.
function markDone(form, button) {
  form.classList.add("is-done");
  button.classList.add("is-chosen");
  for (const choice of form.querySelectorAll(".choice")) choice.setAttribute("aria-disabled", "true");
}

// --- Sending: each message is its own small form, so that a failed one waits to be sent again ---

const messageId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

function send(fields, shown, isPress = false, files = null) {
  const item = document.getElementById("unsent-item").content.firstElementChild.cloneNode(true);
  const form = item.querySelector("form");
  for (const [name, value] of Object.entries({ ...fields, message_id: messageId() })) form.elements[name].value = value;
  item.querySelector(".bubble").textContent = files?.length ? [shown, words.file].filter(Boolean).join(" · ") : shown;
  if (files?.length) carry(form, files);
  item.dataset.isPress = isPress ? "yes" : "";
  unsent.append(item);
  htmx.process(item);
  form.addEventListener("submit", () => markSending(item));
  form.requestSubmit();
  toEnd();
}

// Only what has a file to carry goes as such a form, and may take its time on a slow line.
// A list of its own: the other one is emptied with its field, and this one may have to be sent again.
function carry(form, files) {
  const own = new DataTransfer();
  for (const one of files) own.items.add(one);
  form.elements.file.disabled = false;
  form.elements.file.files = own.files;
  form.setAttribute("hx-encoding", "multipart/form-data");
  form.setAttribute("hx-request", JSON.stringify({ timeout: UPLOAD_MS }));
}

function markSending(item) {
  item.classList.add("is-sending");
  item.classList.remove("is-failed");
  item.querySelector(".meta").textContent = words.sending;
  item.querySelector(".again").hidden = true;
}

function markFailed(item) {
  item.classList.remove("is-sending");
  item.classList.add("is-failed");
  item.querySelector(".meta").textContent = "";
  const again = item.querySelector(".again");
  again.hidden = false;
  if (item.dataset.isPress && document.activeElement?.closest(".choices")) again.focus({ preventScroll: true });
  if (!navigator.onLine) showOffline();
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout", "htmx:sendAbort"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.xhr?.status === GONE) return location.replace("/");
    const item = event.detail.elt?.closest?.("#unsent .item");
    if (item) markFailed(item);
  });
}

// --- New messages: from our own sending, or because news came ---

let isNear = true;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === items) isNear = isNearEnd();
});

// After the request, not after the swap: that one is told once for every new element, and not at all without one.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.target !== items) return;
  const sender = event.detail.elt.closest("#unsent .item");
  sender?.remove();
  connection.textContent = "";
  const fresh = takeFresh();
  for (const item of fresh) prepare(item);
  if (fresh.length) arrive(fresh, sender);
  else if (isNear && event.target === news) toEnd();
  followLanguage();
});

// Whoever types may stop without sending: look again a little later.
const STILL_TYPES = 9000;
let looksAgain = 0;
new MutationObserver(() => {
  clearTimeout(looksAgain);
  if (document.querySelector("#state .typing")) looksAgain = setTimeout(() => htmx.trigger(news, "chat:look"), STILL_TYPES);
}).observe(document.getElementById("state"), { childList: true, subtree: true });

function arrive(fresh, sender) {
  document.querySelector(".empty")?.remove();
  if (sender?.dataset.isPress && (document.activeElement === document.body || document.activeElement.closest(".choices"))) {
    fresh.find((item) => item.matches(".ours"))?.focus({ preventScroll: true });
  }
  if (isNear || sender) show(fresh);
  else newest.hidden = false;
}

// Two answers can overlap; a message that is already there is dropped.
function takeFresh() {
  const seen = new Set();
  const fresh = [];
  for (const item of [...items.children]) {
    if (seen.has(item.id)) {
      item.remove();
      continue;
    }
    seen.add(item.id);
    if (!item.dataset.known) fresh.push(item);
  }
  return fresh;
}

function prepare(item, isNew = true) {
  item.dataset.known = "yes";
  if (isNew) item.classList.add("is-new");
  offerReading(item);
}

// What stays on the screen hides what is under it: scrolling to something, and the focus, keep clear of both.
const header = document.querySelector(".top");
const topRow = document.querySelector(".top-row");
const composer = document.querySelector(".composer");

function measure() {
  const bar = getComputedStyle(header).display === "contents" ? topRow : header;
  const isSticky = getComputedStyle(composer).position === "sticky";
  root.style.setProperty("--top-height", `${isSticky ? bar.offsetHeight : document.querySelector(".leave").offsetHeight + 16}px`);
  root.style.setProperty("--composer-height", `${isSticky ? composer.offsetHeight : 0}px`);
}

const measuring = new ResizeObserver(measure);
for (const part of [root, topRow, header, composer]) measuring.observe(part);

const after = () => document.getElementById("after").value;
const isNearEnd = () => root.scrollHeight - scrollY - innerHeight < NEAR_PX;
const toEnd = () => scrollTo(0, root.scrollHeight);

// A long reply is shown from its beginning, a short one whole, with the box below it.
function show(fresh) {
  const first = fresh.find((item) => item.matches(".ours")) ?? fresh[0];
  const hidden = parseFloat(root.style.getPropertyValue("--top-height"));
  if (root.scrollHeight - first.offsetTop > innerHeight - hidden) first.scrollIntoView({ block: "start" });
  else toEnd();
}

newest.addEventListener("click", () => {
  newest.hidden = true;
  toEnd();
});
addEventListener("scroll", () => isNearEnd() && (newest.hidden = true), { passive: true });

// The conversation went on in another language: the page follows, unless words would be lost.
let isOtherLanguage = false;
document.addEventListener("chat:language", () => (isOtherLanguage = true));

function followLanguage() {
  if (isOtherLanguage && !box.value && !unsent.children.length) location.replace("/");
}

// --- Connection ---

function showOffline() {
  connection.textContent = words.offline;
}

addEventListener("offline", showOffline);
addEventListener("online", () => {
  connection.textContent = words.online;
  setTimeout(() => (connection.textContent = ""), 4000);
  htmx.trigger(news, "chat:look");
});
// The stream broke: look whether the conversation is still there.
document.addEventListener("htmx:sseError", () => navigator.onLine && setTimeout(() => htmx.trigger(news, "chat:look"), 1000));

// --- Read aloud, with the browser's own voice ---

let reading = null;

function canRead(language) {
  if (!("speechSynthesis" in window)) return false;
  const voices = speechSynthesis.getVoices();
  return voices.some((voice) => voice.lang.toLowerCase().startsWith(language));
}

function offerReading(item) {
  const reply = item.querySelector(".reply");
  const button = item.querySelector(".read");
  if (button) button.hidden = !canRead(reply.lang || root.lang);
}

const offerAll = () => [...items.children].forEach(offerReading);

function stopReading() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
  if (!reading) return;
  reading.setAttribute("aria-pressed", "false");
  reading.lastElementChild.textContent = reading.dataset.label;
  reading = null;
}

function read(button) {
  const reply = button.closest(".ours").querySelector(".reply");
  const language = reply.lang || root.lang;
  const parts = [...reply.querySelectorAll(".words p, .words li, .line-who, .line-ways a, :scope > p")];
  const voice = speechSynthesis.getVoices().find((v) => v.lang.toLowerCase().startsWith(language));
  for (const part of parts) {
    const speech = new SpeechSynthesisUtterance(part.textContent.trim());
    speech.lang = language;
    speech.voice = voice;
    speech.rate = 0.95;
    speech.onend = part === parts.at(-1) ? () => reading === button && stopReading() : null;
    speechSynthesis.speak(speech);
  }
  button.dataset.label = button.lastElementChild.textContent;
  button.lastElementChild.textContent = words.stop;
  button.setAttribute("aria-pressed", "true");
  reading = button;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".read");
  if (!button) return;
  const wasReading = reading === button;
  stopReading();
  if (!wasReading) read(button);
});
if ("speechSynthesis" in window) speechSynthesis.addEventListener?.("voiceschanged", offerAll);

// --- Start ---

for (const item of items.children) prepare(item, false);
grow();
if (items.querySelector(".theirs")) toEnd();
