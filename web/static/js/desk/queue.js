// Responses to come: fetched a few ahead, their crops already loaded.

import { get } from "../net.js";

export function keyOf(task) {
  return `${task.page}~${task.item}`;
}

export class Queue {
  constructor(desk) {
    this.desk = desk;
    this.low = Number(desk.dataset.ahead) - 1; // more are fetched when fewer than this wait here
    this.waiting = [];
    this.putOff = new Set();
    this.pictures = new Map();
    this.left = null; // how many wait on the server, less what was saved since
    this.saves = 0;
    this.filling = null;
  }

  // Fetches more when few are left; the one shown and those being saved (`taken`) are not asked for again.
  async fill(taken, shown = null) {
    this.filling ??= this.fetchMore(taken, shown).finally(() => { this.filling = null; });
    return this.filling;
  }

  async fetchMore(taken, shown) {
    if (this.waiting.length >= this.low) return;
    const { saves } = this;
    const { next, item, queue } = this.desk.dataset;
    const query = new URLSearchParams({ queue });
    if (item) query.set("item", item);
    const known = shown ? [...taken, keyOf(shown)] : taken;
    for (const key of [...known, ...this.waiting.map(keyOf), ...this.putOff]) query.append("have", key);
    let answer = await get(`${next}?${query}`);
    if (!answer.tasks.length && !this.waiting.length && this.putOff.size) {
      this.putOff.clear();
      answer = await get(`${next}?${new URLSearchParams(item ? { queue, item } : { queue })}`);
      answer.tasks = answer.tasks.filter((task) => !known.includes(keyOf(task)));
    }
    // A count made while marks were being saved may hold them or not; ours is then the better one.
    if (this.left === null || (saves === this.saves && !taken.length)) this.left = answer.left;
    const here = new Set(this.waiting.map(keyOf));
    this.waiting.push(...answer.tasks.filter((task) => !here.has(keyOf(task))));
    this.preload();
  }

  preload() {
    for (const task of this.waiting.slice(0, this.low)) {
      if (this.pictures.has(task.crop)) continue;
      const picture = new Image();
      picture.src = task.crop;
      this.pictures.set(task.crop, picture);
    }
    for (const url of [...this.pictures.keys()].slice(0, -12)) this.pictures.delete(url);
  }

  async take(saving) {
    if (!this.waiting.length) await this.fill(saving);
    const task = this.waiting.shift() ?? null;
    this.fill(saving, task).catch(() => { /* asked again at the next take */ });
    return task;
  }

  saved(task) {
    this.saves += 1;
    if (!task.final) this.left = Math.max(0, this.left - 1);
  }

  putBack(task) {
    this.waiting.unshift(task);
  }

  drop(keys) {
    this.waiting = this.waiting.filter((task) => !keys.has(keyOf(task)));
  }

  putLast(task) {
    this.putOff.add(keyOf(task));
  }
}
