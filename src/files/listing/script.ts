/**
 * The page's script: sorting and filtering at once, the keyboard, dates in the reader's time zone. The page does
 * all that matters without it. ASCII, as the style sheet is, and free of `</script`.
 */

export const SCRIPT: string = String.raw`
"use strict";
(() => {
const list = document.querySelector(".list");
const find = document.querySelector(".find");
const input = find.querySelector("input");
const count = document.querySelector(".count");
const none = document.querySelector(".none");
const buttons = [...document.querySelectorAll(".cols button")];
const rows = [...list.children];
const link = (row) => row.firstElementChild;

// Names come from the links: what is shown may have signs in place of characters.
const rank = (unit) => unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
const compareText = (a, b) => {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at === end ? a.length - b.length : rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
};
let keys;
const keyOf = (row) => {
  let size = -1, date = -1e18;
  for (let cell = link(row).nextElementSibling; cell; cell = cell.nextElementSibling) {
    if (cell.tagName === "DATA") size = Number(cell.value);
    else date = Date.parse(cell.dateTime);
  }
  const name = decodeURIComponent(link(row).getAttribute("href").replace(/\/$/, ""));
  return { row, name, lower: name.toLowerCase(), size, date };
};
const byName = (a, b) => compareText(a.lower, b.lower) || compareText(a.name, b.name);
const order = {
  name: byName,
  size: (a, b) => a.size - b.size || byName(a, b),
  date: (a, b) => a.date - b.date || byName(a, b),
};
const sortBy = (key, isDescending) => {
  keys ??= rows.map(keyOf);
  const sign = isDescending ? -1 : 1;
  keys.sort((a, b) => sign * order[key](a, b));
  const all = document.createDocumentFragment();
  for (const { row } of keys) all.append(row);
  list.append(all);
};
const say = (button, isDescending) => {
  for (const each of buttons) {
    const isNow = each === button;
    const { key } = each.dataset;
    const next = isNow ? !isDescending : key !== "name";
    if (isNow) each.dataset.now = isDescending ? "desc" : "asc";
    else delete each.dataset.now;
    each.querySelector(".vh").textContent = isNow ? (isDescending ? ", descending" : ", ascending") : "";
    each.form.elements.order.value = next ? "desc" : "asc";
  }
};
for (const button of buttons) {
  button.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const isDescending = button.form.elements.order.value === "desc";
    const { key } = button.dataset;
    sortBy(key, isDescending);
    say(button, isDescending);
    const isPlain = key === "name" && !isDescending;
    const query = isPlain ? "" : "?sort=" + key + "&order=" + (isDescending ? "desc" : "asc");
    history.replaceState(history.state, "", location.pathname + query + location.hash);
  });
}

// Filter: every word has to be in the name.
let names;
const filter = () => {
  names ??= new Map(rows.map((row) => [row, link(row).textContent.toLowerCase()]));
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const name = names.get(row);
    const isShown = words.every((word) => name.includes(word));
    if (row.hidden === isShown) row.hidden = !isShown;
    if (isShown) shown++;
  }
  none.hidden = shown > 0 || rows.length === 0;
  count.textContent = words.length === 0 ? total : shown.toLocaleString("en") + " of " + total;
};
const total = count.textContent;
find.hidden = false;
document.querySelector(".keys").hidden = false;
input.addEventListener("input", filter);
if (input.value !== "") filter();

// Keyboard.
const step = (from, by) => {
  let row = from;
  do row = by > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  while (row?.hidden);
  return row;
};
const edge = (by) => {
  const row = by > 0 ? list.firstElementChild : list.lastElementChild;
  return row?.hidden ? step(row, by) : row;
};
const focus = (row) => {
  if (!row) return false;
  link(row).focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
};
const move = (by) => {
  const row = document.activeElement?.closest?.(".list>li");
  if (row) focus(step(row, by));
  else focus(edge(1));
};
const up = () => {
  const parents = document.querySelectorAll(".path a");
  if (parents.length > 0) parents[parents.length - 1].click();
};
const actions = {
  ArrowDown: () => move(1), j: () => move(1),
  ArrowUp: () => move(-1), k: () => move(-1),
  Home: () => focus(edge(1)), End: () => focus(edge(-1)),
  Backspace: up, u: up,
  "/": () => input.focus(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const { key, target } = event;
  if (target === input) {
    if (key === "Escape") {
      if (input.value === "") input.blur();
      input.value = "";
      filter();
    } else if (key === "ArrowDown" || key === "Enter") focus(edge(1));
    else return;
    event.preventDefault();
  } else if (Object.hasOwn(actions, key) && !target.closest?.("input,textarea,select,[contenteditable]")) {
    event.preventDefault();
    actions[key]();
  }
});

// Dates in the reader's time zone, some at a time.
const two = (number) => String(number).padStart(2, "0");
const localise = (from) => {
  const end = Math.min(from + 2000, dated.length);
  for (let at = from; at < end; at++) {
    const time = dated[at];
    const date = new Date(time.dateTime);
    const text = String(date.getFullYear()).padStart(4, "0") + "-" + two(date.getMonth() + 1) + "-" +
      two(date.getDate()) + " " + two(date.getHours()) + ":" + two(date.getMinutes());
    if (time.textContent !== text) time.textContent = text;
  }
  if (end < dated.length) setTimeout(localise, 0, end);
};
const dated = list.getElementsByTagName("time");
localise(0);
list.addEventListener("mouseover", ({ target }) => {
  if (target.tagName === "TIME" && !target.title) target.title = new Date(target.dateTime).toLocaleString();
});
})();
`;

/** What comes on top where files may be uploaded: drag and drop, and a progress bar for each file. */
export const UPLOAD_SCRIPT: string = `
(() => {
const area = document.querySelector(".up");
const form = area.querySelector("form");
const input = form.querySelector("input");
const report = area.querySelector("ul");
area.querySelector(".hint").hidden = false;
const waiting = [];
let running = 0, failed = 0;
const REASONS = {
  0: "the connection broke off",
  401: "not allowed", 403: "not allowed", 404: "not possible here", 405: "not possible here",
  409: "exists already", 413: "too large", 431: "the name is too long", 414: "the name is too long",
  400: "the name is not possible", 411: "not possible here", 415: "not possible here", 501: "not possible here",
  500: "the server could not write it", 503: "the server is busy", 507: "no room left on the server",
};
const made = (tag, text) => {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
};
const add = (file) => {
  const row = made("li", "");
  const name = made("bdi", file.name);
  const bar = made("progress", "");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", "Upload of " + file.name);
  const state = made("span", "waiting");
  row.append(name, bar, state);
  report.append(row);
  waiting.push({ file, bar, state });
};
const end = (job, problem) => {
  running--;
  if (problem) {
    failed++;
    job.state.className = "bad";
    job.bar.hidden = true;
  } else job.bar.value = 1;
  job.state.textContent = problem || "done";
  next();
};
const send = (job) => {
  running++;
  const { file, bar, state } = job;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    const part = event.total > 0 ? event.loaded / event.total : 1;
    bar.value = part;
    state.textContent = Math.floor(part * 100) + " %";
  });
  request.addEventListener("load", () => {
    const { status } = request;
    end(job, status >= 200 && status < 300 ? "" : "Failed: " + (REASONS[status] || "status " + status));
  });
  for (const type of ["error", "abort", "timeout"]) {
    request.addEventListener(type, () => end(job, "Failed: " + REASONS[0]));
  }
  try {
    request.open("PUT", "./" + encodeURIComponent(file.name));
    request.send(file);
  } catch {
    end(job, "Failed: " + REASONS[400]);
  }
};
const next = () => {
  while (running < 2 && waiting.length > 0) send(waiting.shift());
  if (running === 0 && waiting.length === 0 && failed === 0) location.reload();
};
const take = (files) => {
  if (files.length === 0) return;
  if (running === 0) {
    failed = 0;
    report.replaceChildren();
  }
  for (const file of files) add(file);
  next();
};
// A folder that is dropped comes as a file that cannot be read: it is left out, and said so.
const dropped = (transfer) => {
  const files = [], folders = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file) files.push(file);
  }
  return { files, folders };
};
const leaveOut = (name) => {
  failed++;
  const row = made("li", "");
  const state = made("span", "Left out: a folder");
  state.className = "bad";
  row.append(made("bdi", name), state);
  report.append(row);
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  take([...input.files]);
  input.value = "";
});
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
const shade = (by) => {
  depth = Math.max(0, depth + by);
  area.classList.toggle("over", depth > 0);
};
document.addEventListener("dragenter", (event) => { if (holdsFiles(event)) shade(1); });
document.addEventListener("dragleave", (event) => { if (holdsFiles(event)) shade(-1); });
document.addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  shade(-depth);
  const { files, folders } = dropped(event.dataTransfer);
  take(files);
  folders.forEach(leaveOut);
});
addEventListener("beforeunload", (event) => {
  if (running > 0 || waiting.length > 0) event.preventDefault();
});
})();
`;
