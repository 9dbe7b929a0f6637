// What every part of a page of work leans on: its words, and asking the server. A session that ended leaves everything where it is.
export const words = document.getElementById("main").dataset;
export const base = words.base;
export const byId = (id) => document.getElementById(id);
export const box = byId("say");
export const thread = byId("thread");
export const log = byId("thread-log");
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const formToken = () => document.querySelector('input[name="form"]').value;
export const parse = (text) => new DOMParser().parseFromString(text, "text/html");

const SCRIPT = { "X-Requested-With": "page" };

export class SignedOut extends Error {}

export async function ask(path, options = {}) {
  const answer = await fetch(path, { redirect: "manual", ...options, headers: SCRIPT });
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  return answer;
}

export async function send(path, fields) {
  const answer = await ask(path, { method: "POST", body: new URLSearchParams({ form: formToken(), ...fields }) });
  if (answer.status !== 403) return answer;
  // another session since this page was opened: its forms carry something else
  const fresh = await ask("/console/form");
  if (!fresh.ok) return answer;
  const { form } = await fresh.json();
  for (const input of document.querySelectorAll('input[name="form"]')) input.value = form;
  return ask(path, { method: "POST", body: new URLSearchParams({ form: formToken(), ...fields }) });
}

// A line that says what is wrong with what was typed.
export function problem(text, isSignedOut = false) {
  const shown = byId("problem");
  if (!shown) return;
  shown.hidden = !text;
  shown.textContent = text;
  if (!isSignedOut) return;
  const link = document.createElement("a");
  link.href = "/console/sign-in";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = " →";
  link.setAttribute("aria-label", document.querySelector(".brand")?.textContent ?? "");
  shown.append(link);
}

export function noAnswer(error) {
  if (error instanceof SignedOut) problem(words.wordsSignedOut, true);
  else if (!navigator.onLine) problem(words.wordsOffline);
  return null;
}

// Choices of this browser; where it keeps nothing they hold until the page is left.
const kept = new Map();
export function choice(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`connexions.${name}`, value);
    return localStorage.getItem(`connexions.${name}`) ?? "";
  } catch {
    if (value !== undefined) kept.set(name, value);
    return kept.get(name) ?? "";
  }
}
