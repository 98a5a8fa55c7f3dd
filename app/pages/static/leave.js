// Says whose device this is now. Before they sign out, what waits on it is sent, and then nothing of theirs stays.
import * as device from "./device.js";

const form = document.querySelector("form[action='/sign-out']");

await device.isHere(form.dataset.owner).catch(() => {});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = form.querySelector("input[name=form_token]").value;
  let left = 0;
  for (const each of await device.kept().catch(() => [])) {
    const sent = each.id.startsWith(device.DRAFT) && (await device.send(each, token).catch(() => ""));
    if (!sent) left += 1;
  }
  if (left && !window.confirm(form.dataset.unsent)) return;
  await device.purge().catch(() => {});
  form.submit();
});
