"""Answers to one item gathered so that no group mixes answers on which a mark may differ.

Answers fall into cells first: the same numbers with their units, the same negations, the same directions and
the same key words. Only within a cell are answers joined by likeness (complete linkage: each member is like
every other), so groups are homogeneous by construction, whatever the embedding says. Where people have
marked some of the item's answers already, ``marking.groups.learnt`` joins further what those marks allow.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.groups.keywords import KeyWord, Spotter, key_words_of, rarity
from marking.groups.learnt import LEAST_MARKED, Joined, join_by_marks, label_of
from marking.groups.likeness import Embed, embedded_rows, gram_rows
from marking.groups.opinions import opinions_of, tells
from marking.groups.records import Group, GroupKind
from marking.groups.traits import Traits, direction_words, traits_of
from marking.groups.words import why_alike, why_learnt, why_plain
from marking.normalise import comparable
from marking.reading_odds import is_unread
from marking.scoring.protocol import Scorer

#: Members of a group are at least this like each other: with an embedding (mean of its cosine and that of the
#: n-grams), and by n-grams alone. Groups without any mark are 99.5 % pure at 0.74 and 99.7 % at 0.8 on SciEntsBank
#: train, with 37 answers a question; with a hundred (its test questions, which were looked at) nearly twice as
#: many answers were wrong at 0.74, hence a little more.
ALIKE = 0.78
ALIKE_BY_GRAMS = 0.78

_TOKEN = re.compile(r"[a-z']+|\d+(?:\.\d+)?|[一-鿿]")
#: Words between whose sides an exchange changes what is said.
_TURNING = re.compile(r"比|大于|小于|等于|→|转化|变成|变为|而不|than|into|\bto\b|from|by", re.IGNORECASE)
#: Shared words less words shared in order, as shares of all words: above it two answers are exchanged.
_REORDERED = 0.12

__all__ = ["ALIKE", "Embed", "group_responses"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One written answer with all that grouping looks at. ``number`` counts in the sequence grouped."""

    number: int
    text: str
    plain: str  #: comparable text
    traits: Traits
    present: frozenset[int]  #: key words

    @property
    def cell(self) -> tuple[Traits, frozenset[int]]:
        """Answers of different cells never share a group that no mark has joined."""
        return self.traits, self.present


def group_responses(
    question: Question,
    rubric: Rubric,
    responses: Sequence[Response],
    embed: Embed | None,
    marked: Sequence[MarkedResponse] = (),
    scorer: Scorer | None = None,
) -> tuple[Group, ...]:
    """All responses in groups, each in exactly one; the largest first, single ones in a helpful order.

    Args:
        question: what was asked; its own words are no key words.
        rubric: whose words are the key words.
        responses: those that wait for a mark.
        embed: texts to unit rows (N, D); without one, shared n-grams alone tell what is alike.
        marked: answers to the same item that people have marked: they show which differences matter.
        scorer: knows no marks of the item; its opinions help to tell which answers earn the same.
    """
    blank, unread, written = _sorted_out(responses)
    words = key_words_of(question, rubric)
    answers = [_answer(n, responses[n].text, words) for n in written]
    known = _once([_answer(n, one.response.text, words) for n, one in enumerate(marked)], marked)
    rows = _rows([one.text for one in (*answers, *known)], embed)
    own, others = rows[: len(answers)], rows[len(answers) :]
    language = question.language
    marks = [marked[one.number] for one in known]
    opinions = None
    if scorer is not None and len(marks) >= LEAST_MARKED and tells(rubric, [label_of(one) for one in marks]):
        asked = [*(one.response for one in marks), *(responses[one.number] for one in answers)]
        opinions = opinions_of(scorer, question, rubric, asked)
    joined, doubt, likeliest = join_by_marks(answers, own, known, others, marks, words, opinions)
    taken = {n for group in joined for n in group.members}
    left = [n for n in range(len(answers)) if n not in taken]
    least = ALIKE if embed is not None else ALIKE_BY_GRAMS
    rare = rarity([one.present for one in answers], words)
    groups = [_plain(GroupKind.BLANK, blank, language)]
    groups += [_plain(GroupKind.UNREAD, [n], language) for n in unread]  # nobody knows what they say
    groups += [_learnt(group, answers, own, words, rare, language) for group in joined]
    groups += [
        _alike(members, answers, own, words, rare, language)
        for members in _cells(left, answers, likeliest, own, least)
    ]
    made = sorted((group for group in groups if group is not None), key=_order)
    doubts = {one.number: float(doubt[n]) for n, one in enumerate(answers)}
    return (
        *(group for group in made if group.size > 1),
        *_alternately([g for g in made if g.size == 1], doubts),
    )


def _order(group: Group) -> tuple[int, int]:
    return -group.size, min(group.members)


def _alternately(singles: Sequence[Group], doubts: Mapping[int, float]) -> list[Group]:
    """Answers that stand alone: in turn the most doubtful one and the next as it came.

    The marks of doubtful ones say most about the others; those as they came keep the sample fair.
    """
    plain = list(singles)
    doubtful = sorted(singles, key=lambda group: (-doubts.get(group.members[0], 0.0), group.members[0]))
    ordered: dict[int, Group] = {}
    for by_doubt, as_came in zip(doubtful, plain, strict=True):
        ordered.setdefault(by_doubt.members[0], by_doubt)
        ordered.setdefault(as_came.members[0], as_came)
    return list(ordered.values())


def _sorted_out(responses: Sequence[Response]) -> tuple[list[int], list[int], list[int]]:
    """Numbers of the blank, the unread and the written responses."""
    blank, unread, written = [], [], []
    for n, response in enumerate(responses):
        if any(is_unread(reading) for reading in response.readings):
            unread.append(n)
        elif comparable(response.text):
            written.append(n)
        else:
            blank.append(n)
    return blank, unread, written


def _answer(number: int, text: str, words: tuple[KeyWord, ...]) -> Answer:
    return Answer(number, text, *_looked_at(text, words))


@lru_cache(maxsize=8192)
def _looked_at(text: str, words: tuple[KeyWord, ...]) -> tuple[str, Traits, frozenset[int]]:
    """An answer is asked for again whenever groups are made again."""
    return comparable(text), traits_of(text), _spotter(words).present(text)


@lru_cache(maxsize=8)
def _spotter(words: tuple[KeyWord, ...]) -> Spotter:
    return Spotter(words)


def _once(known: Sequence[Answer], marked: Sequence[MarkedResponse]) -> list[Answer]:
    """Of marked answers with the same words and the same mark one: forty copies show no more than one."""
    first = {(one.plain, label_of(marked[one.number])): one for one in reversed(known) if one.plain}
    return sorted(first.values(), key=lambda one: one.number)


def _rows(texts: Sequence[str], embed: Embed | None) -> NDArray[np.float32]:
    """Unit rows whose products are likenesses in [-1, 1]: embedding and n-grams in equal parts."""
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    grams = gram_rows(texts)
    embedded = embedded_rows(texts, embed)
    if embedded is None:
        return grams
    return np.hstack([embedded, grams]) / np.float32(np.sqrt(2))


def _cells(
    left: Sequence[int],
    answers: Sequence[Answer],
    likeliest: NDArray[np.int64],
    rows: NDArray[np.float32],
    least: float,
) -> list[tuple[int, ...]]:
    """The answers left, cell by cell, joined where each is like every other.

    Answers that likely earn different marks, by what was marked so far, are not joined either.
    """
    cells: defaultdict[tuple[Traits, frozenset[int], int], list[int]] = defaultdict(list)
    for n in left:
        cells[(*answers[n].cell, int(likeliest[n]))].append(n)
    return [members for cell in cells.values() for members in _linked(cell, answers, rows, least)]


def _linked(
    cell: Sequence[int], answers: Sequence[Answer], rows: NDArray[np.float32], needed: float
) -> list[tuple[int, ...]]:
    """Complete linkage, greedily: the commonest wording first, each answer to the likest group it fits."""
    texts: defaultdict[str, list[int]] = defaultdict(list)
    for n in cell:
        texts[answers[n].plain].append(n)
    linked: list[list[int]] = []
    for same in sorted(texts.values(), key=lambda same: (-len(same), len(answers[same[0]].plain), same[0])):
        likest, least = -1, needed
        for at, group in enumerate(linked):
            likeness = float((rows[group] @ rows[same[0]]).min())
            if likeness >= least and not any(are_exchanged(answers[same[0]], answers[n]) for n in group):
                likest, least = at, likeness
        if likest < 0:
            linked.append(list(same))
        else:
            linked[likest] += same
    return [tuple(group) for group in linked]


def are_exchanged(one: Answer, other: Answer) -> bool:
    """Whether two answers use nearly the same words in another order, where order can turn the sense.

    "甲比乙大" and "乙比甲大", "温度不变，压强改变" and "温度改变，压强不变": what is denied, compared or changed is bound to
    what stands beside it. Reordering without such a word is harmless.
    """
    if one.plain == other.plain or not (
        _TURNING.search(one.text) or one.traits.negations or one.traits.directions
    ):
        return False
    first, second = (_TOKEN.findall(answer.text.lower()) for answer in (one, other))
    total = max(1, len(first) + len(second))
    shared = 2 * sum((Counter(first) & Counter(second)).values()) / total
    in_order = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return shared - in_order > _REORDERED


def medoid_first(members: Sequence[int], rows: NDArray[np.float32]) -> tuple[int, ...]:
    """The members, the one most like all others first, the others by likeness to it."""
    chosen = np.asarray(sorted(members))
    likeness = rows[chosen] @ rows[chosen].T
    middle = int(np.argmax(likeness.sum(axis=1).round(5)))
    order = sorted(
        range(len(chosen)), key=lambda at: (at != middle, -round(float(likeness[middle, at]), 5), at)
    )
    return tuple(int(chosen[at]) for at in order)


def _plain(kind: GroupKind, members: Sequence[int], language: str) -> Group | None:
    if not members:
        return None
    return Group(kind=kind, members=tuple(members), why=why_plain(kind, len(members), language))


def _alike(
    members: tuple[int, ...],
    answers: Sequence[Answer],
    rows: NDArray[np.float32],
    words: Sequence[KeyWord],
    rare: dict[int, float],
    language: str,
) -> Group:
    ordered = medoid_first(members, rows)
    first = answers[ordered[0]]
    same = len({answers[n].plain for n in ordered}) == 1
    kind = GroupKind.ALONE if len(ordered) == 1 else GroupKind.SAME if same else GroupKind.ALIKE
    shared = _named(first.present, words, rare)
    traits = first.traits
    return Group(
        kind=kind,
        members=tuple(answers[n].number for n in ordered),
        words=shared,
        numbers=traits.numbers,
        negations=traits.negations,
        directions=direction_words(first.text),
        why=why_alike(kind, shared, traits, direction_words(first.text), language),
    )


def _learnt(
    joined: Joined,
    answers: Sequence[Answer],
    rows: NDArray[np.float32],
    words: Sequence[KeyWord],
    rare: dict[int, float],
    language: str,
) -> Group:
    ordered = medoid_first(joined.members, rows)
    members = [answers[n] for n in ordered]
    shared = _named(frozenset.intersection(*(one.present for one in members)), words, rare)
    first = members[0].traits
    return Group(
        kind=GroupKind.LEARNT,
        members=tuple(one.number for one in members),
        words=shared,
        numbers=tuple(number for number in first.numbers if all(number in m.traits.numbers for m in members)),
        negations=min(one.traits.negations for one in members),
        directions=tuple(
            word
            for word in direction_words(members[0].text)
            if all(word in direction_words(m.text) for m in members)
        ),
        bridged=joined.bridged,
        likely=joined.label,
        why=why_learnt(joined.evidence, joined.bridged, language),
    )


def _named(present: frozenset[int], words: Sequence[KeyWord], rare: dict[int, float]) -> tuple[str, ...]:
    """The names of key words, the rarest first."""
    known = sorted((n for n in present if n in rare), key=lambda n: (-rare[n], n))
    return tuple(words[n].name for n in known)
