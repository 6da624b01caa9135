// Which bubbles were meant: letters on the keyboard or under the finger; 0 for none.

import { make } from "../net.js";

export class Options {
  constructor(box, say, changed) {
    Object.assign(this, { box, say, changed });
  }

  load(task) {
    this.options = task.options;
    this.chosen = new Set();
    this.blank = false;
    this.draw();
  }

  type(key) {
    const letter = key.toUpperCase();
    if (key === "0") {
      this.blank = true;
      this.chosen.clear();
    } else if (key === "Backspace") {
      this.blank = false;
      this.chosen.clear();
    } else if (this.options.labels.includes(letter)) {
      this.blank = false;
      if (!this.chosen.delete(letter)) this.chosen.add(letter);
    } else {
      return false;
    }
    this.draw();
    return true;
  }

  get ready() {
    return this.blank || this.chosen.size > 0;
  }

  get labels() {
    return this.options.labels.filter((label) => this.chosen.has(label)).join("");
  }

  get words() {
    return this.blank ? this.say("blank") : this.labels || null;
  }

  draw() {
    const keys = this.options.labels.map((label) => this.key(label, label, this.chosen.has(label), this.fill(label)));
    keys.push(this.key("0", "0", this.blank, this.say("blank")));
    const read = this.options.marked.join("") || this.say("blank");
    const said = make("p", { className: "pad-machine" }, make("b", {}, `${this.say("machine")} ${read} `), this.options.why);
    this.box.replaceChildren(make("div", { className: "option-keys" }, ...keys), said);
    this.changed();
  }

  fill(label) {
    const fill = this.options.fills[label];
    return fill === undefined ? "" : `${Math.round(Math.min(1, Math.max(0, fill)) * 100)}%`;
  }

  key(words, typed, pressed, note) {
    return make("button", { type: "button", ariaPressed: String(pressed), onclick: () => this.type(typed) },
      words, make("small", {}, note));
  }
}
