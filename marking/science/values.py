"""Values in sets, points and lists: small expressions, equal when they agree at every sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from marking.equivalence import SHIFTS, agree_for_all_signs, sampled
from marking.expressions import Node, NotAlgebra, letters, parse_statement, tidied

#: Relative difference up to which two values are one.
CLOSE = 1e-9
#: That a teacher takes for equal what is so with positive letters alone.
FOR_POSITIVE = 0.5
FOR_POSITIVE_ALONE = "（字母都取正数时），请看题目条件"
#: What stands before an answer: "解集为", "答：", "∴ x 的取值范围是".
_LEAD = re.compile(r"^.*(?:为|是|得|答|即|所以|因此|故|∴|⇒|:(?!\d))(?=.)", re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"
MAX_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Value:
    """A number, or an expression with letters, at each sample; ``text`` as it was written."""

    text: str
    samples: tuple[complex, ...]
    node: Node

    def equals(self, other: Value) -> bool:
        """Whether the two agree at every sample; all letters are positive there."""
        return all(
            abs(a - b) <= CLOSE * max(1.0, abs(a)) for a, b in zip(self.samples, other.samples, strict=True)
        )

    def equals_for_all_signs(self, other: Value) -> bool:
        """Whether the two are equal, and stay so with negative letters: |a| and a do not."""
        return self.equals(other) and agree_for_all_signs(self.node, other.node)


@lru_cache(maxsize=4096)
def parse_value(text: str) -> Value | None:
    """The value that the text writes; ``None`` when it is no expression of the grammar."""
    try:
        statement = parse_statement(text)
        if statement.relation:
            return None
        samples = tuple(sampled(statement.left, shift) for shift in range(SHIFTS))
    except (NotAlgebra, ArithmeticError, ValueError, RecursionError):
        return None
    return Value(text, samples, statement.left)


def letters_of(value: Value) -> frozenset[str]:
    """The letters in it."""
    return letters(value.node)


def answer_text(text: str) -> str:
    """The text in the grammar's signs, without the words before the answer; at most MAX_CHARACTERS."""
    one_line = re.sub(r"\s*\n\s*", ";", text[: 2 * MAX_CHARACTERS].strip())
    for word, sign in (("or", "或"), ("and", "且")):
        one_line = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", sign, one_line)
    tidy = tidied(one_line)[:MAX_CHARACTERS]
    return _LEAD.sub("", tidy, count=1) or tidy


def split_outside(text: str, separators: re.Pattern[str]) -> list[str]:
    """The text cut at separators that stand in no bracket. Intervals may mix their brackets."""
    parts, start, depth, position = [], 0, 0, 0
    while position < len(text):
        if text[position] in _OPENING:
            depth += 1
        elif text[position] in _CLOSING:
            depth -= 1
        match = separators.match(text, position) if depth <= 0 else None
        if match is not None and match.end() > position:
            parts.append(text[start:position])
            start = position = match.end()
            continue
        position += 1
    return [*parts, text[start:]]
