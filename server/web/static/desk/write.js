// The box: what is typed is kept, sent once, and still there when it could not go.
import { ask, base, box, byId, fill, formToken, noAnswer, problem, send, words } from "./wire.js";
import { freshCase } from "./news.js";
import { freshStates } from "./thread.js";
import { isThere } from "./time.js";

const DRAFT_AFTER = 500;
const HERE_EVERY = 45000;
const STATES_AFTER = [1500, 4000, 10000, 30000]; // providers take their time to say what became of a message

let draftTimer = 0;
let lastHere = 0;

export async function keepDraft() {
  clearTimeout(draftTimer);
  if (!box) return;
  const answer = await send(`${base}/draft`, { text: box.value }).catch(noAnswer);
  if (!answer?.ok) return;
  lastHere = Date.now();
  isThere();
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

export async function sendWords(text) {
  const button = document.querySelector("#say-form button");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  clearTimeout(draftTimer);
  // the same key again is the same message: a new one only for new words
  if (tried && text.trim() !== tried) key = newKey();
  tried = text.trim();
  // hidden fields of the form go with it
  const more = Object.fromEntries([...new FormData(byId("say-form"))].filter(([name]) => !["form", "text", "key"].includes(name)));
  const answer = await send(`${base}/messages`, { ...more, text, key }).catch((error) => noAnswer(error) ?? { isLost: true });
  button.removeAttribute("aria-disabled");
  if (answer?.ok) return sent(text);
  if (answer?.status !== 409) {
    if (byId("problem").hidden) problem(words.wordsOffline);
    return;
  }
  const refused = await answer.json();
  const texts = { not_yours: words.wordsNotYours, closed: words.wordsClosed, cannot_reach: words.wordsCannotReach, on_hold: words.wordsOnHold };
  const ways = refused.left?.length ? ` ${fill(words.wordsLeft, { ways: refused.left.join(", ") })}` : "";
  problem((texts[refused.problem] ?? "") + ways);
}

function sent(text) {
  key = newKey();
  tried = "";
  problem("");
  if (byId("alarm-line")) byId("alarm-line").hidden = true;
  if (box.value.trim() === text.trim()) box.value = "";
  showCost({ parts: 0, given_away: [] });
  isThere();
  for (const later of STATES_AFTER) setTimeout(freshStates, later);
  return freshCase();
}

export function put(text) {
  box.value = [box.value.trim(), text].filter(Boolean).join("\n");
  box.focus();
  keepDraft();
}

if (box) {
  const form = byId("say-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) sendWords(box.value);
    box.focus();
  });
  box.addEventListener("input", () => {
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
    send(`${base}/here`, {}).then((answer) => answer.ok && isThere(), () => {});
  };
  for (const sign of ["pointermove", "keydown", "wheel", "touchstart"]) addEventListener(sign, isHere, { passive: true });
  if (box.value) keepDraft();
}

// --- Who types ---

const TYPES_FOR = 8000;
let typesUntil = 0;
export async function showTyping() {
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
export function theyType() {
  byId("they-type").textContent = words.wordsTheyType;
  clearTimeout(theyTypeUntil);
  theyTypeUntil = setTimeout(() => (byId("they-type").textContent = ""), TYPES_FOR);
}
