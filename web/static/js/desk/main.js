// The marking desk: what each key does, what is shown, what is sent.

import { get, make, post, wordsOf } from "../net.js";
import { Options } from "./options.js";
import { Pads } from "./pads.js";
import { keyOf, Queue } from "./queue.js";
import { marked } from "./transcript.js";
import { Viewer } from "./viewer.js";

const at = (id) => document.getElementById(id);
const KEEP_MS = 60_000; // well under the time after which others may take a response

const desk = at("desk");
const say = wordsOf(desk);
const viewer = new Viewer(at("view"), at("paper"), at("crop"), at("show-evidence"));
const pads = new Pads(at("pads"), say, onPads, trouble);
const options = new Options(at("pads"), say, drawTotal);
const queue = new Queue(desk);

let current = null;
let backMarks = null; // one's own last responses while 回评 goes on, newest first
let backAt = -1;
let held = null; // the queue's response that waits while 回评 goes on
const sent = []; // responses marked or flagged in this sitting, for undo
const saving = new Map(); // response → its task, while it is being saved
let chain = Promise.resolve();
let stepping = Promise.resolve();

function tell(words, bad = false) {
  at("said").textContent = words;
  at("said").classList.toggle("bad", bad);
}

function trouble(words) {
  at("trouble").textContent = words;
}

function drawTotal() {
  if (!current) return;
  const value = current.options ? options.words : pads.total();
  at("total").textContent = value ?? "–";
  at("total-full").textContent = current.options ? "" : ` / ${current.full / pads.unit}`;
}

function onPads() {
  drawTotal();
  if (!current) return;
  viewer.point(pads.atHand);
  drawReading(current);
}

function drawCounts() {
  desk.dataset.saving = saving.size;
  at("left").textContent = say("left", Math.max(0, queue.left - [...saving.values()].filter((task) => !task.final).length));
  at("done").textContent = sent.length ? say("done", sent.length) : "";
}

function show(task) {
  current = task;
  at("board").hidden = !task;
  at("empty").hidden = Boolean(task);
  at("elsewhere").hidden = Boolean(task) || queue.left <= 0;
  at("elsewhere").textContent = say("elsewhere", queue.left);
  at("again").hidden = backAt < 0 && !task?.again;
  at("why-line").hidden = !(task?.final && task.by_person);
  at("why").value = "";
  drawCounts();
  if (!task) return;
  at("item-name").textContent = say("item", task.item);
  at("item-full").textContent = say("full", pointsOf(task, task.full));
  viewer.show(task.crop, task.boxes);
  (task.options ? options : pads).load(task);
  at("rubric").innerHTML = task.rubric; // made by the server, which escapes all words in it
  at("facts").innerHTML = task.facts; // as the rubric
  drawReading(task);
  trouble(task.flag);
  at("accept").disabled = !pads.proposed;
  if (task.again) trouble(task.reason);
  // A is a letter of the options there, so the buttons that stand for other keys are gone
  for (const id of ["accept", "full"]) at(id).hidden = Boolean(task.options);
  if (task.kind === "essay") at("accept").hidden = true; // nothing is proposed for an essay
  const history = document.getElementById("history");
  if (history) history.href = `${history.dataset.base}${task.page}/${encodeURIComponent(task.item)}`;
}

function drawReading(task) {
  const box = at("reading");
  box.replaceChildren();
  const words = task.text.flatMap((text, part) => [...(part ? ["\n"] : []), ...marked(text, task.spans[part], pads.atHand)]);
  const reason = (task.pads.length > 1 && !task.again) || task.blind ? "" : task.reason;
  box.hidden = !words.length && !task.crossed.length && !reason && !task.picture && !task.blind;
  const crossed = task.crossed.flatMap((part) => ["“", make("del", {}, part), "” "]);
  for (const [label, said] of [
    ["", [task.blind ? say("blind") : ""]],
    [say("reread"), words],
    [say("crossed"), crossed],
    [say("picture"), [task.picture]],
    ["", [reason]],
  ]) {
    const name = label ? [make("span", { className: "said" }, label)] : [];
    if (said.some(Boolean)) box.append(make("p", {}, ...name, ...said));
  }
}

function addressOf(task, action) {
  return `${desk.dataset.response}${task.page}/${encodeURIComponent(task.item)}${action}`;
}

// Saves behind the next response's back; when that fails, the response comes back with the reason.
// What was on the screen goes with it, so that nothing is changed that the person has not seen.
function send(task, action, data, words) {
  const key = keyOf(task);
  const why = at("why-line").hidden ? "" : at("why").value.trim();
  const { revision, standard } = task;
  saving.set(key, task);
  sent.push(task);
  chain = chain.then(async () => {
    try {
      const answer = await post(addressOf(task, action), { ...data, why, revision, standard });
      queue.saved(task);
      remember(task, data, answer);
      tell(words(answer));
    } catch (error) {
      await comeBack(task, error);
    } finally {
      saving.delete(key);
      drawCounts();
    }
  });
}

function remember(task, { awards }, { revision, state }) {
  Object.assign(task, { revision, final: state === "final", by_person: true });
  if (awards) for (const pad of task.pads) pad.given = awards[pad.id];
}

async function comeBack(task, error) {
  const place = sent.lastIndexOf(task);
  if (place >= 0) sent.splice(place, 1);
  // In conflict it has changed since it was fetched: shown as it is now, unless another has it.
  const again = error.status === 409 ? await get(addressOf(task, ".json")).catch(() => null) : task;
  tell(say("failed") + (error.status ? error.message : say("offline")), true);
  if (!again) return;
  if (current) queue.putBack(current);
  show(again);
}

// While the person works, the responses on the desk are kept from others.
async function keepDesk() {
  const shown = backAt < 0 ? current : held;
  const mine = [shown, ...queue.waiting].filter((task) => task && !task.final);
  if (!mine.length) return;
  const { lost } = await post(desk.dataset.keep, { responses: mine.map(keyOf) });
  const gone = new Set(lost.filter((key) => !saving.has(key)));
  queue.drop(gone);
  if (held && gone.has(keyOf(held))) held = null;
  if (backAt < 0 && current === shown && shown && gone.has(keyOf(shown))) {
    await advance();
    tell(say("lost"), true);
  }
}

async function advance() {
  if (backAt >= 0) {
    forward();
    return;
  }
  try {
    show(await queue.take([...saving.keys()]));
  } catch (error) {
    tell(say("failed") + (error.status ? error.message : say("offline")), true);
  }
}

function pointsOf(task, steps) {
  return task.step === "0.5" ? steps / 2 : steps;
}

function submit() {
  if (!current) return;
  if (current.options) {
    if (!options.ready) {
      trouble(say("letters"));
      return;
    }
    const [words, task] = [options.words, current];
    send(task, "/choice", { labels: options.labels }, ({ steps }) => `${say("chosen", words)}${say("saved", pointsOf(task, steps))}`);
  } else {
    if (pads.toMissing()) {
      trouble(say("missing"));
      return;
    }
    const total = pads.total();
    send(current, "/mark", { awards: pads.awards() }, () => say("saved", total));
  }
  advance();
}

async function undo() {
  await chain;
  const task = sent.pop();
  if (!task) {
    tell(say("nothing"), true);
    return;
  }
  try {
    await post(addressOf(task, "/undo"));
    const again = await get(addressOf(task, ".json"));
    if (!again.final) queue.left += 1;
    if (current && keyOf(current) !== keyOf(again) && backAt < 0) queue.putBack(current);
    leaveBack();
    show(again);
    tell(say("undone"));
  } catch (error) {
    tell(say("failed") + error.message, true);
  }
}

function leaveBack() {
  if (backAt >= 0 && held) queue.putBack(held);
  backAt = -1;
  held = null;
}

// One step after the other: a second press waits for what the first one fetches.
function back() {
  stepping = stepping.then(stepBack).catch((error) => tell(error.status ? error.message : say("offline"), true));
}

async function stepBack() {
  await chain;
  if (backAt < 0) {
    backMarks = (await get(desk.dataset.mine)).tasks;
    held = current;
  }
  if (backAt + 1 >= backMarks.length) {
    tell(say("oldest"), true);
    return;
  }
  backAt += 1;
  tell(""); // it spoke of another response
  show(backMarks[backAt]);
}

function forward() {
  if (backAt > 0) {
    backAt -= 1;
    show(backMarks[backAt]);
  } else if (backAt === 0) {
    const waiting = held;
    backAt = -1;
    held = null;
    if (waiting) show(waiting);
    else advance();
  } else if (current) {
    queue.putLast(current);
    advance();
  }
}

function skip() {
  tell(""); // as at a step back
  forward();
}

function openFlags() {
  if (!current) return;
  at("flag-note").value = "";
  at("flags").showModal();
}

function flagAs(reason) {
  const note = at("flag-note").value.trim();
  at("flags").close();
  send(current, "/flag", { reason: note ? `${reason}：${note}` : reason }, () => say("flagged"));
  advance();
}

function accept() {
  if (!current || current.options) return;
  if (current.blind) trouble(say("blind"));
  else if (!pads.accept()) trouble(say("zero"));
}

const COMMANDS = {
  Enter: submit, u: undo, x: openFlags, ArrowLeft: back, ArrowRight: skip,
  f: () => pads.giveFull(), a: accept, ArrowDown: () => pads.move(1), ArrowUp: () => pads.move(-1),
  "+": () => viewer.zoomBy(1.25), "=": () => viewer.zoomBy(1.25), "-": () => viewer.zoomBy(0.8), r: () => viewer.turn(),
};
const NOT_FOR_CHOICES = new Set(["f", "a", "ArrowDown", "ArrowUp"]);

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (at("flags").open) {
    const reason = at("flags").querySelectorAll("[data-reason]")[Number(event.key) - 1];
    if (reason && event.target !== at("flag-note")) flagAs(reason.dataset.reason);
    return;
  }
  if (event.target === at("why") && event.key === "Enter") {
    at("why").blur();
    submit();
    return;
  }
  if (event.target.closest("input, textarea, select, a[href], button") && ["Enter", " "].includes(event.key)) return;
  if (event.target.closest("input[type=text], textarea, select")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const taken = current && (current.options ? options.type(key) : typeScore(key));
  const command = current?.options && NOT_FOR_CHOICES.has(key) ? null : COMMANDS[key];
  if (taken || command) event.preventDefault();
  if (!taken && command) command();
}

function typeScore(key) {
  if (!/^([0-9.]|Backspace)$/.test(key)) return false;
  pads.type(key);
  return true;
}

async function start() {
  document.addEventListener("keydown", onKey);
  const clicks = {
    submit, undo, accept, flag: openFlags, back, skip, full: () => pads.giveFull(),
    "zoom-in": () => viewer.zoomBy(1.25), "zoom-out": () => viewer.zoomBy(0.8), "zoom-fit": () => viewer.zoomBy(0), turn: () => viewer.turn(),
    "flags-close": () => at("flags").close(),
  };
  for (const [id, action] of Object.entries(clicks)) {
    at(id).addEventListener("click", (event) => {
      event.currentTarget.blur(); // so that Enter submits and does not press the button again
      action();
    });
  }
  for (const reason of at("flags").querySelectorAll("[data-reason]")) {
    reason.addEventListener("click", () => flagAs(reason.dataset.reason));
  }
  window.addEventListener("beforeunload", (event) => {
    if (saving.size) event.preventDefault();
  });
  const { single, item } = desk.dataset;
  if (single) show(await get(addressOf({ page: single, item }, ".json")));
  else {
    // missed beats do no harm: a lock that ran out holds until another takes the response
    setInterval(() => keepDesk().catch(() => {}), KEEP_MS);
    await advance();
  }
}

start().catch((error) => tell(say("failed") + error.message, true));
