// The thread: what is new comes after the last line, once; and where each of our messages stands.
import { ask, base, byId, log, noAnswer, parse, thread, words } from "./wire.js";
import { newWords } from "./sound.js";

let last = Number(words.last ?? 0);
let isAsking = false;
let asksAgain = false;

export async function freshThread() {
  if (!thread || words.older) return;
  if (isAsking) return void (asksAgain = true);
  isAsking = true;
  do {
    asksAgain = false;
    const answer = await ask(`${base}/thread?after=${last}`).catch(noAnswer);
    if (!answer?.ok) break;
    const came = parse(`<ol>${await answer.text()}</ol>`).querySelectorAll("li.line");
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
  else if (isTheirs && byId("to-newest")) byId("to-newest").hidden = false;
  if (isTheirs) {
    byId("they-type").textContent = "";
    newWords(words.name);
  }
}

// On a phone the page itself scrolls, on a laptop the thread in its pane.
const scroller = () => (getComputedStyle(log).overflowY === "visible" ? document.scrollingElement : log);

function toEnd() {
  const pane = scroller();
  if (pane === log) pane.scrollTop = pane.scrollHeight;
  else thread.lastElementChild?.scrollIntoView({ block: "center" });
  if (byId("to-newest")) byId("to-newest").hidden = true;
}
if (thread && !words.older) toEnd();
byId("to-newest")?.addEventListener("click", toEnd);

export async function freshStates() {
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
