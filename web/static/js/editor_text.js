// Line numbers beside the text; a problem's line is selected when it is pressed.

const text = document.getElementById("text");
const lines = document.getElementById("lines");

function draw() {
  const count = text.value.split("\n").length;
  lines.textContent = Array.from({ length: count }, (_, n) => n + 1).join("\n");
  lines.scrollTop = text.scrollTop;
}

function goTo(line) {
  const before = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = text.value.indexOf("\n", before);
  text.focus();
  text.setSelectionRange(before, end < 0 ? text.value.length : end);
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 6) * height);
}

text.addEventListener("input", draw);
text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
for (const button of document.querySelectorAll("[data-line]")) {
  button.addEventListener("click", () => goTo(Number(button.dataset.line)));
}
draw();
