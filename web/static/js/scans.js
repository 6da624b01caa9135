// Uploading file after file with a bar each, then following the reading every second.

import { csrf, get, getPage, make, wordsOf } from "./net.js";

const box = document.getElementById("scans");
const say = wordsOf(box);
const rows = document.getElementById("rows");
const input = document.getElementById("files");
const drop = document.getElementById("drop");
const panel = document.getElementById("progress");
let chain = Promise.resolve();
let following = false;
let told = "";

function send(file, bar) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, file.name);
    request.open("POST", box.dataset.upload);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("X-Requested-With", "fetch");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* the status says enough */ }
      resolve({ good: request.status === 200, answer });
    });
    request.send(body);
  });
}

function add(file) {
  const bar = make("progress", { max: 1, value: 0 });
  const said = make("span", { className: "faint" });
  const megabytes = file.size / 1048576;
  rows.append(make("div", { className: "file-row" }, make("span", { className: "name", title: file.name }, `${file.name} · ${megabytes.toFixed(1)} MB`), bar, said));
  if (megabytes > Number(box.dataset.limitMib)) {
    said.textContent = say("large");
    said.className = "red";
    return;
  }
  said.textContent = say("sending");
  chain = chain.then(async () => {
    const { good, answer } = await send(file, bar);
    bar.value = good ? 1 : 0;
    said.className = good ? "" : "red";
    told = "";
    said.textContent = good ? say(answer.already ? "already" : "kept") : `${say("failed")}：${answer.message ?? ""} ${answer.remedy ?? ""}`;
    follow();
  });
}

function draw(progress) {
  if (progress.pages_in) document.getElementById("sentence").textContent = progress.sentence;
  document.getElementById("bar-row").hidden = !progress.busy;
  const bar = document.getElementById("bar");
  bar.max = progress.pages_in || 1;
  bar.value = progress.read;
  for (const count of panel.querySelectorAll("[data-count]")) {
    const value = progress[count.dataset.count];
    count.querySelector("b").textContent = value;
    if (["held", "waiting_identity", "incomplete"].includes(count.dataset.count)) count.classList.toggle("todo", value > 0);
  }
  document.getElementById("failed").replaceChildren(...progress.failed_jobs.map((error) =>
    make("div", { className: "problem" }, make("p", { className: "problem-what" }, error))));
  document.getElementById("retry").hidden = !progress.failed;
}

// The list of files, drawn anew when what it tells may have changed.
async function drawStacks(progress) {
  const now = `${progress.pages_in} ${progress.busy} ${progress.failed_jobs.length}`;
  if (now === told) return;
  told = now;
  const list = document.getElementById("stacks");
  const page = new DOMParser().parseFromString(await getPage(list.dataset.url), "text/html");
  list.replaceChildren(...page.body.childNodes);
}

async function follow() {
  if (following) return;
  following = true;
  try {
    let progress;
    do {
      progress = await get(box.dataset.progress);
      draw(progress);
      await drawStacks(progress);
      if (progress.busy) await new Promise((resolve) => setTimeout(resolve, 1000));
    } while (progress.busy);
  } finally {
    following = false;
  }
}

input.addEventListener("change", () => {
  [...input.files].forEach(add);
  input.value = "";
});
for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", over);
  });
}
drop.addEventListener("drop", (event) => [...event.dataTransfer.files].forEach(add));
if (panel.dataset.busy) follow();
