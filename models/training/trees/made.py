"""Answers made from marked ones: other answers as references, other questions, denied, renumbered, misread.

They teach what the sets hardly show: that an answer to another question addresses nothing, that 不 or
another number turns a right answer into a contradiction, and that a misread character does not. What a
recogniser takes for one another is drawn from ``_MISREAD``, pairs that its own alternatives confuse.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from marking.scoring.features.lexicon import CHINESE_OPPOSITES, OPPOSITES
from marking.scoring.features.stems import stem
from marking.scoring.features.texts import prepared
from models.training.trees.samples import Sample, by_group

_SEED = 7
_CREDITED_FROM = 0.95
#: The made pairs of a question weigh at most this share of its own answers.
MADE_SHARE = 0.15
#: At most so many made pairs of one kind a question.
_MOST_EACH = 5
_SWAPPED, _OTHERS = 0.25, 0.35
_OPPOSED, _MISREAD_WEIGHT, _COPY = 0.3, 0.25, 0.5

#: In a text of so few clauses one wrong word turns the whole.
_FEW_CLAUSES = 2

_NUMBER = re.compile(r"\d+")
#: Longest first, so that a word is found before its parts.
_OPPOSED_ZH = re.compile(
    "|".join(sorted((w for w in CHINESE_OPPOSITES if len(w) > 1), key=len, reverse=True))
)
_WORD = re.compile(r"[A-Za-z]+")
_COPULA = re.compile(r"\b(is|are|was|were|can|will|does|do|has|have)\b")
_AFFIRMED = re.compile("(?<![不没无未])(是|会|能|可以|有|需要)")
_MISREAD = (
    ("己", "已"), ("未", "末"), ("土", "士"), ("日", "曰"), ("入", "人"), ("大", "太"), ("小", "少"), ("间", "问"),
    ("表", "麦"), ("点", "占"), ("结", "给"), ("链", "键"), ("栈", "线"), ("序", "库"), ("的", "白"), ("元", "无"),
    ("素", "紊"), ("前", "削"), ("后", "右"), ("物", "勿"), ("流", "疏"), ("运", "远"), ("输", "榆"), ("时", "对"),
    ("l", "1"), ("O", "0"), ("rn", "m"), ("e", "c"), ("a", "o"), ("u", "v"), ("h", "n"), ("g", "q"), ("i", "l"),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """An answer beside a statement, with the verdict (0 to 3), the share and the weight to train with."""

    question: str
    statement: str
    answer: str
    language: str
    group: tuple[str, str]
    verdict: int
    share: float
    weight: float


def made_pairs(samples: Sequence[Sample]) -> list[Pair]:
    """All made pairs, the same each time; a pair belongs to the group of the answer's question."""
    rng = random.Random(_SEED)  # noqa: S311 -- a repeatable choice, no secret
    groups = by_group(samples)
    keys = sorted(groups)
    pairs: list[Pair] = []
    for number, key in enumerate(keys):
        members = [samples[i] for i in groups[key]]
        other = keys[(number + 1 + rng.randrange(max(1, len(keys) - 1))) % len(keys)]
        foreign = [samples[i] for i in groups[other]] if other[0] == key[0] and other != key else []
        made = list(_of_question(members, foreign, rng))
        scale = min(1.0, MADE_SHARE * len(members) / sum(pair.weight for pair in made))
        pairs += [replace(pair, weight=scale * pair.weight) for pair in made]
    return pairs


def _of_question(members: list[Sample], foreign: list[Sample], rng: random.Random) -> Iterator[Pair]:
    right = [m for m in members if _is_right(m) and m.answer.strip()]
    first = members[0]
    for sample in rng.sample(right, min(_MOST_EACH, len(right))):
        yield from _spoilt(sample, rng)
    yield from _beside_others(members, right, rng)
    for sample in rng.sample(foreign, min(_MOST_EACH, len(foreign))):
        statement = rng.choice(first.references)
        yield _pair(first, statement, sample.answer, 3, 0.0, _SWAPPED)
    yield _pair(first, first.references[0], first.question, 3, 0.0, _COPY)
    for reference in first.references:
        yield _pair(first, reference, reference, 0, 1.0, _COPY)


def _beside_others(members: list[Sample], right: list[Sample], rng: random.Random) -> Iterator[Pair]:
    """Answers beside another right answer in place of the reference."""
    if len(right) < 2:
        return
    for sample in rng.sample(members, min(2 * _MOST_EACH, len(members))):
        beside = rng.choice(right)
        if beside is sample or len(beside.answer) < 8:
            continue
        if sample.share is None:
            verdict, share = {"correct": (0, 1.0), "contradictory": (2, 0.0)}.get(sample.label, (-1, 0.0))
        else:
            share = sample.share
            verdict = 0 if share >= _CREDITED_FROM else 3 if share <= 0.05 else 1
        yield _pair(sample, beside.answer, sample.answer, verdict, share, _OTHERS)


def _spoilt(sample: Sample, rng: random.Random) -> Iterator[Pair]:
    """The answer and the reference with one word or number turned, and the answer misread."""
    reference = sample.references[0]
    for text, turned in (
        (sample.answer, opposite(sample.answer, sample.language, rng)),
        (reference, opposite(reference, sample.language, rng)),
        (reference, other_number(reference, rng)),
    ):
        clauses = max(1, len(prepared(text).clauses))
        if turned and clauses <= _FEW_CLAUSES:
            yield _pair(sample, reference, turned, 2, 0.0, _OPPOSED)
        elif turned:  # one wrong word spoils one point of many
            yield _pair(sample, reference, turned, 1, 1.0 - 1.0 / clauses, _OPPOSED)
    yield _pair(sample, reference, misread(sample.answer, rng), 0, 1.0, _MISREAD_WEIGHT)


def opposite(text: str, language: str, rng: random.Random) -> str:
    """The text with one word turned into its opposite or denied; "" where there is none to turn."""
    if language == "zh":
        places = list(_OPPOSED_ZH.finditer(text))
        if places:
            place = rng.choice(places)
            return (
                text[: place.start()] + rng.choice(sorted(CHINESE_OPPOSITES[place[0]])) + text[place.end() :]
            )
        affirmed = list(_AFFIRMED.finditer(text))
        if not affirmed:
            return ""
        place = rng.choice(affirmed)
        return text[: place.start()] + ("没" if place[0] == "有" else "不") + text[place.start() :]
    words = [m for m in _WORD.finditer(text) if stem(m[0].lower()) in OPPOSITES]
    if words and rng.random() < 0.6:
        place = rng.choice(words)
        other = rng.choice(sorted(OPPOSITES[stem(place[0].lower())]))
        return text[: place.start()] + other + text[place.end() :]
    verbs = list(_COPULA.finditer(text))
    if not verbs:
        return ""
    place = rng.choice(verbs)
    return text[: place.end()] + " not" + text[place.end() :]


def other_number(text: str, rng: random.Random) -> str:
    """The text with one of its numbers changed; "" where it has none."""
    places = [m for m in _NUMBER.finditer(text) if len(m[0]) > 1 or m.start() > 3]
    if not places:
        return ""
    place = rng.choice(places)
    changed = int(place[0][:9]) + rng.choice((1, 2, 3, 7, 10))
    return text[: place.start()] + str(changed) + text[place.end() :]


def misread(text: str, rng: random.Random, share: float = 0.06) -> str:
    """The text as a recogniser may read it: about ``share`` of its characters changed or lost."""
    said = text
    for written, read in _MISREAD:
        if written in said and rng.random() < 0.5:
            said = said.replace(written, read, 1)
    return "".join(c for c in said if rng.random() > share / 3)


def _is_right(sample: Sample) -> bool:
    return sample.label == "correct" or (sample.share is not None and sample.share >= _CREDITED_FROM)


def _pair(sample: Sample, statement: str, answer: str, verdict: int, share: float, weight: float) -> Pair:
    group = (sample.source, sample.group)
    return Pair(sample.question, statement, answer, sample.language, group, verdict, share, weight)
