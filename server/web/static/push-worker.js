// Shows that an alarm waits while no page is open. It keeps nothing and fetches nothing.
const QUEUE = "/console/queue";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const words = event.data?.text() || "An alarm waits";
  const look = { tag: "alarm", renotify: true, requireInteraction: true, icon: "/favicon.ico", data: QUEUE };
  event.waitUntil(self.registration.showNotification(words, look));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openQueue());
});

async function openQueue() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = open.find((one) => new URL(one.url).pathname === QUEUE);
  return page ? page.focus() : self.clients.openWindow(QUEUE);
}
