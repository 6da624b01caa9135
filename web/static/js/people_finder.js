// Finding a candidate by part of the name or number.

import { get } from "./net.js";

const MOST_FOUND = 8;

export class Finder {
  constructor(url) {
    this.url = url;
  }

  async candidates() {
    this.all ??= await get(this.url);
    return this.all;
  }

  // Candidates whose name, number or class holds all the words; those without a script first.
  async find(typed) {
    const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const holds = (c) => words.every((word) => `${c.name} ${c.number} ${c.class}`.toLowerCase().includes(word));
    return (await this.candidates()).filter(holds).sort((a, b) => a.has - b.has).slice(0, MOST_FOUND);
  }
}
