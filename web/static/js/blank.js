// Drawing regions on the blank card: boxes as shares of the page, sent in millimetres.

import { make, post, wordsOf } from "./net.js";

const at = (id) => document.getElementById(id);
const box = at("blank");
const say = wordsOf(box);
const STORE = `zhupi-blank-${box.dataset.exam}`;
const canvases = [...document.querySelectorAll("[data-canvas]")];
const FIELDS = ["kind", "keys", "labels", "count", "direction", "writing", "part"];
const LEAST = 0.006;
const MM_PER_INCH = 25.4;
// What was drawn outlives a reload of the page, for when the card is refused.
let regions = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
let chosen = null;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const isGrid = (region) => region.kind.endsWith("_bubbles");

function numbers(text) {
  return text.split(/[,，、\s]+/).filter(Boolean).flatMap((word) => {
    const run = /^(\d+)[-–~](\d+)$/.exec(word);
    if (!run || Number(run[2]) < Number(run[1]) || Number(run[2]) - Number(run[1]) > 200) return [word];
    return Array.from({ length: run[2] - run[1] + 1 }, (_, n) => String(Number(run[1]) + n));
  });
}

function labelsOf(region) {
  if (region.kind === "number_bubbles") return [..."0123456789"];
  const text = region.labels.trim();
  return /[,，、\s]/.test(text) ? numbers(text) : [...text];
}

function keysOf(region) {
  if (region.kind === "number_bubbles") return Array.from({ length: Number(region.count) || 1 }, (_, n) => String(n));
  return numbers(region.keys);
}

function cells(region) {
  if (!isGrid(region) && region.kind !== "number_boxes") return [1, 1];
  if (region.kind === "number_boxes") return [Number(region.count) || 1, 1];
  const [keys, labels] = [keysOf(region).length || 1, labelsOf(region).length || 1];
  return region.direction === "horizontal" ? [labels, keys] : [keys, labels];
}

function nameOf(region) {
  const what = isGrid(region) || region.kind === "writing" ? ` ${region.kind === "number_bubbles" ? region.count : region.keys}` : "";
  return say(region.kind) + what;
}

function draw() {
  sessionStorage.setItem(STORE, JSON.stringify(regions));
  for (const canvas of canvases) {
    canvas.querySelectorAll(".region").forEach((mark) => mark.remove());
    for (const region of regions.filter((r) => r.page === Number(canvas.dataset.canvas))) canvas.append(drawRegion(region));
  }
  at("list").replaceChildren(...regions.map((region) => make("li", {}, make("button", {
    type: "button", className: "quiet", onclick: () => choose(region),
  }, `${region.page} · ${nameOf(region)}`))));
  if (!regions.length) at("list").append(make("li", { className: "faint" }, say("none")));
  at("region").hidden = !chosen;
  for (const label of at("region").querySelectorAll("[data-for]")) {
    label.hidden = !chosen || !label.dataset.for.split(" ").includes(chosen.kind);
  }
}

function drawRegion(region) {
  const mark = make("div", { className: region === chosen ? "region chosen" : "region" }, nameOf(region));
  for (const side of ["left", "top", "width", "height"]) mark.style[side] = `${region[side] * 100}%`;
  const [columns, rows] = cells(region);
  for (let n = 1; n < columns; n += 1) mark.append(line("left", n / columns, "vertical-line"));
  for (let n = 1; n < rows; n += 1) mark.append(line("top", n / rows, "flat-line"));
  mark.addEventListener("pointerdown", (event) => {
    event.stopPropagation();
    choose(region);
    drag(event, region, { ...region });
  });
  return mark;
}

function line(side, share, className) {
  const mark = make("i", { className });
  mark.style[side] = `${share * 100}%`;
  return mark;
}

function choose(region) {
  chosen = region;
  if (region) {
    for (const name of FIELDS) at(name).value = region[name];
    showSide(region.page);
  }
  draw();
}

function pointIn(canvas, event) {
  const area = canvas.getBoundingClientRect();
  return [clamp((event.clientX - area.left) / area.width, 0, 1), clamp((event.clientY - area.top) / area.height, 0, 1)];
}

// Follows the pointer until it is let go: moves `region`, or stretches it from where the pointer began.
function drag(event, region, before) {
  const canvas = canvases[region.page - 1];
  const [x0, y0] = pointIn(canvas, event);
  const move = (moved) => {
    const [x, y] = pointIn(canvas, moved);
    if (before) {
      region.left = clamp(before.left + x - x0, 0, 1 - region.width);
      region.top = clamp(before.top + y - y0, 0, 1 - region.height);
    } else {
      Object.assign(region, { left: Math.min(x, x0), top: Math.min(y, y0), width: Math.abs(x - x0), height: Math.abs(y - y0) });
    }
    draw();
  };
  const end = () => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    if (region.width < LEAST || region.height < LEAST) remove(region);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
}

function remove(region) {
  regions = regions.filter((other) => other !== region);
  choose(null);
}

function showSide(page) {
  canvases.forEach((canvas, n) => { canvas.hidden = n + 1 !== page; });
  at("sides").querySelectorAll("button").forEach((button) => { button.ariaPressed = String(Number(button.dataset.side) === page); });
}

function inMillimetres(region, dpi) {
  const image = canvases[region.page - 1].querySelector("img");
  const [width, height] = [image.naturalWidth, image.naturalHeight].map((px) => (px / dpi) * MM_PER_INCH);
  const round = (mm) => Math.round(mm * 100) / 100;
  const sent = {
    page: region.page, kind: region.kind,
    box: { x_mm: round(region.left * width), y_mm: round(region.top * height), width_mm: round(region.width * width), height_mm: round(region.height * height) },
  };
  if (isGrid(region)) Object.assign(sent, { direction: region.direction, labels: labelsOf(region) });
  if (["answer_bubbles", "optional_bubbles", "writing"].includes(region.kind)) sent.keys = numbers(region.keys);
  if (region.kind.startsWith("number_")) sent.count = Number(region.count) || 1;
  if (region.kind === "writing") Object.assign(sent, { writing: region.writing, part: Math.max(0, (Number(region.part) || 1) - 1) });
  return sent;
}

function trouble(words) {
  at("trouble").hidden = !words;
  at("trouble").querySelector("p").textContent = words;
  if (words) at("trouble").scrollIntoView({ block: "nearest" });
}

async function save() {
  trouble("");
  const dpi = Number(at("dpi").value);
  try {
    location.href = (await post(box.dataset.save, { dpi, regions: regions.map((region) => inMillimetres(region, dpi)) })).url;
  } catch (error) {
    trouble(say("failed") + error.message);
  }
}

for (const canvas of canvases) {
  canvas.addEventListener("pointerdown", (event) => {
    const [left, top] = pointIn(canvas, event);
    const like = chosen ?? Object.fromEntries(FIELDS.map((name) => [name, at(name).value]));
    const region = { ...like, page: Number(canvas.dataset.canvas), left, top, width: 0, height: 0 };
    if (region.kind === "answer_bubbles" || region.kind === "writing") region.keys = "";
    regions.push(region);
    choose(region);
    drag(event, region, null);
  });
}
for (const name of FIELDS) {
  at(name).addEventListener("input", () => {
    if (!chosen) return;
    chosen[name] = at(name).value;
    draw();
  });
}
document.addEventListener("keydown", (event) => {
  if (!chosen || event.target.closest("input, select, textarea")) return;
  const step = event.shiftKey ? 0.005 : 0.001;
  const moves = { ArrowLeft: ["left", -step], ArrowRight: ["left", step], ArrowUp: ["top", -step], ArrowDown: ["top", step] };
  if (event.key === "Delete" || event.key === "Backspace") remove(chosen);
  else if (moves[event.key]) {
    const [side, by] = moves[event.key];
    chosen[side] = clamp(chosen[side] + by, 0, 1 - chosen[side === "left" ? "width" : "height"]);
    draw();
  } else return;
  event.preventDefault();
});
at("sides").addEventListener("click", (event) => {
  const button = event.target.closest("[data-side]");
  if (button) showSide(Number(button.dataset.side));
});
at("delete").addEventListener("click", () => chosen && remove(chosen));
at("save").addEventListener("click", save);
draw();
