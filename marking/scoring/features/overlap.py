"""How much two texts share: character n-grams and words, both ways, plain and weighted by rarity."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from marking.scoring.features.texts import GRAMS, Prepared, Token
from models.rarity import rarity

NAMES = (
    *(f"gram{n}_{side}" for n in GRAMS for side in ("said", "meant")),
    "gram2_cosine",
    "gram3_cosine",
    "words_said",
    "words_meant",
    "rare_words_said",
    "rare_words_meant",
    "rare_cosine",
    "new_words_said",
    "new_words_share",
    "answer_new_share",
    "answer_from_question",
    "statement_from_question",
    "new_grams_said",
    "common_run",
    "common_order",
)


def weight(token: Token) -> float:
    """How rare the token is; numbers count as rare, signs little."""
    return weight_of(token.text) if token.kind != "number" else 6.0


def weight_of(text: str) -> float:
    """Inverse document frequency in nats, about 0.5 to 10."""
    table = rarity()
    known = table.get(text)
    if known is not None:
        return known
    return table["\u0000"] if text[0] < "\u3400" else table["\u0001"]


def overlap_features(question: Prepared, statement: Prepared, answer: Prepared) -> tuple[float, ...]:
    """Shares in [0, 1], in the order of ``NAMES``."""
    found: list[float] = []
    for wanted, given in zip(statement.grams, answer.grams, strict=True):
        common = shared(wanted, given)
        found += [common / max(1, wanted.total()), common / max(1, given.total())]
    found += [cosine(statement.grams[1], answer.grams[1]), cosine(statement.grams[2], answer.grams[2])]
    wanted_rare, given_rare, asked = rare(statement), rare(answer), question.words
    common_words = shared(statement.words, answer.words)
    common_rare = shared(wanted_rare, given_rare)
    found += [
        common_words / max(1, statement.words.total()),
        common_words / max(1, answer.words.total()),
        common_rare / max(1e-9, sum(wanted_rare.values())),
        common_rare / max(1e-9, sum(given_rare.values())),
        cosine(wanted_rare, given_rare),
    ]
    new = {w: v for w, v in wanted_rare.items() if w not in asked}
    given_new = {w: v for w, v in given_rare.items() if w not in asked}
    new_grams = statement.grams[2] - question.grams[2]
    found += [
        shared(new, given_rare) / sum(new.values()) if new else 1.0,
        shared(new, given_new) / sum(given_new.values()) if given_new else 0.0,
        sum(given_new.values()) / max(1e-9, sum(given_rare.values())),
        shared(asked, answer.words) / max(1, asked.total()),
        shared(asked, statement.words) / max(1, statement.words.total()),
        shared(new_grams, answer.grams[2]) / new_grams.total() if new_grams else 1.0,
        *runs(statement, answer),
    ]
    return tuple(found)


def rare(text: Prepared) -> dict[str, float]:
    """Content words, each with its rarity (counted once: repeating a word says nothing more)."""
    return {token.text: weight(token) for token in text.content}


def shared(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """The sum over common keys of the smaller value."""
    if len(second) < len(first):
        first, second = second, first
    return sum(min(value, second[key]) for key, value in first.items() if key in second)


def cosine(first: Mapping[str, float] | Counter[str], second: Mapping[str, float] | Counter[str]) -> float:
    """Cosine of two sparse vectors, 0 where one is empty."""
    if not first or not second:
        return 0.0
    small, large = (first, second) if len(first) <= len(second) else (second, first)
    dot = sum(value * large[key] for key, value in small.items() if key in large)
    norms = math.sqrt(sum(v * v for v in first.values()) * sum(v * v for v in second.values()))
    return dot / norms


def runs(statement: Prepared, answer: Prepared) -> tuple[float, float]:
    """Longest common run, and longest common subsequence, of tokens ÷ the statement's tokens."""
    wanted = [token.text for token in statement.tokens][:150]
    if not wanted:
        return 0.0, 0.0
    run, order = _longest(wanted, [token.text for token in answer.tokens][:250])
    return run / len(wanted), order / len(wanted)


def _longest(first: list[str], second: list[str]) -> tuple[int, int]:
    """Longest common run and subsequence; the latter by Hunt and Szymanski's method (1977)."""
    places: dict[str, list[int]] = {}
    for position, word in enumerate(second):
        places.setdefault(word, []).append(position)
    best_run = 0
    before: dict[int, int] = {}
    tails: list[int] = []
    for word in first:
        found = places.get(word, ())
        here: dict[int, int] = {}
        for position in found:
            here[position] = before.get(position - 1, 0) + 1
            best_run = max(best_run, here[position])
        before = here
        for position in reversed(found):
            _place(tails, position)
    return best_run, len(tails)


def _place(tails: list[int], position: int) -> None:
    low, high = 0, len(tails)
    while low < high:
        middle = (low + high) // 2
        if tails[middle] < position:
            low = middle + 1
        else:
            high = middle
    if low == len(tails):
        tails.append(position)
    else:
        tails[low] = position
