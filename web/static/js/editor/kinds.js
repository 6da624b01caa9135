// Keys in maths and science: only the fields of the chosen kind are shown, and only they are gathered.

function drawKind(box) {
  const choice = box.querySelector("[data-kind-choice]");
  for (const field of box.querySelectorAll("[data-kinds]")) {
    field.hidden = !field.dataset.kinds.split(" ").includes(choice.value);
  }
  const value = box.querySelector("[data-hints]");
  value.placeholder = JSON.parse(value.dataset.hints)[choice.value] ?? "";
}

export function drawKinds(root) {
  const boxes = root.matches(".science") ? [root] : root.querySelectorAll(".science");
  boxes.forEach(drawKind);
}
