// What makes the queue and the chat live. Every form and link works without it; what is typed is never lost.
import "./desk/live.js";
import "./desk/keys.js";

const bar = document.querySelector(".bar");
if (bar)
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
// From now on keys and buttons work as the page says.
document.getElementById("main").dataset.ready = "yes";
