// The first page of filing, with a line: makes the form ready for when there is none, and sends what was kept.
import * as device from "./device.js";

const box = document.getElementById("device");
const token = document.querySelector("main input[name=form_token]").value;

function tell(text, to, link) {
  const item = document.createElement("li");
  item.textContent = `${text} `;
  if (to) {
    const way = document.createElement("a");
    way.className = "usa-link";
    way.href = to;
    way.textContent = link;
    item.append(way);
  }
  box.querySelector("ul").append(item);
  box.hidden = false;
}

await device.isFor(box.dataset.owner);
for (const each of await device.kept()) {
  if (each.id.startsWith(device.SCREEN)) {
    tell(box.dataset.words, each.id.slice(device.SCREEN.length), box.dataset.open);
    continue;
  }
  const draft = await device.send(each, token).catch(() => "");
  if (draft) tell(box.dataset.sent, draft, box.dataset.open);
  else tell(box.dataset.unsent);
}
if ("serviceWorker" in navigator) await navigator.serviceWorker.register(box.dataset.worker, { scope: "/file" });
