// The stream of news, and a sign on the page while there is none.
import { byId, problem, words } from "./wire.js";
import { FORMS_OLD } from "./head.js";
import { freshCase } from "./news.js";
import { wantQueue } from "./queue.js";
import { keepDraft, showTyping, theyType } from "./write.js";

const DOWN_AFTER = 4000; // a stream that is renewed at once is no news to anybody
let stream = null;
let downTimer = 0;

function lineIs(isUp) {
  clearTimeout(downTimer);
  const shown = byId("line-down");
  if (!shown) return;
  if (isUp) return void shown.replaceChildren();
  const say = () => (shown.textContent = words.wordsLineDown);
  if (navigator.onLine) downTimer = setTimeout(say, DOWN_AFTER);
  else say();
}

function listen() {
  stream?.close();
  stream = new EventSource(words.events);
  stream.addEventListener("open", () => lineIs(true));
  stream.addEventListener("error", () => lineIs(false));
  stream.addEventListener("queue", wantQueue);
  stream.addEventListener("case", freshCase);
  stream.addEventListener("typing", showTyping);
  stream.addEventListener("they-type", theyType);
  stream.addEventListener("over", () => {
    stream.close();
    lineIs(false);
    problem(words.wordsSignedOut, true);
  });
}
if (words.events) listen();
// what is typed is kept before the page goes
document.addEventListener(FORMS_OLD, async () => {
  await keepDraft();
  location.reload();
});
// After sleep the stream may look alive and be dead.
document.addEventListener("visibilitychange", () => !document.hidden && stream?.readyState === EventSource.CLOSED && listen());
addEventListener("offline", () => {
  stream?.close();
  lineIs(false);
});
addEventListener("online", () => {
  listen();
  problem("");
});
addEventListener("pageshow", (event) => event.persisted && location.reload());
