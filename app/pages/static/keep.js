// Saves a question while it is being answered. Pressing a button works without this; it only adds that less can be lost.
import * as device from "./device.js";

const form = document.querySelector("form[data-version]");
const line = document.getElementById("keep");
const place = device.SCREEN + form.getAttribute("action");
const PAUSE = 3000;
let version = form.dataset.version;
let saved = words();
let timer = 0;
let running = null;

function words() {
  return JSON.stringify(device.typed(form));
}

function say(text) {
  if (line.textContent !== text) line.textContent = text;
}

async function post() {
  const sent = words();
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "auto");
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { "If-Match": `"${version}"` } });
  } catch {
    const kept = await device.keep(place, device.typed(form)).catch(() => false);
    return say(kept ? line.dataset.kept : line.dataset.lost);
  }
  document.dispatchEvent(new Event("heard"));
  if (answer.ok) {
    const told = await answer.json();
    version = told.version;
    form.action = told.action;
    saved = sent;
    await device.drop(place).catch(() => {});
    return say(told.says);
  }
  if (answer.status === 401) document.dispatchEvent(new Event("ended"));
  say({ 401: line.dataset.ended, 412: line.dataset.stale }[answer.status] || line.dataset.lost);
}

function save() {
  clearTimeout(timer);
  if (!running && words() !== saved) {
    running = post().finally(() => {
      running = null;
    });
  }
  return running;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

form.addEventListener("input", later);
form.addEventListener("change", later);
window.addEventListener("online", save);
form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (!running && navigator.onLine) return;
  event.preventDefault();
  await (running || save());
  if (navigator.onLine) form.requestSubmit(event.submitter);
});

// What a lost line left here is put back where it was typed, and saved; what arrived after all need not stay here.
for (const each of await device.kept().catch(() => [])) {
  if (each.id !== place) continue;
  device.type(form, each.said);
  if (words() === saved) await device.drop(place).catch(() => {});
  else later();
}
