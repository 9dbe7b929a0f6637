// What makes the console's pages a little nicer; every one of them works without this.
const theirs = document.querySelector('meta[name="govuk-script"]').content;

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
  const { createAll, Button, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink } = await import(theirs);
  for (const part of [Button, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink]) createAll(part);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const field of document.querySelectorAll("[data-select]")) {
  field.addEventListener("focus", () => field.select());
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  }
}
