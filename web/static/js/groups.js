// Marking by groups: what each key does, what is shown, what is sent.

import { get, make, post, wordsOf } from "./net.js";
import { Pads } from "./desk/pads.js";

const at = (id) => document.getElementById(id);
const FIRST = 6; // answers shown of a group at first
const MORE = 24;
const ASK_MS = 800;
const PLAIN = new Set(["blank", "unread"]); // nothing in them was read

const desk = at("desk");
const say = wordsOf(desk);
const pads = new Pads(at("pads"), say, drawTotal, trouble);

let state = null; // as the server told last
let chosen = 0; // place of the group shown
let cursor = 0; // place of the answer chosen in it
let shown = FIRST;
let out = new Set(); // pages pulled out of the group shown
let busy = false;

function tell(words, bad = false) {
  at("said").textContent = words;
  at("said").classList.toggle("bad", bad);
}

function trouble(words) {
  at("trouble").textContent = words;
}

const group = () => state?.groups[chosen] ?? null;
const kept = () => group().members.filter((member) => !out.has(member.page));

function drawTotal() {
  at("total").textContent = pads.total() ?? "–";
}

async function refresh() {
  state = await get(`${desk.dataset.base}/state.json`);
  draw();
  if (state.working) setTimeout(() => refresh().catch(lost), ASK_MS);
}

function lost(error) {
  tell(error.status ? error.message : say("offline"), true);
}

function draw() {
  const here = state.groups.length > 0 && !(state.working && !state.made);
  at("board").hidden = !here;
  at("empty").hidden = here;
  at("left").textContent = say("left", state.left);
  at("done").textContent = say("done", state.done);
  drawNote(here);
  if (here) {
    chosen = Math.min(chosen, state.groups.length - 1);
    drawList();
    choose(chosen);
  } else drawEmpty();
}

function drawNote(here) {
  const words = state.working ? say("making")
    : state.outdated ? say("outdated")
      : state.ungrouped ? say("ungrouped", state.ungrouped)
        : state.renewable ? say("renewable", state.renewable)
          : state.embedded ? "" : say("plain");
  at("note").hidden = !here || !words;
  at("note-words").textContent = words;
  at("note-words").className = state.working ? "working" : "";
  at("again").hidden = Boolean(state.working) || !(state.outdated || state.ungrouped || state.renewable);
}

function drawEmpty() {
  const none = state.left > 0;
  at("empty-none").hidden = !none || Boolean(state.working);
  at("empty-what").hidden = !none;
  at("empty-done").hidden = none;
  at("empty-waiting").textContent = none ? say("waiting", state.left) : "";
  at("working").hidden = !state.working;
  at("start").hidden = !none || Boolean(state.working);
  at("undo-empty").hidden = none || !state.made;
  if (state.working?.total) Object.assign(at("bar"), { max: state.working.total, value: state.working.done });
  at("failure").hidden = !state.failed || Boolean(state.working);
  at("failure").textContent = state.failed;
}

function gistOf(one) {
  if (PLAIN.has(one.kind)) return say(one.kind);
  return one.members[0].text.replace(/\s+/g, " ") || say("nothing_read");
}

function drawList() {
  at("list").replaceChildren(...state.groups.map((one, n) => make("button", {
    type: "button", dataset: { place: n }, onclick: (event) => { event.currentTarget.blur(); choose(n); },
  }, make("span", { className: "group-size" }, String(one.members.length)),
  make("span", { className: "group-gist" }, gistOf(one)),
  make("span", { className: "group-kind" }, say(one.kind)))));
}

function choose(place) {
  chosen = place;
  cursor = 0;
  shown = FIRST;
  out = new Set();
  for (const button of at("list").children) button.setAttribute("aria-current", String(Number(button.dataset.place) === place));
  at("list").children[place].scrollIntoView({ block: "nearest" });
  pads.load(state);
  trouble("");
  drawGroup();
}

function drawGroup() {
  const one = group();
  at("title").textContent = `${say("count", one.members.length)} · ${say(one.kind)}`;
  const likely = one.likely.length ? say("likely", one.likely.map(([, points]) => points).join(" + ")) : "";
  at("why").textContent = [one.why, likely].filter(Boolean).join(" · ");
  drawMembers();
}

function drawMembers() {
  const { members } = group();
  const cards = members.slice(0, shown).map(drawMember);
  const rest = members.length - shown;
  if (rest > 0) {
    cards.push(make("button", { type: "button", className: "member-more", id: "more", onclick: more },
      say("more", Math.min(rest, MORE)), " ", make("kbd", {}, "M")));
  }
  at("members").replaceChildren(...cards);
  at("submit-words").textContent = say("to_mark", kept().length);
}

function drawMember(member, n) {
  const pulled = out.has(member.page);
  const card = make("figure", { className: `member${pulled ? " out" : ""}${n === cursor && group().members.length > 1 ? " at" : ""}`, dataset: { page: member.page } });
  card.append(make("img", { src: `${member.crop}?trimmed`, loading: "lazy", alt: say("answer", n + 1) }));
  if (member.text) card.append(make("p", {}, ...highlighted(member.text)));
  if (group().members.length === 1) return card; // one answer is alone already
  card.append(make("footer", {}, make("span", {}, pulled ? say("pulled") : say("answer", n + 1)),
    make("button", { type: "button", className: "small", onclick: (event) => { event.stopPropagation(); toggle(n); } }, pulled ? say("back") : say("pull"))));
  card.addEventListener("click", () => toggle(n));
  return card;
}

// The words, numbers and directions that all of the group share stand out.
function highlighted(text) {
  const { words, numbers, directions } = group();
  const forms = [...words, ...directions, ...numbers.map((number) => number.replace(" ", ""))].filter(Boolean).map(patternOf);
  if (!forms.length) return [text];
  const parts = text.split(new RegExp(`(${forms.join("|")})`, "giu"));
  return parts.filter((part) => part !== undefined).map((part, n) => (n % 2 ? make("mark", {}, part) : part));
}

// An English word is found in its other endings, too: "evaporates" for "evaporation".
function patternOf(word) {
  const plain = word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  if (!/^[a-z]{5,}$/iu.test(word)) return plain;
  return `\\b${plain.slice(0, Math.max(4, plain.length - 3))}\\w*`;
}

function toggle(n) {
  if (group().members.length === 1) return;
  const member = group().members[n];
  cursor = n;
  if (out.delete(member.page)) tell(say("put_back"));
  else {
    out.add(member.page);
    tell(say("put_out"));
  }
  drawMembers();
}

function step(by) {
  const last = Math.min(shown, group().members.length) - 1;
  cursor = Math.min(last, Math.max(0, cursor + by));
  drawMembers();
  at("members").children[cursor].scrollIntoView({ block: "nearest" });
}

function more() {
  shown += MORE;
  drawMembers();
}

// One request after the other: what is under way must not be sent twice.
async function once(work) {
  if (busy) return;
  busy = true;
  desk.dataset.saving = "1";
  try {
    await work();
  } catch (error) {
    tell(say("failed") + (error.status ? error.message : say("offline")), true);
    if (error.status === 409) await refresh().catch(lost);
  } finally {
    busy = false;
    desk.dataset.saving = "0";
  }
}

function submit() {
  const one = group();
  if (!one || at("board").hidden) return;
  const members = kept();
  if (!members.length) {
    trouble(say("none_left"));
    return;
  }
  if (pads.toMissing()) {
    trouble(say("missing"));
    return;
  }
  const sent = {
    group: one.id, awards: pads.awards(), standard: state.standard,
    members: Object.fromEntries(members.map((member) => [member.page, member.revision])),
  };
  const pulled = [...out];
  once(async () => {
    const answer = await post(`${desk.dataset.base}/mark`, sent);
    for (const page of pulled) await post(`${desk.dataset.base}/alone`, { page });
    const missed = answer.left_out.length ? ` · ${say("left_out", answer.left_out.length)}${answer.why.join(" ")}` : "";
    tell(say("marked", answer.marked.length) + missed, answer.left_out.length > 0);
    await refresh();
  });
}

function undo() {
  once(async () => {
    const answer = await post(`${desk.dataset.base}/undo`);
    const missed = answer.left_out.length ? ` · ${say("left_out", answer.left_out.length)}${answer.why.join(" ")}` : "";
    tell(say("undone", answer.marked.length) + missed, answer.left_out.length > 0);
    await refresh();
    const place = state.groups.findIndex((one) => one.members.some((member) => answer.marked.includes(member.page)));
    if (place >= 0) choose(place);
  });
}

function begin() {
  once(async () => {
    await post(`${desk.dataset.base}/start`);
    await refresh();
  });
}

function turn(by) {
  if (state?.groups.length) choose(Math.min(state.groups.length - 1, Math.max(0, chosen + by)));
}

const COMMANDS = {
  Enter: submit, u: undo, f: () => pads.giveFull(), ArrowDown: () => turn(1), ArrowUp: () => turn(-1),
  ArrowLeft: () => pads.move(-1), ArrowRight: () => pads.move(1), j: () => step(1), k: () => step(-1), x: () => toggle(cursor), m: more,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("a[href], button") && ["Enter", " "].includes(event.key)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const open = !at("board").hidden;
  const score = open && /^([0-9.]|Backspace)$/.test(key);
  const command = open || key === "u" ? COMMANDS[key] : null;
  if (score || command) event.preventDefault();
  if (score) pads.type(key);
  else command?.();
}

function start() {
  document.addEventListener("keydown", onKey);
  const clicks = { submit, undo, "undo-empty": undo, start: begin, again: begin, full: () => pads.giveFull() };
  for (const [id, action] of Object.entries(clicks)) {
    at(id).addEventListener("click", (event) => {
      event.currentTarget.blur(); // so that Enter marks and does not press the button again
      action();
    });
  }
  refresh().catch(lost);
}

start();
