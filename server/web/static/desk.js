// What makes the queue and the chat live. Every form and link works without it; what is typed is never lost.
import "./desk/live.js";
import "./desk/keys.js";

// What stands over the desk, alarms for everybody too: what is left of the screen is the desk's.
const above = [...document.querySelectorAll(".bar, #banners")];
const measure = new ResizeObserver(() => {
  const height = above.reduce((sum, part) => sum + part.offsetHeight, 0);
  document.documentElement.style.setProperty("--bar-height", `${height}px`);
});
for (const part of above) measure.observe(part);
// From now on keys and buttons work as the page says.
document.getElementById("main").dataset.ready = "yes";
