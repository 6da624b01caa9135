// Editing an exam: adding, removing, copying and moving; the running total; saving and previews.

import { csrf, make, post, Refused, wordsOf } from "../net.js";
import { elementAt, gather } from "./gather.js";
import { drawKinds } from "./kinds.js";

const at = (id) => document.getElementById(id);
const editor = at("editor");
const say = wordsOf(editor);
const LETTERS = "ABCDEFGH";
let changed = false;
let pictureFor = null;

const fresh = (name) => at(`new-${name}`).content.firstElementChild.cloneNode(true);
const fieldOf = (entry, name) => entry.querySelector(`[data-field="${name}"]`);

function tenths(text) {
  const value = Math.round(Number(text) * 10);
  return Number.isFinite(value) ? value : 0;
}

// In an optional group only one item counts.
function countOnce() {
  const seen = new Set();
  const groups = [...at("groups").children].map((group) => fieldOf(group, "items").value.split(/[,，、]/).map((word) => word.trim()));
  return (number) => {
    const n = groups.findIndex((group) => group.includes(number));
    if (n < 0) return true;
    if (seen.has(n)) return false;
    seen.add(n);
    return true;
  };
}

function drawTotals() {
  const counts = countOnce();
  let [total, items] = [0, 0];
  for (const section of at("sections").children) {
    let sum = 0;
    for (const item of section.querySelectorAll("details.item")) {
      const [number, points] = [fieldOf(item, "number").value.trim(), fieldOf(item, "points").value];
      item.querySelector(".item-number").textContent = number;
      item.querySelector(".item-points").textContent = points ? say("points", points) : "";
      if (counts(number)) sum += tenths(points);
      items += 1;
    }
    section.querySelector(".section-sum").textContent = say("points", sum / 10);
    total += sum;
  }
  at("total").classList.toggle("red", total !== tenths(at("declared").value));
  at("total").textContent = `${say("items", items)} · ${say("points", total / 10)}`;
}

function nextNumber() {
  const numbers = [...editor.querySelectorAll("details.item")].map((item) => parseInt(fieldOf(item, "number").value, 10) || 0);
  return String(Math.max(0, ...numbers) + 1);
}

function open(item) {
  item.open = true;
  item.scrollIntoView({ block: "nearest" });
  fieldOf(item, "points").focus();
}

const actions = {
  "add-section": () => {
    at("sections").append(fresh("section"));
    at("sections").lastElementChild.querySelector("input").focus();
  },
  "add-item": (button) => {
    const list = button.closest("[data-entry]").querySelector('[data-list="items"]');
    const item = fresh(button.dataset.kind);
    fieldOf(item, "number").value = nextNumber();
    const before = list.lastElementChild;
    if (before && fieldOf(before, "kind").value === button.dataset.kind) fieldOf(item, "points").value = fieldOf(before, "points").value;
    list.append(item);
    open(item);
  },
  "add-part": (button) => {
    const scope = button.dataset.part === "groups" ? button.closest("details") : button.closest(".item-body");
    const list = scope.querySelector(`[data-list="${button.dataset.part === "groups" ? "optional_groups" : button.dataset.part}"]`);
    list.append(fresh(button.dataset.part));
    list.lastElementChild.querySelector("input").focus();
  },
  "remove-part": (button) => button.closest("[data-entry]").remove(),
  remove: (button) => {
    if (confirm(say("remove"))) button.closest("[data-entry]").remove();
  },
  duplicate: (button) => {
    const item = button.closest("details.item");
    const copy = item.cloneNode(true);
    const [from, to] = [item, copy].map((entry) => entry.querySelectorAll("input, textarea, select"));
    from.forEach((field, n) => {
      if (field.type === "checkbox") to[n].checked = field.checked;
      else to[n].value = field.value;
    });
    fieldOf(copy, "number").value = nextNumber();
    item.after(copy);
    open(copy);
  },
  up: (button) => {
    const entry = button.closest("[data-entry]");
    entry.previousElementSibling?.before(entry);
  },
  down: (button) => {
    const entry = button.closest("[data-entry]");
    entry.nextElementSibling?.after(entry);
  },
  "add-option": (button) => {
    const rows = button.closest(".item-body").querySelector("[data-options]");
    const label = LETTERS[rows.children.length];
    if (!label) return;
    const row = rows.lastElementChild.cloneNode(true);
    row.dataset.option = label;
    row.querySelector("b").textContent = label;
    row.querySelector("input").value = "";
    rows.append(row);
  },
  "drop-option": (button) => {
    const rows = button.closest(".item-body").querySelector("[data-options]");
    if (rows.children.length > 2) rows.lastElementChild.remove();
  },
  picture: (button) => {
    pictureFor = button.closest("details.item");
    at("picture-file").click();
  },
  preview: (button) => preview(button.closest("details.item")),
};

async function preview(item) {
  const tree = gather(item);
  const box = item.querySelector(".preview");
  box.hidden = false;
  try {
    const made = await post(editor.dataset.preview, tree);
    box.replaceChildren();
    for (const name of ["stem", "reference_answer", "explanation"]) {
      if (!made[name]) continue;
      const words = make("div");
      words.innerHTML = made[name]; // made by the server, which escapes all words in it
      box.append(make("h4", {}, say(name)), words);
    }
  } catch (error) {
    box.textContent = error.message;
  }
}

async function addPicture() {
  const [file] = at("picture-file").files;
  if (!file || !pictureFor) return;
  const body = new FormData();
  body.append("file", file, file.name);
  const response = await fetch(editor.dataset.pictures, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" } });
  const kept = await response.json();
  at("picture-file").value = "";
  if (!response.ok) {
    tell(say("failed") + kept.message, true);
    return;
  }
  const hidden = ["name", "blob", "media_type"].map((name) => make("input", { type: "hidden", value: kept[name], dataset: { field: name } }));
  const remove = make("button", { type: "button", className: "small quiet", textContent: "✕", dataset: { do: "remove-part" } });
  pictureFor.querySelector('[data-list="pictures"]').append(make("span", { className: "tag", dataset: { entry: "" } }, kept.name, ...hidden, remove));
  const stem = fieldOf(pictureFor, "stem");
  stem.value = `${stem.value.trimEnd()}\n\n![](${kept.name})`.trimStart();
  preview(pictureFor);
}

function tell(words, bad = false, ...more) {
  at("said").replaceChildren(make("p", { className: bad ? "problem" : "flash" }, words, ...more));
}

function showProblems(problems) {
  editor.querySelectorAll(".wrong").forEach((element) => element.classList.remove("wrong"));
  at("problems").hidden = !problems.length;
  at("problems").querySelector("ul").replaceChildren(...problems.map(({ path, words }) => {
    const place = elementAt(editor, path);
    place.classList.add("wrong");
    const item = place.closest("details.item");
    const label = item ? item.querySelector(".item-number").textContent : path;
    const go = make("button", { type: "button", className: "quiet", textContent: label || "→", onclick: () => {
      if (item) item.open = true;
      place.scrollIntoView({ block: "center" });
      place.focus?.();
    } });
    return make("li", {}, go, ` ${words}`);
  }));
  if (problems.length) at("problems").scrollIntoView({ block: "nearest" });
}

async function save() {
  at("save").disabled = true;
  try {
    const saved = await post(editor.dataset.save, { ...gather(editor), base_revision: Number(editor.dataset.revision) });
    editor.dataset.revision = saved.revision;
    at("revision").textContent = say("revision", saved.revision);
    document.querySelector(".exam-title a").textContent = saved.title;
    document.querySelector(".exam-title small").textContent = saved.about;
    changed = false;
    showProblems([]);
    const link = make("a", { href: saved.moved_url, textContent: say("moved") });
    tell(`${say("saved", saved.revision)} `, false, ...(saved.remarked.length ? [say("changed", saved.remarked.join("、")), " ", link] : []));
    window.scrollTo(0, 0);
  } catch (error) {
    if (error instanceof Refused && error.body.problems?.length) showProblems(error.body.problems);
    else tell(say("failed") + error.message, true);
  } finally {
    at("save").disabled = false;
  }
}

editor.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  actions[button.dataset.do](button);
  if (!["preview", "picture"].includes(button.dataset.do)) changed = true;
  drawKinds(editor);
  drawTotals();
});
editor.addEventListener("input", (event) => {
  changed = true;
  if ("kindChoice" in event.target.dataset) drawKinds(event.target.closest(".science"));
  drawTotals();
});
at("picture-file").addEventListener("change", addPicture);
at("save").addEventListener("click", save);
at("open-all").addEventListener("click", () => {
  const items = [...editor.querySelectorAll("details.item")];
  const opened = items.every((item) => item.open);
  items.forEach((item) => { item.open = !opened; });
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
drawKinds(editor);
drawTotals();
