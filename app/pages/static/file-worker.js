// Keeps the empty form, and what it looks like, for when there is no line. Never a page that anyone was signed in for.
const CACHE = `filing-${EDITION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.mode === "navigate") event.respondWith(fetch(asked).catch(() => caches.match(SHELL[0])));
  else if (asked.method === "GET" && SHELL.includes(new URL(asked.url).pathname)) {
    event.respondWith(caches.match(asked).then((found) => found || fetch(asked)));
  }
});
