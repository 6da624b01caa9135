// Responses to come: fetched a few ahead, their crops already loaded.

import { get } from "../net.js";

const LOW_WATER = 3;

export function keyOf(task) {
  return `${task.page}~${task.item}`;
}

export class Queue {
  constructor(desk) {
    this.desk = desk;
    this.waiting = [];
    this.putOff = new Set();
    this.pictures = new Map();
    this.left = 0;
    this.filling = null;
  }

  // Fetches more when few are left; `current` and those being saved are not asked for again.
  async fill(taken = []) {
    this.filling ??= this.fetchMore(taken).finally(() => { this.filling = null; });
    return this.filling;
  }

  async fetchMore(taken) {
    if (this.waiting.length >= LOW_WATER) return;
    const { next, item, queue } = this.desk.dataset;
    const query = new URLSearchParams({ queue });
    if (item) query.set("item", item);
    for (const key of [...taken, ...this.waiting.map(keyOf), ...this.putOff]) query.append("have", key);
    let answer = await get(`${next}?${query}`);
    if (!answer.tasks.length && !this.waiting.length && this.putOff.size) {
      this.putOff.clear();
      answer = await get(`${next}?${new URLSearchParams(item ? { queue, item } : { queue })}`);
      answer.tasks = answer.tasks.filter((task) => !taken.includes(keyOf(task)));
    }
    this.left = answer.left;
    const known = new Set(this.waiting.map(keyOf));
    this.waiting.push(...answer.tasks.filter((task) => !known.has(keyOf(task))));
    this.preload();
  }

  preload() {
    for (const task of this.waiting.slice(0, LOW_WATER)) {
      if (this.pictures.has(task.crop)) continue;
      const picture = new Image();
      picture.src = task.crop;
      this.pictures.set(task.crop, picture);
    }
    for (const url of [...this.pictures.keys()].slice(0, -12)) this.pictures.delete(url);
  }

  async take(taken) {
    if (!this.waiting.length) await this.fill(taken);
    const task = this.waiting.shift() ?? null;
    this.fill(task ? [...taken, keyOf(task)] : taken).catch(() => { /* asked again at the next take */ });
    return task;
  }

  putBack(task) {
    this.waiting.unshift(task);
  }

  putLast(task) {
    this.putOff.add(keyOf(task));
  }
}
