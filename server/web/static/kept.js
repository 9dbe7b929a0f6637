// Half-written texts outlive whatever happens to their page: a reload, a chat that changes hands, an ended session.
// They stay in this tab alone, belong to whoever typed them, and go when they were sent or the person signs out.
const PREFIX = "connexions.typed.";
const reader = document.querySelector("[data-reader]")?.dataset.reader;
const nameOf = (field) => `${PREFIX}${reader}.${location.pathname}#${field.id}`;
const fieldsOf = (root) => [...root.querySelectorAll("textarea[data-kept]")];

function forget(isOurs) {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX) && isOurs(name)) sessionStorage.removeItem(name);
}

function keep(field) {
  try {
    if (field.value) sessionStorage.setItem(nameOf(field), field.value);
    else sessionStorage.removeItem(nameOf(field));
  } catch {
    // no room, or not allowed: the field itself still has it
  }
}

// "Not sent" pages show what was typed: it is still not sent, so it comes back with the form.
const SENT = `${PREFIX}sent`;
const isRefused = !!document.querySelector("[data-not-sent]");
try {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  sessionStorage.removeItem(SENT);
  const cameOn = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (!isRefused && cameOn) for (const name of sent) sessionStorage.removeItem(name);
  if (reader) forget((name) => !name.startsWith(`${PREFIX}${reader}.`) && name !== SENT);
  if (reader) for (const field of fieldsOf(document)) {
    const typed = sessionStorage.getItem(nameOf(field));
    if (typed && (!field.value || field.value === field.defaultValue)) field.value = typed;
    if (field.value && (typed || field.value !== field.defaultValue)) field.closest("details")?.setAttribute("open", "");
  }
} catch {
  // a browser that keeps nothing
}

if (reader) document.addEventListener("input", (event) => event.target.matches("textarea[data-kept]") && keep(event.target));
document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/sign-out")) return forget(() => true);
  const names = fieldsOf(event.target).filter((field) => field.value).map(nameOf);
  if (!names.length || event.defaultPrevented) return;
  sessionStorage.setItem(SENT, JSON.stringify(names));
});
