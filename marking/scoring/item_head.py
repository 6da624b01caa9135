"""Learning from the teacher: from a few marks of an item on, a head on frozen features scores its answers.

Nothing is kept of a head but the marks it came from: it is fitted again whenever it is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.marks import Award
from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.scoring.item_heads.answers import AnswerReader, Seen
from marking.scoring.item_heads.lesson import Lesson
from marking.scoring.item_heads.spread import full_steps_of, odds_by_criterion, steps_by_criterion, total_odds
from marking.scoring.item_heads.text_blocks import Embed
from marking.scoring.item_heads.wording import WORDS_FROM, Likeness, award_from, telling_spans
from marking.scoring.protocol import Scorer
from marking.scoring.spans import Span

__all__ = ["LEAST_MARKS", "Embed", "ItemHead"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: From so many marks on a head takes part.
LEAST_MARKS = 5
#: At most so many marks teach, the newest: fitting takes the cube of their number.
MOST_MARKS = 2000
#: At most so many unmarked answers shape the features, drawn evenly; all of them are scored.
MOST_UNMARKED = 4000
#: Answers looked at together, so that memory does not grow with their number.
_TOGETHER = 1000


@dataclass(frozen=True)
class ItemHead:
    """Scores answers of one item as its teacher does; made by ``fit``. A ``Scorer``.

    ``k``: marks learned from; ``lesson``: eight hexadecimal digits of what they say, since two heads of
    other marks are two scorers with two scales of confidence; ``marked_steps`` and ``left_out_steps`` (k,):
    what the teacher gave, and what the head would have given without that mark, blank answers left out.
    """

    question: Question
    rubric: Rubric
    base: Scorer
    k: int = 0
    lesson: str = ""
    marked_steps: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    left_out_steps: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _reader: AnswerReader | None = None
    _lessons: tuple[Lesson, ...] = ()

    @property
    def name(self) -> str:
        """Name and version, how many marks of what content taught it, and on which scorer it builds."""
        return f"item-head-1 k={self.k} {self.lesson} on {self.base.name}"

    @property
    def takes_part(self) -> bool:
        """Whether there were marks enough; else the base scorer speaks."""
        return self._reader is not None

    @classmethod
    def fit(
        cls,
        question: Question,
        rubric: Rubric,
        marked: Sequence[MarkedResponse],
        base: Scorer,
        embed: Embed | None,
        unmarked: Sequence[Response] = (),
    ) -> Self:
        """Learn from a teacher's marks of one item.

        Where enough marks tell the steps of every criterion, each criterion is learned; else the total.
        Below ``LEAST_MARKS`` answers with words the head says what ``base`` says.

        Args:
            question: what was asked.
            rubric: how answers earn steps.
            marked: answers with a person's steps, oldest first; the newest ``MOST_MARKS`` teach.
            base: what scores without marks; its word is a feature, and where the head starts from.
            embed: a sentence encoder; ``None`` where none is at hand.
            unmarked: further answers to the item: their words, not their worth, shape the features; of more
                than ``MOST_UNMARKED`` evenly drawn ones.

        Raises:
            BadInput: a mark exceeds full steps, or names a criterion that the rubric lacks.
        """
        _check(rubric, marked)
        told = _learnable(rubric, [one for one in marked if one.response.text.strip()])[-MOST_MARKS:]
        if len(told) < LEAST_MARKS:
            return cls(question, rubric, base, len(told), _digest(told))
        others = _drawn([response for response in unmarked if response.text.strip()])
        texts = [*(one.response for one in told), *others]
        reader = AnswerReader(question, rubric, base, embed, texts)
        lessons = _lessons(rubric, told, reader.pool)
        left_out = np.sum([lesson.left_out_steps for lesson in lessons], axis=0)
        steps = np.array([one.steps for one in told])
        return cls(question, rubric, base, len(told), _digest(told), steps, left_out, reader, lessons)

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """As every scorer, for the question that it was fitted on; blank answers are the base scorer's."""
        if self._reader is None:
            return self.base.score_all(question, rubric, responses)
        written = [place for place, response in enumerate(responses) if response.text.strip()]
        blank = [place for place, response in enumerate(responses) if not response.text.strip()]
        awards: dict[int, tuple[Award, ...]] = {}
        for places in _batches(written):
            answers = [responses[place] for place in places]
            awards.update(zip(places, self._awards(self._reader, answers), strict=True))
        if blank:
            said = self.base.score_all(question, rubric, [responses[place] for place in blank])
            awards.update(zip(blank, said, strict=True))
        return tuple(awards[place] for place in range(len(responses)))

    def _awards(self, reader: AnswerReader, responses: Sequence[Response]) -> list[tuple[Award, ...]]:
        seen = reader.look(responses)
        odds, steps = self._odds_and_steps(seen)
        told = [self._told_by(reader, lesson, seen, responses) for lesson in self._lessons]
        scored = []
        for place, response in enumerate(responses):
            awards = []
            for award, base in enumerate(seen.awards[place]):
                likeness, spans = told[min(award, len(told) - 1)][place]
                given = (odds[award][place], int(steps[award][place]))
                awards.append(award_from(self, response, base, given, likeness, spans))
            scored.append(tuple(awards))
        return scored

    def _odds_and_steps(self, seen: Seen) -> tuple[list[Floats], list[Ints]]:
        """By award (N, full + 1) odds and (N,) steps."""
        parts = [seen.base_odds(place, full) for place, full in enumerate(full_steps_of(self.rubric))]
        if len(self._lessons) == len(parts):
            odds = [one.odds(seen.blocks, own) for one, own in zip(self._lessons, parts, strict=True)]
            return odds, [one.choose(own) for one, own in zip(self._lessons, odds, strict=True)]
        return self._spread(parts, self._lessons[0].odds(seen.blocks, total_odds(parts)))

    def _spread(self, parts: Sequence[Floats], total: Floats) -> tuple[list[Floats], list[Ints]]:
        """The item's odds and steps told out to the criteria, answer by answer."""
        sums = self._lessons[0].choose(total)
        odds = [np.zeros_like(own) for own in parts]
        steps = [np.zeros(len(sums), dtype=np.int64) for _ in parts]
        for place in range(len(sums)):
            own = odds_by_criterion([part[place] for part in parts], total[place])
            chosen = steps_by_criterion(own, int(sums[place]))
            for award in range(len(parts)):
                odds[award][place], steps[award][place] = own[award], chosen[award]
        return odds, steps

    def _told_by(
        self, reader: AnswerReader, lesson: Lesson, seen: Seen, responses: Sequence[Response]
    ) -> list[tuple[Likeness, tuple[Span, ...]]]:
        """For each answer the marked answers nearest to it and the words that speak for points."""
        near = lesson.near(seen.blocks)
        names = reader.texts.word_list if self.k >= WORDS_FROM else []
        worth = lesson.word_weights if names else np.zeros(0)
        found = []
        for place, response in enumerate(responses):
            spans: tuple[Span, ...] = ()
            if names:
                row = seen.blocks["words"][place]
                spans = telling_spans(
                    response, self.question.language, row.indices, row.data * worth[row.indices], names
                )
            found.append((Likeness.of(near[place], lesson.steps), spans))
        return found


def _batches(places: Sequence[int]) -> Iterator[Sequence[int]]:
    return (places[first : first + _TOGETHER] for first in range(0, len(places), _TOGETHER))


def _drawn(responses: Sequence[Response]) -> list[Response]:
    """At most ``MOST_UNMARKED``, evenly spaced: always the same ones."""
    count = len(responses)
    which = np.unique(np.linspace(0, count - 1, min(count, MOST_UNMARKED)).astype(int)) if count else ()
    return [responses[place] for place in which]


def _digest(told: Sequence[MarkedResponse]) -> str:
    """Of the answers and what each was given, in whatever order."""
    said = sorted(f"{one.response.text}\0{one.steps}\0{sorted(one.by_criterion)}" for one in told)
    return hashlib.sha256("\1".join(said).encode()).hexdigest()[:8]


def _check(rubric: Rubric, marked: Sequence[MarkedResponse]) -> None:
    full = (
        dict(zip((c.id for c in rubric.criteria), full_steps_of(rubric), strict=True))
        if rubric.criteria
        else {}
    )
    for number, one in enumerate(marked, start=1):
        if one.steps > rubric.full_steps:
            raise BadInput(
                f"Marked answer {number} has {one.steps} steps of {rubric.full_steps}.", "Check its marks."
            )
        for criterion, steps in one.by_criterion:
            if steps > full.get(criterion, -1):
                raise BadInput(
                    f"Marked answer {number} has {steps} steps for criterion {criterion!r}, which gives "
                    f"{full.get(criterion, 0)}.",
                    "Check its marks against the rubric's criteria.",
                )


def _learnable(rubric: Rubric, marked: Sequence[MarkedResponse]) -> list[MarkedResponse]:
    """Those that tell every criterion, where they are enough; else all."""
    wanted = {criterion.id for criterion in rubric.criteria}
    by_criterion = [one for one in marked if wanted == {criterion for criterion, _ in one.by_criterion}]
    return by_criterion if wanted and len(by_criterion) >= LEAST_MARKS else list(marked)


def _lessons(rubric: Rubric, told: Sequence[MarkedResponse], pool: Seen) -> tuple[Lesson, ...]:
    """One a criterion where every mark tells them, else one of the total."""
    fulls = full_steps_of(rubric)
    parts = [pool.base_odds(place, full) for place, full in enumerate(fulls)]
    ids = [criterion.id for criterion in rubric.criteria]
    if len(ids) > 1 and all({c for c, _ in one.by_criterion} == set(ids) for one in told):
        given = [dict(one.by_criterion) for one in told]
        return tuple(
            Lesson(pool, np.array([one[criterion] for one in given]), full, own)
            for criterion, full, own in zip(ids, fulls, parts, strict=True)
        )
    most = sum(fulls)
    return (Lesson(pool, np.array([min(one.steps, most) for one in told]), most, total_odds(parts)),)
