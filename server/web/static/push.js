// Adds this browser to those that are told of alarms, or takes it away; without it the page says that it cannot.
const WORKER = "/console/push-worker.js";
const add = document.getElementById("push-add");
const end = document.getElementById("push-end");

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const canShow = "serviceWorker" in navigator && "PushManager" in window && Notification.permission !== "denied";

if (add && canShow) {
  add.hidden = false;
  document.getElementById("push-cannot").hidden = true;
  add.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await navigator.serviceWorker.register(WORKER, { scope: "/console/" });
      const { pushManager } = await navigator.serviceWorker.getRegistration("/console/");
      // one that an earlier key or member made is of no use any more
      await (await pushManager.getSubscription())?.unsubscribe();
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(add.dataset.key) });
      add.elements.address.value = made.endpoint;
      add.elements.key.value = text(made.getKey("p256dh"));
      add.elements.secret.value = text(made.getKey("auth"));
      HTMLFormElement.prototype.submit.call(add);
    } catch {
      add.hidden = true;
      document.getElementById("push-cannot").hidden = false;
    }
  });
}

end?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const registration = await navigator.serviceWorker?.getRegistration("/console/");
    await (await registration?.pushManager?.getSubscription())?.unsubscribe();
  } finally {
    HTMLFormElement.prototype.submit.call(end);
  }
});
