// Scores as they are typed, one criterion after the other. An empty pad is never 0.

import { make } from "../net.js";

const MOST_BUTTONS = 12;

export class Pads {
  constructor(box, say, changed, trouble) {
    Object.assign(this, { box, say, changed, trouble });
    this.rows = [];
  }

  load(task) {
    this.unit = task.step === "0.5" ? 2 : 1;
    this.full = task.full;
    this.rows = task.pads.map((pad) => ({ pad, typed: pad.given === null ? "" : this.points(pad.given) }));
    this.active = Math.max(0, this.rows.findIndex((row) => row.typed === ""));
    this.fresh = true;
    this.draw();
  }

  points(steps) {
    return String(steps / this.unit);
  }

  steps(row) {
    const value = Number(row.typed);
    const good = row.typed !== "" && Number.isInteger(value * this.unit);
    return good ? value * this.unit : null;
  }

  // Takes a key; of a score that cannot be, nothing stays, so that Enter does not submit the half of it.
  type(key) {
    this.trouble("");
    const row = this.rows[this.active];
    if (key === "Backspace") {
      if (row.typed === "" && this.active > 0) this.active -= 1;
      else row.typed = row.typed.slice(0, -1);
      this.fresh = false;
      this.draw();
      return;
    }
    const before = this.fresh ? "" : row.typed;
    if (key === "." && this.unit === 1) {
      this.refuse(row, this.say("whole"));
      return;
    }
    const next = key === "." ? `${before || "0"}.5` : (before === "0" ? "" : before) + key;
    if (before.includes(".") || Number(next) * this.unit > row.pad.full) {
      this.refuse(row, this.say("most", row.pad.full_points));
    } else {
      this.put(row, next);
    }
  }

  refuse(row, words) {
    row.typed = "";
    this.fresh = false;
    this.draw();
    this.trouble(words);
  }

  put(row, typed) {
    row.typed = typed;
    this.fresh = false;
    const more = typed !== "0" && Number(typed) * 10 * this.unit <= row.pad.full;
    const half = this.unit === 2 && !typed.includes(".") && Number(typed) * 2 < row.pad.full;
    if (!more && !half) this.forward();
    this.draw();
  }

  forward() {
    if (this.active < this.rows.length - 1) {
      this.active += 1;
      this.fresh = true;
    }
  }

  move(by) {
    this.active = Math.min(this.rows.length - 1, Math.max(0, this.active + by));
    this.fresh = true;
    this.draw();
  }

  // Moves to the first pad without a score; false when there is none.
  toMissing() {
    const missing = this.rows.findIndex((row) => this.steps(row) === null);
    if (missing < 0) return false;
    this.active = missing;
    this.fresh = true;
    this.draw();
    return true;
  }

  giveFull() {
    for (const row of this.rows) row.typed = this.points(row.pad.full);
    this.fresh = true;
    this.draw();
  }

  // Takes the machine's proposal over. A zero in all has to be typed, so it is not taken.
  accept() {
    const proposed = this.rows.map((row) => row.pad.proposed);
    if (proposed.some((steps) => steps === null) || proposed.every((steps) => steps === 0)) return false;
    this.rows.forEach((row, n) => { row.typed = this.points(proposed[n]); });
    this.fresh = true;
    this.draw();
    return true;
  }

  get atHand() {
    return this.rows[this.active]?.pad.id;
  }

  get proposed() {
    return this.rows.some((row) => row.pad.proposed !== null);
  }

  total() {
    const steps = this.rows.map((row) => this.steps(row));
    if (steps.every((value) => value === null)) return null;
    return this.points(steps.reduce((sum, value) => sum + (value ?? 0), 0));
  }

  awards() {
    return Object.fromEntries(this.rows.map((row) => [row.pad.id, this.steps(row)]));
  }

  draw() {
    this.box.replaceChildren(...this.rows.map((row, n) => this.drawRow(row, n)));
    this.box.querySelector(".pad.active")?.scrollIntoView({ block: "nearest" });
    this.changed();
  }

  drawRow(row, n) {
    const value = make("span", { className: row.typed ? "pad-value" : "pad-value unset" }, row.typed || "–", make("small", {}, ` / ${row.pad.full_points}`));
    const name = make("span", { className: "pad-name" }, row.pad.name);
    const line = make("div", { className: n === this.active ? "pad active" : "pad" },
      make("div", { className: "pad-head" }, name, value));
    if (row.pad.earlier !== null) line.append(make("p", { className: "pad-earlier" }, this.say("earlier", this.points(row.pad.earlier))));
    const machine = this.machine(row);
    if (machine) line.append(machine);
    if (n === this.active && row.pad.chances?.length > 1 && !row.pad.odds?.length) line.append(this.chances(this.likeliest(row.pad.chances)));
    if (n === this.active && row.pad.odds?.length) line.append(this.odds(row.pad.odds));
    if (n === this.active) line.append(this.keys(row));
    line.addEventListener("click", () => {
      if (this.active !== n) this.move(n - this.active);
    });
    return line;
  }

  // The machine's decision beside the person's, and why.
  machine(row) {
    const { pad } = row;
    if (pad.machine === null && !pad.reason && !pad.evidence.length) return null;
    const line = make("div", { className: "pad-machine" });
    if (pad.machine !== null) line.append(this.sideBySide(row));
    if (pad.reason) line.append(make("p", {}, pad.reason));
    return line;
  }

  sideBySide(row) {
    const { pad } = row;
    const own = this.steps(row);
    const differs = own !== null && own !== pad.machine;
    const sure = pad.confidence === null ? "" : ` ${Math.round(100 * pad.confidence)} %`;
    const said = [this.points(pad.machine), pad.verdict].filter(Boolean).join(" · ");
    const both = make("p", { className: differs ? "both differ" : "both" },
      make("span", {}, `${this.say("machine")} `, make("b", {}, said), make("small", { title: this.say("sure") }, sure)),
      make("span", {}, `${this.say("own")} `, make("b", {}, own === null ? "–" : this.points(own))));
    return both;
  }

  // At most six scores, the likely ones, in order of points.
  likeliest(chances) {
    const most = [...chances].sort((a, b) => b[1] - a[1]).slice(0, 6);
    return most.sort((a, b) => Number(b[0]) - Number(a[0]));
  }

  // How probable the machine holds each score.
  chances(chances) {
    const list = make("ul", { className: "pad-chances" });
    for (const [points, chance] of chances) {
      const bar = make("i");
      bar.style.width = `${Math.max(1, 100 * chance)}%`;
      list.append(make("li", {}, make("span", {}, this.say("points", points)), make("span", { className: "bar" }, bar), make("small", {}, `${Math.round(100 * chance)} %`)));
    }
    return list;
  }

  // What the writing may say: one bar a text, the likeliest first.
  odds(texts) {
    const list = make("ul", { className: "pad-odds" });
    list.append(make("li", { className: "head" }, make("span", {}, this.say("odds")), make("span", {}), make("small", {}, this.say("earns"))));
    for (const [text, chance, earns] of texts) {
      const bar = make("i");
      bar.style.width = `${Math.max(1, 100 * chance)}%`;
      const share = chance >= 0.995 && chance < 1 ? ">99" : chance < 0.01 ? "<1" : Math.round(100 * chance);
      list.append(make("li", { className: earns ? "earns" : "" }, make("span", { className: "said" }, `${earns ? "✓ " : ""}${text || this.say("other")}`), make("span", { className: "bar" }, bar), make("small", {}, `${share} %`)));
    }
    return list;
  }

  keys(row) {
    const whole = Math.floor(row.pad.full / this.unit);
    const few = whole <= MOST_BUTTONS;
    const names = few ? Array.from({ length: whole + 1 }, (_, n) => String(n)) : [..."1234567890"];
    const chosen = row.typed.split(".")[0];
    const keys = names.map((name) => make("button", {
      type: "button", textContent: name, ariaPressed: String(few && row.typed !== "" && chosen === name),
      onclick: (event) => {
        event.stopPropagation();
        if (few) this.put(row, name);
        else this.type(name);
      },
    }));
    if (this.unit === 2) keys.push(this.key("+.5", "."));
    if (!few) keys.push(this.key("⌫", "Backspace"));
    return make("div", { className: "pad-keys" }, ...keys);
  }

  key(words, typed) {
    return make("button", { type: "button", textContent: words, onclick: (event) => {
      event.stopPropagation();
      this.fresh = false;
      this.type(typed);
    } });
  }
}
