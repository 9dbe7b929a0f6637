// The drawer with answers, below the chat.
import { ask, box, byId, noAnswer, parse } from "./wire.js";
import { put, sendWords } from "./write.js";

const drawer = byId("drawer");
const opener = document.querySelector("a[data-drawer]");

async function openDrawer(path) {
  const answer = await ask(path).catch(noAnswer);
  if (!answer?.ok) return;
  byId("drawer-words").replaceChildren(...parse(await answer.text()).body.childNodes);
  drawer.hidden = false;
  opener?.setAttribute("aria-expanded", "true");
  for (const button of drawer.querySelectorAll("[data-put]")) button.hidden = !box;
  (drawer.querySelector("input[type=search]") ?? drawer).focus();
  drawer.scrollTop = 0; // a new answer is read from its first line
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && drawer && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openDrawer(link.href);
  }
  const wanted = event.target.closest("[data-put]");
  if (wanted && box) {
    put(wanted.dataset.put);
    // where the drawer hides the box, it has done its work
    if (innerWidth < 768) closeDrawer();
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

export const isDrawerOpen = () => !!drawer && !drawer.hidden;

export function closeDrawer() {
  if (!isDrawerOpen()) return;
  drawer.hidden = true;
  opener?.setAttribute("aria-expanded", "false");
  (box ?? opener)?.focus();
}
