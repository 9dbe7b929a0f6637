// Head, brief and notes of the chat that stands open. What somebody is typing in them is never taken away.
import { byId, fill, parse, words } from "./wire.js";
import { newsInTitle, notify, ring } from "./sound.js";
import { tick } from "./time.js";

export const FORMS_OLD = "forms-old";

// False when whose chat it is has changed: the forms of the page no longer fit, and it is loaded anew.
export function showHead(head) {
  if (head.may_write !== !!words.mine || head.is_free !== !!words.free) {
    document.dispatchEvent(new Event(FORMS_OLD));
    return false;
  }
  if (byId("leaves")) byId("leaves").dataset.until = head.may_write ? (head.leaves_at ?? "") : "";
  if (head.rank > Number(words.rank)) alarm(head);
  words.rank = head.rank;
  byId("main").classList.toggle("is-danger", head.is_danger);
  for (const form of document.querySelectorAll("[data-not-in-danger]")) form.hidden = head.is_danger;
  tick();
  return true;
}

// The danger has grown while the chat stands open.
function alarm(head) {
  const line = byId("alarm-line");
  line.textContent = fill(words.wordsAlarm, { kinds: head.alarms.join("; ") || byId("case-name").textContent });
  line.hidden = false;
  ring(true);
  newsInTitle();
  notify(words.wordsAlarmWaits, words.case);
}

export function drawAnew(text) {
  const page = parse(text);
  for (const id of ["case-live", "facts"]) {
    const focused = byId(id).contains(document.activeElement) ? document.activeElement.textContent : "";
    byId(id).replaceChildren(...page.getElementById(id).childNodes);
    if (focused) [...byId(id).querySelectorAll("a, button")].find((one) => one.textContent === focused)?.focus();
  }
  tick();
}

const isTypedIn = (note) => [...note.querySelectorAll("textarea")].some((field) => field.value || field === document.activeElement);

export function showNotes(text) {
  const notes = byId("notes");
  if (!notes) return;
  const came = [...parse(`<ol>${text}</ol>`).querySelectorAll("li.note")];
  if (came.length) notes.querySelector(".empty")?.remove();
  for (const note of came) {
    const old = byId(note.id);
    if (!old) notes.append(note);
    else if (!isTypedIn(old) && !old.contains(document.activeElement) && old.innerHTML !== note.innerHTML) old.replaceWith(note);
  }
}
