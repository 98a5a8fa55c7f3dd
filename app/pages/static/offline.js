// The form without a line: what is typed is sealed and kept on this device until it can be sent.
import * as device from "./device.js";

const form = document.querySelector("form[data-offline]");
const line = document.getElementById("keep");
const back = document.getElementById("line-back");
let id = device.DRAFT + crypto.randomUUID();
let timer = 0;

async function save() {
  clearTimeout(timer);
  const kept = await device.keep(id, device.typed(form)).catch(() => false);
  line.textContent = kept ? line.dataset.kept : line.dataset.lost;
}

function look() {
  back.hidden = !navigator.onLine;
}

if (await device.owner().catch(() => "")) {
  const mine = (await device.kept()).find((each) => each.id.startsWith(device.DRAFT));
  if (mine) {
    id = mine.id;
    device.type(form, mine.said);
    const said = new Set(mine.said.filter(([, value]) => value).map(([name]) => name));
    for (const more of form.querySelectorAll("details"))
      more.open ||= [...more.querySelectorAll("[name]")].some((field) => said.has(field.name));
    line.textContent = line.dataset.kept;
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.hidden = false;
} else {
  document.getElementById("nobody").hidden = false;
}
window.addEventListener("online", look);
window.addEventListener("offline", look);
look();
