// Says before it happens that the session ends by itself, and keeps it open when asked to.
const box = document.getElementById("session-end");
const says = box.querySelector("p");
const stay = box.querySelector("button");
const EARLY = 5 * 60 * 1000;
const idle = Number(box.dataset.idleSeconds) * 1000;
const last = Date.parse(box.dataset.endsAt);
let heard = Date.now();
let over = false;

function look() {
  const left = Math.min(heard + idle, last) - Date.now();
  if (over || left <= 0) show(box.dataset.over, false);
  else if (left <= EARLY) show(box.dataset.soon, heard + idle < last);
  else box.hidden = true;
}

function show(text, may) {
  if (says.textContent !== text) says.textContent = text;
  stay.hidden = !may;
  box.hidden = false;
}

document.addEventListener("heard", () => {
  heard = Date.now();
  look();
});
document.addEventListener("ended", () => {
  over = true;
  look();
});
stay.addEventListener("click", async () => {
  const answer = await fetch("/", { redirect: "manual" }).catch(() => null);
  if (answer && answer.ok) document.dispatchEvent(new Event("heard"));
  else if (answer) document.dispatchEvent(new Event("ended"));
});
setInterval(look, 5000);
