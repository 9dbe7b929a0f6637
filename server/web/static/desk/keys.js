// Keys of one letter, never while somebody writes; and the switches of this browser: keys, sound, notifications.
import { box, byId, choice, words } from "./wire.js";
import { closeDrawer, isDrawerOpen } from "./drawer.js";
import { moveInQueue } from "./queue.js";
import { canNotify, isMuted, ring } from "./sound.js";

const areKeysOn = () => choice("keys") !== "off";

function showKeys() {
  const keys = byId("keys");
  if (!keys) return;
  let dialog = document.querySelector(".keys-dialog");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    dialog.setAttribute("aria-labelledby", "keys-name");
    dialog.append(keys.content.cloneNode(true));
    document.body.append(dialog);
    drawSwitches();
  }
  if (!dialog.open) dialog.showModal();
}

const SWITCHES = {
  keys: { isOn: areKeysOn, press: () => choice("keys", areKeysOn() ? "off" : "on") },
  sound: { isOn: () => !isMuted(), press: () => choice("muted", isMuted() ? "no" : "yes") && !isMuted() && ring(false) },
  notify: { isOn: canNotify, press: () => "Notification" in window && Notification.requestPermission().then(drawSwitches) },
};

function drawSwitches() {
  for (const button of document.querySelectorAll("[data-switch]")) {
    const isOn = SWITCHES[button.dataset.switch].isOn();
    button.setAttribute("aria-pressed", String(isOn));
    button.querySelector(".switch-state").textContent = isOn ? words.wordsOn : words.wordsOff;
    button.closest("[hidden]")?.removeAttribute("hidden");
  }
}
drawSwitches();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-switch]");
  if (button) {
    SWITCHES[button.dataset.switch].press();
    drawSwitches();
  }
  if (event.target.closest("[data-show-keys]")) showKeys();
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector(".keys-dialog")?.open) return;
  if (event.key === "Escape") {
    if (isDrawerOpen()) return closeDrawer();
    return document.activeElement?.blur();
  }
  if (!areKeysOn() || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") return showKeys();
  if (event.key === "j" || event.key === "k") return moveInQueue(event.key === "j" ? 1 : -1);
  const wanted = event.key === "r" ? box : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("textarea")) wanted.focus();
  else wanted.click();
});
