"""Counts in how many texts each word and pair of characters stands, for ``models.rarity``."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from marking.scoring.features.texts import Prepared
from models.rarity import UNKNOWN_PAIR, UNKNOWN_WORD
from models.training.ngram_texts import is_held_out, lines

#: Only every so many-th line is counted: rarity needs no more.
EVERY = 3
#: The commonest so many words and pairs are kept; the others count as unknown.
MOST_WORDS, MOST_PAIRS = 12_000, 60_000
_HANZI = "\u3400"


def counted(data: Path) -> dict[str, float]:
    """Token → inverse document frequency, ln((1 + texts) ÷ (1 + texts with it)), per language."""
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    texts = {"words": 0, "pairs": 0}
    for number, (line, _) in enumerate(lines(data)):
        if number % EVERY or is_held_out(line):
            continue
        text = Prepared(line)
        seen = {t.text for t in text.tokens if t.kind in ("word", "hanzi")}
        found = {token for token in seen if token[0] >= _HANZI}
        pairs.update(found)
        words.update(seen - found)
        texts["pairs"] += bool(found)
        texts["words"] += bool(seen - found)
    return {
        **_frequencies(words, texts["words"], MOST_WORDS, UNKNOWN_WORD),
        **_frequencies(pairs, texts["pairs"], MOST_PAIRS, UNKNOWN_PAIR),
    }


def _frequencies(counts: Counter[str], texts: int, most: int, unknown: str) -> dict[str, float]:
    kept = counts.most_common(most)
    least = kept[-1][1] if kept else 1
    table = {token: math.log((1 + texts) / (1 + count)) for token, count in kept}
    table[unknown] = math.log((1 + texts) / (1 + least)) + 1.0
    return table
