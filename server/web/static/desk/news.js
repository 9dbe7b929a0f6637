// What is new in the chat that stands open: one question, one answer with everything of it that has changed.
import { ask, base, noAnswer, parse, thread, words } from "./wire.js";
import { drawAnew, showHead, showNotes } from "./head.js";
import { addLines, lastLine, openStates, showStates } from "./thread.js";

const MOST_LINES = 60;
let isAsking = false;
let asksAgain = false;

export async function freshCase() {
  if (isAsking) return void (asksAgain = true);
  isAsking = true;
  do {
    asksAgain = false;
    const answer = await ask(`${base}/news?${known()}`).catch(noAnswer);
    if (!answer?.ok) break;
    await show(await answer.json());
  } while (asksAgain);
  isAsking = false;
}

// what the page shows already: an older piece of the thread takes no new lines
function known() {
  const after = thread && !words.older ? [["after", lastLine()]] : [];
  return new URLSearchParams([...after, ["head", words.version], ["notes", words.notes], ...openStates()]);
}

async function show(news) {
  if (news.thread) {
    const came = [...parse(`<ol>${news.thread}</ol>`).querySelectorAll("li.line")];
    addLines(came);
    if (came.length >= MOST_LINES) asksAgain = true;
  }
  showStates(news.states);
  if (news.notes) showNotes(news.notes);
  words.notes = news.notes_mark;
  if (!showHead(news.head)) return;
  if (news.live) drawAnew(news.live);
  words.version = news.head.version;
}
