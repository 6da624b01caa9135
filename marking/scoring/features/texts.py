"""A text taken apart once: folded characters, tokens with offsets, n-grams, numbers, clauses, parts.

A token is an English word (as its stem), a number, a sign, or two neighbouring Chinese characters (one
where a run has a single one): pairs need no segmenter and catch most Chinese words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from marking.normalise import halfwidth, simplified
from marking.scoring.features.lexicon import (
    CHINESE_DENIAL,
    CHINESE_OPPOSITES,
    CHINESE_SYNONYMS,
    FUNCTION_CHARACTERS,
    FUNCTION_WORDS,
    HARMLESS_DENIAL,
    NEGATORS,
    PARTICLE,
)
from marking.scoring.features.stems import stem

#: Longer texts are cut: costs stay bounded, and no short answer is longer.
MAX_CHARACTERS = 3000
#: Lengths of the character n-grams that are compared.
GRAMS = (1, 2, 3, 4, 5)
#: So many words after a negator (within the clause) are denied by it.
DENIED_WORDS = 4
#: So many characters after a Chinese denial.
DENIED_CHARACTERS = 6

_TOKEN = re.compile(r"[a-zà-ÿ]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[\u3400-\u9fff]+|[=<>≤≥≠+×/^%°-]")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[.,;:!?\n()]+")
_PART_BREAK = re.compile(
    r"\n+|[;!?]+|\.(?!\d)\s*|(?:^|(?<=[\s,;:]))(?:\(?\d{1,2}[.)]|[①-⑳]|[-*•])\s*|(?<=\D)\(\d{1,2}\)"
)
_LIST_BREAK = re.compile(r"[,\u3001]|\band\b|以及|和")
_WANTED_PART = 2


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is a stem, a number, a sign or Chinese characters; ``start:end`` lie in the original text."""

    text: str
    start: int
    end: int
    at: int  #: offset in the folded text
    kind: str  #: "word", "number", "sign", "hanzi"
    content: bool
    denied: bool


class Prepared:
    """One text with all that comparisons need, each worked out at its first use and kept."""

    def __init__(self, text: str) -> None:
        self.text = text[:MAX_CHARACTERS]
        self.folded, self.offsets = _folded(self.text)

    @cached_property
    def bare(self) -> str:
        """Letters, digits and Chinese characters alone, without particles."""
        kept = PARTICLE.sub("", self.folded)
        return "".join(c for c in kept if c.isalnum() or c in "+-=<>%^/≤≥≠")

    @cached_property
    def grams(self) -> tuple[Counter[str], ...]:
        """Character n-grams of the lengths ``GRAMS``; English words keep one space between them."""
        joined = (
            " ".join(t.text for t in self.tokens if t.kind != "hanzi") if not self.has_hanzi else self.bare
        )
        return tuple(Counter(joined[i : i + n] for i in range(len(joined) - n + 1)) for n in GRAMS)

    @cached_property
    def has_hanzi(self) -> bool:
        return _HANZI.search(self.folded) is not None

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(_tokens(self.folded, self.offsets))

    @cached_property
    def content(self) -> tuple[Token, ...]:
        """Tokens that carry a point; all tokens where none does."""
        return tuple(t for t in self.tokens if t.content) or self.tokens

    @cached_property
    def words(self) -> Counter[str]:
        """Content tokens, counted."""
        return Counter(t.text for t in self.content)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Token text → positions in ``tokens``."""
        found: dict[str, list[int]] = {}
        for position, token in enumerate(self.tokens):
            found.setdefault(token.text, []).append(position)
        return found

    @cached_property
    def characters(self) -> dict[str, list[int]]:
        """Chinese character that carries a point → positions of the tokens that hold it."""
        found: dict[str, list[int]] = {}
        for position, token in enumerate(self.tokens):
            if token.kind == "hanzi":
                for character in token.text:
                    if character not in FUNCTION_CHARACTERS:
                        found.setdefault(character, []).append(position)
        return found

    @cached_property
    def groups(self) -> frozenset[int]:
        """Groups of Chinese synonyms of which a member stands here."""
        if not self.has_hanzi:
            return frozenset()
        return frozenset(
            g for word, groups in CHINESE_SYNONYMS.items() if word in self.folded for g in groups
        )

    @cached_property
    def group_places(self) -> dict[int, int]:
        """Group of Chinese synonyms → position of a token with which a member of two characters begins."""
        found: dict[int, int] = {}
        if self.has_hanzi:
            for position, token in enumerate(self.tokens):
                for group in CHINESE_SYNONYMS.get(token.text, ()) if len(token.text) > 1 else ():
                    found.setdefault(group, position)
        return found

    @cached_property
    def chinese_signals(self) -> dict[str, list[int]]:
        """Words of the table of Chinese opposites (two characters or more), not denied → where they stand."""
        if not self.has_hanzi:
            return {}
        found: dict[str, list[int]] = {}
        for word in CHINESE_OPPOSITES:
            if len(word) > 1 and word in self.folded:
                places = [m.start() for m in re.finditer(re.escape(word), self.folded)]
                affirmed = [at for at in places if not CHINESE_DENIAL.match(self.folded[at - 1 : at] or ".")]
                if affirmed:
                    found[word] = affirmed
        return found

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Spans of tokens between punctuation, at least one token each."""
        return _spans(self.tokens, [m.start() for m in _CLAUSE.finditer(self.folded)])

    @cached_property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Spans of tokens of the points that the text makes: numbered, sentences, lines, or a list."""
        parts = _spans(self.tokens, [m.start() for m in _PART_BREAK.finditer(self.folded)])
        if len(parts) < _WANTED_PART:
            parts = _spans(self.tokens, [m.start() for m in _LIST_BREAK.finditer(self.folded)])
        return parts

    @cached_property
    def denials(self) -> int:
        """How many denials the text holds."""
        words = sum(t.text in _NEGATOR_STEMS for t in self.tokens if t.kind == "word")
        return words + len(CHINESE_DENIAL.findall(HARMLESS_DENIAL.sub("", self.folded)))


_NEGATOR_STEMS = frozenset(stem(word) for word in NEGATORS)


@lru_cache(maxsize=4096)
def prepared(text: str) -> Prepared:
    """The text taken apart; the last few thousand texts are kept."""
    return Prepared(text)


def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Lower case, half width, simplified, and for each character its offset in ``text``."""
    if text.isascii():
        return text.lower(), tuple(range(len(text)))
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for part in _fold(character):
            characters.append(part)
            offsets.append(offset)
    return "".join(characters), tuple(offsets)


@lru_cache(maxsize=16384)
def _fold(character: str) -> str:
    if character == "\u3001":
        return character  # 、 breaks lists where a comma need not
    folded = simplified(halfwidth(character)).lower()
    return folded if unicodedata.category(character)[0] != "C" or character == "\n" else " "


def _tokens(folded: str, offsets: tuple[int, ...]) -> list[Token]:
    found: list[Token] = []
    since_denial, denied_to = DENIED_WORDS + 1, -1
    breaks = iter([m.start() for m in _CLAUSE.finditer(folded)])
    following = next(breaks, len(folded) + 1)
    for match in _TOKEN.finditer(folded):
        word, at = match[0], match.start()
        while following < at:
            since_denial, denied_to = DENIED_WORDS + 1, -1
            following = next(breaks, len(folded) + 1)
        if word[0] >= "\u3400":
            denials = _denials(word)
            found.extend(_pairs(word, at, offsets, denials, denied_to))
            denied_to = at + denials[-1] + DENIED_CHARACTERS if denials else denied_to
            continue
        if word[0].isalpha():
            negates = word.endswith("n't") or word in NEGATORS
            base = stem(word[:-2] if word.endswith("'s") else word.replace("'", ""))
            content = base not in FUNCTION_WORDS and not negates
            kind = "word"
        else:
            negates, base = False, word
            kind = "number" if word[0].isdigit() else "sign"
            content = kind == "number"
        denied = since_denial <= DENIED_WORDS or at < denied_to
        span = (offsets[at], offsets[match.end() - 1] + 1)
        found.append(Token(base, *span, at, kind, content, denied and not negates))
        since_denial = 1 if negates else since_denial + 1
    return found


def _denials(run: str) -> list[int]:
    harmless = {i for m in HARMLESS_DENIAL.finditer(run) for i in range(m.start(), m.end())}
    return [m.start() for m in CHINESE_DENIAL.finditer(run) if m.start() not in harmless]


def _pairs(run: str, at: int, offsets: tuple[int, ...], denials: list[int], denied_to: int) -> list[Token]:
    """Neighbouring characters of a run of Chinese, two by two, over particles that say nothing (增大了压强)."""
    particles = {m.start() for m in PARTICLE.finditer(run)}
    kept = [i for i in range(len(run)) if i not in particles] or list(range(len(run)))
    size = min(2, len(kept))
    made = []
    for first in range(len(kept) - size + 1):
        i, last = kept[first], kept[first + size - 1]
        pair = run[i] if size == 1 else run[i] + run[last]
        denied = at + i < denied_to or any(0 <= i - d <= DENIED_CHARACTERS for d in denials)
        content = not all(c in FUNCTION_CHARACTERS for c in pair)
        span = (offsets[at + i], offsets[at + last] + 1)
        made.append(Token(pair, *span, at + i, "hanzi", content, denied))
    return made


def _spans(tokens: tuple[Token, ...], breaks: list[int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    start = 0
    remaining = iter([*breaks, 1 << 30])
    following = next(remaining)
    for position, token in enumerate(tokens):
        while token.at >= following:
            if position > start:
                spans.append((start, position))
                start = position
            following = next(remaining)
    if len(tokens) > start:
        spans.append((start, len(tokens)))
    return tuple(spans)
