// What was read, with the words that the machine took as evidence.

import { make } from "../net.js";

// The text as nodes: spans are [start, end, criterion]; those of the criterion at hand stand out. Offsets count
// characters (code points), of which the engine's strings may need two places (𠮷, 𝑥).
export function marked(text, spans, atHand) {
  const ordered = [...spans].sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const characters = Array.from(text);
  const words = (from, to) => characters.slice(from, to).join("");
  const nodes = [];
  let done = 0;
  for (const [start, end, pad] of ordered) {
    if (start < done) continue; // words of two criteria are drawn once
    const both = ordered.filter((span) => span[0] < end && span[1] > start).map((span) => span[2]);
    const className = both.includes(atHand) ? "said-here at-hand" : "said-here";
    nodes.push(words(done, start), make("mark", { className }, words(start, end)));
    done = end;
  }
  nodes.push(words(done));
  return nodes.filter(Boolean);
}
