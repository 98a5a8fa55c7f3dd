// What is kept on this device while there is no line: sealed under a key that script can use and nobody can read out.
// Everything belongs to the person who was signed in last; another one who signs in here neither sees nor sends it.

const NAME = "upstander-filing";

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("owners", { keyPath: "owner" });
      asked.result.createObjectStore("kept", { keyPath: "id" });
      asked.result.createObjectStore("now");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function within(store, mode, act) {
  const base = await open();
  try {
    return await new Promise((done, fail) => {
      const turn = base.transaction(store, mode);
      const asked = act(turn.objectStore(store));
      turn.oncomplete = () => done(asked.result);
      turn.onerror = turn.onabort = () => fail(turn.error);
    });
  } finally {
    base.close();
  }
}

async function keyOf(owner) {
  const found = await within("owners", "readonly", (store) => store.get(owner));
  return found && found.key;
}

// Who is signed in; from then on, and without a line, the device keeps for them.
export async function isFor(owner) {
  if (!(await keyOf(owner))) {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await within("owners", "readwrite", (store) => store.put({ owner, key }));
  }
  await within("now", "readwrite", (store) => store.put(owner, "owner"));
}

// The same for someone of whom nothing may be kept yet; whoever was here before is not here now.
export async function isHere(owner) {
  const known = Boolean(await keyOf(owner));
  await within("now", "readwrite", (store) => (known ? store.put(owner, "owner") : store.delete("owner")));
}

export function owner() {
  return within("now", "readonly", (store) => store.get("owner"));
}

export async function keep(id, said) {
  const whose = await owner();
  const key = whose && (await keyOf(whose));
  if (!key) return false;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const words = new TextEncoder().encode(JSON.stringify(said));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) }, key, words);
  await within("kept", "readwrite", (store) => store.put({ id, owner: whose, iv, sealed }));
  return true;
}

// All that is kept for the person who is signed in: [{id, said}].
export async function kept() {
  const whose = await owner();
  const key = whose && (await keyOf(whose));
  if (!key) return [];
  const rows = await within("kept", "readonly", (store) => store.getAll());
  return Promise.all(
    rows
      .filter((row) => row.owner === whose)
      .map(async (row) => {
        const named = { name: "AES-GCM", iv: row.iv, additionalData: new TextEncoder().encode(row.id) };
        const words = await crypto.subtle.decrypt(named, key, row.sealed);
        return { id: row.id, said: JSON.parse(new TextDecoder().decode(words)) };
      }),
  );
}

export function drop(id) {
  return within("kept", "readwrite", (store) => store.delete(id));
}

// At sign-out: first the key, so that whatever else is left says nothing.
export async function purge() {
  const whose = await owner();
  if (!whose) return;
  await within("owners", "readwrite", (store) => store.delete(whose));
  const rows = await within("kept", "readonly", (store) => store.getAll());
  for (const row of rows) if (row.owner === whose) await drop(row.id);
  await within("now", "readwrite", (store) => store.delete("owner"));
}

export const DRAFT = "draft:";
export const SCREEN = "screen:";

// The fields of a form as they were typed, and back.
export function typed(form) {
  return [...new FormData(form)].filter(([name]) => !["form_token", "once", "from"].includes(name));
}

export function type(form, fields) {
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

// Sends a draft that was written without a line. The server makes one draft of one id, however often it is sent.
export async function send(each, token) {
  const body = new URLSearchParams(each.said);
  body.set("form_token", token);
  body.set("once", each.id);
  const answer = await fetch("/file/kept", { method: "POST", body });
  if (!answer.ok || !answer.redirected) return "";
  await drop(each.id);
  return new URL(answer.url).pathname;
}
