// Fields that complete a candidate's name or number.

import { make } from "./net.js";
import { Finder } from "./people_finder.js";

const finder = new Finder(document.getElementById("ledger").dataset.candidates);
let numbered = 0;

function equip(picker) {
  const input = picker.querySelector(".pick");
  const value = picker.querySelector("[name=candidate]");
  const list = make("ul", { className: "picker-list", hidden: true, id: `found-${numbered += 1}`, role: "listbox" });
  input.setAttribute("aria-controls", list.id);
  picker.append(list);
  let found = [];
  let active = 0;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const choose = (candidate) => {
    value.value = candidate.id;
    input.value = `${candidate.name} ${candidate.number} ${candidate.class}`.trim();
    close();
  };
  const draw = () => {
    list.replaceChildren(...found.map((candidate, n) => make("li", {
      role: "option", ariaSelected: String(n === active), onpointerdown: () => choose(candidate),
    }, `${candidate.name} ${candidate.number} ${candidate.class}`, make("small", { className: "faint" }, candidate.has ? " ✓" : ""))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
  };
  input.addEventListener("input", async () => {
    value.value = "";
    found = await finder.find(input.value);
    active = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      draw();
    } else if (event.key === "Enter") {
      choose(found[active]);
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}

document.querySelectorAll(".picker").forEach(equip);
