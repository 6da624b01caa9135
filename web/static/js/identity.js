// Whose sheet is it: keys 1–5 choose, typing searches, Enter confirms; the next picture is already there.

import { get, make, postForm, wordsOf } from "./net.js";
import { Finder } from "./people_finder.js";

const at = (id) => document.getElementById(id);
const box = at("identity");
const say = wordsOf(box);
const finder = new Finder(box.dataset.candidates);
let tasks = [];
let found = [];
let chosen = null;

function trouble(words) {
  at("trouble").hidden = !words;
  at("trouble").querySelector("p").textContent = words;
}

function show() {
  const task = tasks[0];
  at("board").hidden = !task;
  at("empty").hidden = Boolean(task);
  at("left").textContent = task ? say("left", tasks.length) : "";
  if (!task) return;
  at("head").src = task.head;
  drawTwins(task);
  at("proposed").hidden = !task.proposed;
  at("whole").href = task.scan;
  at("why").textContent = task.reason;
  at("number-notes").hidden = !task.notes.length;
  at("number-notes").replaceChildren(...task.notes.map((words) => make("li", {}, words)));
  at("search").value = "";
  at("note").value = "";
  found = [];
  // what a proposal or a second picture puts in doubt is not offered to a mere Enter
  choose(task.proposed || task.twins.length ? null : task.guesses[0] ?? null);
  if (tasks[1]) new Image().src = tasks[1].head;
}

function drawTwins(task) {
  at("twins").hidden = !task.twins.length;
  const use = say(task.twins.length > 2 ? "use_many" : "use");
  at("twin-pictures").replaceChildren(...task.twins.map((twin) => make("figure", {},
    make("figcaption", {}, twin.name, ...[[twin.here, "here"], [twin.placed, "placed"], [twin.marked, "marked"]]
      .filter(([shown]) => shown).map(([n, word]) => make("span", { className: "tag" }, say(word, n)))),
    make("a", { href: twin.scan, target: "_blank" }, make("img", { className: "crop", src: twin.small, alt: twin.name })),
    make("button", { type: "button", onclick: () => settle(twin.choose, {}) }, use))));
}

function choose(candidate) {
  chosen = candidate;
  at("confirm").disabled = !candidate;
  drawGuesses();
  drawFound();
}

function drawGuesses() {
  at("guesses").replaceChildren(...tasks[0].guesses.map((guess, n) => make("li", {}, make("button", {
    type: "button", ariaPressed: String(chosen?.id === guess.id), onclick: () => choose(guess),
  }, make("kbd", {}, String(n + 1)), make("span", {}, guess.name, " ", make("span", { className: "number" }, guess.number), " ", make("small", { className: "faint nowrap" }, guess.class)),
  make("span", { className: "faint" }, `${(guess.probability * 100).toFixed(1)}%`)))));
}

function drawFound() {
  at("search").setAttribute("aria-expanded", String(Boolean(found.length)));
  const typed = at("search").value.trim();
  const lines = found.map((candidate) => make("li", {
    role: "option", ariaSelected: String(chosen?.id === candidate.id), onclick: () => choose(candidate),
  }, candidate.name, " ", make("span", { className: "number" }, candidate.number), " ", make("small", { className: "faint" }, candidate.class, candidate.has ? ` · ${say("has")}` : "")));
  at("found").replaceChildren(...(typed && !lines.length && !box.dataset.typed ? [make("li", { className: "faint" }, say("none"))] : lines));
}

// Without a roster whatever is typed is the number itself.
function typedNumber() {
  const id = at("search").value.trim();
  return box.dataset.typed && id ? { id, name: "", number: id, class: "" } : null;
}

async function settle(url, fields) {
  const why = at("note").value.trim();
  const task = tasks.shift();
  trouble("");
  show();
  try {
    await postForm(url, { ...fields, why });
    if (task.twins.length) {
      tasks = await get(box.dataset.queue); // the other picture is settled too, or stands alone now
      show();
    }
  } catch (error) {
    tasks.unshift(task);
    show();
    at("note").value = why;
    trouble(say("failed") + error.message);
  }
}

function confirm() {
  if (chosen) settle(tasks[0].settle, { candidate: chosen.id });
}

function later() {
  tasks.push(tasks.shift());
  show();
}

function onKey(event) {
  if (!tasks.length || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target === at("note")) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    confirm();
    return;
  }
  const inSearch = event.target === at("search");
  const typing = inSearch && at("search").value;
  if (event.target.closest("button, a") && event.key === "Enter") return;
  if (/^[1-5]$/.test(event.key) && !typing) {
    const guess = tasks[0].guesses[Number(event.key) - 1];
    if (guess) choose(guess);
  } else if (event.key === "Enter") {
    confirm();
  } else if (event.key === "ArrowRight" && !typing) {
    later();
  } else if (event.key === "ArrowDown" && found.length) {
    choose(found[(found.findIndex((c) => c.id === chosen?.id) + 1) % found.length]);
  } else if (event.key === "Escape") {
    at("search").value = "";
    found = [];
    drawFound();
  } else {
    if (!inSearch && event.key.length === 1) at("search").focus();
    return;
  }
  event.preventDefault();
}

at("search").addEventListener("input", async () => {
  found = await finder.find(at("search").value);
  choose(typedNumber() ?? found[0] ?? null);
});
at("confirm").addEventListener("click", confirm);
at("later").addEventListener("click", later);
at("stray").addEventListener("click", () => settle(tasks[0].stray, {}));
document.addEventListener("keydown", onKey);
tasks = await get(box.dataset.queue);
show();
