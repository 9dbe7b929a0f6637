// Sound, title and notification, for whatever is mine. What they say is a number and never a word: others see this screen too.
import { choice, fill, words } from "./wire.js";

let sound = null;
const wake = () => (sound ??= new AudioContext());
addEventListener("pointerdown", wake, { once: true });
addEventListener("keydown", wake, { once: true });

export const isMuted = () => choice("muted") === "yes";

export function ring(isAlarm) {
  // also for those who cannot hear: styles may show it
  document.documentElement.dataset.rang = isAlarm ? "alarm" : "words";
  if (!sound || isMuted()) return;
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

export const canNotify = () => "Notification" in window && Notification.permission === "granted";

export function notify(text, tag) {
  if (document.hidden && canNotify()) new Notification(text, { tag });
}

// "(2) C-121": so many of mine wait; "●": new words since it was looked at.
const plain = () => document.title.replace(/^● /, "").replace(/^\(\d+\) /, "");
let count = Number(/^\((\d+)\) /.exec(document.title)?.[1] ?? 0);
let hasNews = false;

export function countInTitle(n) {
  count = n;
  drawTitle();
}

function drawTitle() {
  const own = plain();
  document.title = `${hasNews ? "● " : ""}${count ? `(${count}) ` : ""}${own}`;
}

export function newsInTitle() {
  if (!document.hidden) return;
  hasNews = true;
  drawTitle();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !hasNews) return;
  hasNews = false;
  drawTitle();
});

// Words in the chat that stands open, while nobody looks at it.
export function newWords(name) {
  if (!document.hidden) return;
  newsInTitle();
  if (!words.mine) return;
  ring(false);
  notify(fill(words.wordsNew, { name }), words.case);
}
