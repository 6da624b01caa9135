"""From looks at a line to its text: the picture first, context where the picture is unsure.

A prefix beam search (Graves, Hannun) over the few probable characters of each step; every character that
a text is extended by multiplies it by the odds of :class:`models.language.prior.ContextPrior`, which are
limited, so that what is plainly written stays as written. Several looks at one line are decoded each; their
texts are then judged together: mean log-probability over the looks, plus context.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from core.expectations import NOTHING_EXPECTED, Expectation
from core.lattices import BLANK, Step
from models import ctc, forward
from models.ctc import FLOOR, Emissions, Span
from models.language.ngram import CharacterModel, Context, default_language
from models.language.prior import ContextPrior, prior_for
from models.variants import States

#: Context chooses among the characters of a step that the picture holds at these odds to its best, no others …
REACH = 10.0
#: … and where a key is known, among those that it can hardly tell apart.
KEY_REACH = 3.0
#: Texts followed at each step, and how far one may fall behind the best.
BEAM = 12
CUT = 1e-6
#: Texts of each further look that are judged under all looks.
KEPT_OF_EACH = 6
#: The odds at which the best text is so far ahead that a second look is not worth its time.
SURE = 0.98


@dataclass(frozen=True)
class DecodedChar:
    """One character of the best text; ``start`` and ``end`` are shares of the crop's width in [0, 1].

    ``probability`` is the highest that the picture gave it; context is no part of it.
    """

    text: str
    probability: float
    start: float
    end: float


@dataclass(frozen=True)
class Decoded:
    """What a line says. ``texts`` with natural logs of their probability among those kept, best first.

    ``probability`` is that of the best text, before any calibration.
    """

    texts: tuple[tuple[str, float], ...]
    chars: tuple[DecodedChar, ...]

    @property
    def text(self) -> str:
        return self.texts[0][0]

    @property
    def probability(self) -> float:
        return math.exp(self.texts[0][1])

    @property
    def mean_probability(self) -> float:
        """Geometric mean of the characters' probabilities, 0 for no text."""
        logs = [math.log(max(1e-6, char.probability)) for char in self.chars]
        return math.exp(sum(logs) / len(logs)) if logs else 0.0

    @property
    def is_sure(self) -> bool:
        """Whether another look is not worth its time."""
        return self.probability >= SURE


@dataclass(slots=True)
class _Beam:
    """A text so far: its mass ending in a blank and in its last character, and what context adds."""

    blank: float
    char: float
    odds: float
    context: Context


def decode(
    looks: Sequence[Emissions],
    expectation: Expectation = NOTHING_EXPECTED,
    keep: int = 8,
    model: CharacterModel | None = None,
) -> Decoded:
    """The texts of a line.

    Args:
        looks: at the same crop, the plain one first; at least one.
        expectation: what may be written there.
        keep: texts returned.
        model: of language; the catalogued one of the expected language when left out.

    Raises:
        ValueError: no look at all.
        ModelUnusable: the language model's file is missing or damaged.
    """
    if not looks:
        raise ValueError("decoding needs at least one look")
    first = ctc.best_path(looks[0])
    reading = "".join(span.char for span in first)
    prior = prior_for(model or default_language(expectation.language), reading, expectation)
    reach = KEY_REACH if expectation.accepted else REACH
    ranked = search(within_reach(looks[0].steps, reach), prior)
    if len(looks) > 1:
        ranked = _judged(looks, prior, ranked, reach)
    best = ranked[0][0]
    spans = first if best == reading else realigned(looks[0], first, best)
    return Decoded(_normalised(ranked)[:keep], _placed(spans, looks[0].width_share))


def within_reach(steps: Sequence[Step], reach: float) -> list[Step]:
    """The steps without what the picture holds for ``reach`` times less probable than their best."""
    return [tuple(cell for cell in step if cell[1] * reach >= step[0][1]) for step in steps]


def search(steps: Sequence[Step], prior: ContextPrior, beam: int = BEAM) -> list[tuple[str, float]]:
    """The best texts of one look with the natural log of picture × context, best first."""
    beams = {"": _Beam(1.0, 0.0, 1.0, ())}
    log_scale = 0.0
    for step in steps:
        if len(step) == 1 and step[0][0] == BLANK:
            for held in beams.values():
                held.blank, held.char = held.blank + held.char, 0.0
            continue
        following = _extended(beams, step, prior)
        beams, scale = _kept(following, beam)
        log_scale += math.log(scale)
    ranked = sorted(((_score(b), text) for text, b in beams.items()), reverse=True)
    return [(text, log_scale + math.log(score)) for score, text in ranked if score > 0]


def _extended(beams: dict[str, _Beam], step: Step, prior: ContextPrior) -> dict[str, _Beam]:
    """All texts one step later.

    Where a digit or sign is in reach, of which context says nothing, it makes no letter likelier either.
    """
    following: dict[str, _Beam] = {}
    most = 1.0 if any(said and not said.isalpha() for said, _ in step) else math.inf
    for text, held in beams.items():
        mass, last = held.blank + held.char, text[-1:]
        for said, probability in step:
            if said == BLANK:
                _same(following, text, held).blank += mass * probability
                continue
            fresh = mass
            if said == last:
                _same(following, text, held).char += held.char * probability
                fresh = held.blank
            if fresh > 0.0:
                longer = following.get(text + said)
                if longer is None:
                    odds, context = prior.step(held.context, said)
                    odds = held.odds * min(odds, most)
                    following[text + said] = _Beam(0.0, fresh * probability, odds, context)
                else:
                    longer.char += fresh * probability
    return following


def _same(following: dict[str, _Beam], text: str, held: _Beam) -> _Beam:
    found = following.get(text)
    if found is None:
        found = following[text] = _Beam(0.0, 0.0, held.odds, held.context)
    return found


def _score(held: _Beam) -> float:
    return (held.blank + held.char) * held.odds


def _kept(following: dict[str, _Beam], beam: int) -> tuple[dict[str, _Beam], float]:
    """The best few, their mass divided by the largest, and that divisor."""
    scored = [((held.blank + held.char) * held.odds, text) for text, held in following.items()]
    scored.sort(reverse=True)
    least = scored[0][0] * CUT
    kept = {text: following[text] for score, text in scored[:beam] if score >= least}
    scale = max(held.blank + held.char for held in kept.values()) or 1.0
    for held in kept.values():
        held.blank /= scale
        held.char /= scale
    return kept, scale


def _judged(
    looks: Sequence[Emissions], prior: ContextPrior, ranked: list[tuple[str, float]], reach: float
) -> list[tuple[str, float]]:
    """The texts of all looks under all looks."""
    texts = dict.fromkeys(text for text, _ in ranked)
    for look in looks[1:]:
        texts |= dict.fromkeys(
            text for text, _ in search(within_reach(look.steps, reach), prior)[:KEPT_OF_EACH]
        )
    said = np.mean([log_probabilities(look, tuple(texts)) for look in looks], axis=0)
    scored = [(text, float(log) + prior.log_odds(text)) for text, log in zip(texts, said, strict=True)]
    return sorted(scored, key=lambda entry: (-entry[1], entry[0]))


def log_probabilities(emissions: Emissions, texts: Sequence[str]) -> tuple[float, ...]:
    """The natural log of each text's probability (CTC forward, all texts at once).

    A character that was not kept for a step counts as :data:`models.ctc.FLOOR`;
    :data:`models.forward.NEVER` for a text with more characters than the line has steps.
    """
    columns = {BLANK: 0} | {char: 0 for step in emissions.steps for char, _ in step}
    columns = {char: at for at, char in enumerate(columns)}
    values = np.full((len(emissions.steps), len(columns)), FLOOR)
    for at, step in enumerate(emissions.steps):
        for char, probability in step:
            values[at, columns[char]] = probability
    table = forward.Table(tuple(columns), values, FLOOR)
    return tuple(float(log) for log in forward.log_probabilities(table, [_exactly(text) for text in texts]))


def _exactly(text: str) -> States:
    """A text of which no character counts for another."""
    return States(text, tuple(map(frozenset, text)), (frozenset({BLANK}),) * (len(text) + 1))


def realigned(emissions: Emissions, spans: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Where the characters of a text stand, from where those of the greedy reading do.

    What both have in common stays in its place; between, each stretch is aligned for itself.
    """
    reading = "".join(span.char for span in spans)
    found: list[Span] = []
    for tag, start, end, begin, stop in SequenceMatcher(None, reading, text, autojunk=False).get_opcodes():
        if tag == "equal":
            found += spans[start:end]
            continue
        first = spans[start - 1].last + 1 if start else 0
        last = spans[end].first if end < len(spans) else len(emissions.steps)
        part = Emissions(emissions.steps[first:last], emissions.width_share)
        own = aligned(part, text[begin:stop])
        if len(own) < stop - begin:  # no room between what is common: it has to move, too
            return aligned(emissions, text)
        found += [replace(span, first=span.first + first, last=span.last + first) for span in own]
    return tuple(found)


def aligned(emissions: Emissions, text: str) -> tuple[Span, ...]:
    """Where each character of a text stands on its best path through the steps (Viterbi)."""
    states = [BLANK, *(state for char in text for state in (char, BLANK))]
    count, steps = len(states), emissions.steps
    if not text or len(steps) < len(text):
        return ()
    skip = np.array([at >= 2 and at % 2 == 1 and states[at] != states[at - 2] for at in range(count)])
    best = np.full(count, -np.inf)
    best[0] = 0.0
    cameby = np.zeros((len(steps), count), dtype=np.int8)
    for at, step in enumerate(steps):
        known = dict(step)
        said = np.log([known.get(state, FLOOR) for state in states])
        ways = np.full((3, count), -np.inf)
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(skip[2:], best[:-2], -np.inf)
        cameby[at] = ways.argmax(axis=0)
        best = ways.max(axis=0) + said
    return _walked_back(emissions, states, cameby, count - 1 if best[-1] >= best[-2] else count - 2)


def _walked_back(
    emissions: Emissions,
    states: Sequence[str],
    cameby: np.ndarray[tuple[int, int], np.dtype[np.int8]],
    end: int,
) -> tuple[Span, ...]:
    spans: dict[int, Span] = {}
    state = end
    for at in range(len(emissions.steps) - 1, -1, -1):
        if state % 2:
            here = dict(emissions.steps[at]).get(states[state], FLOOR)
            after = spans.get(state)
            odds, last = (max(here, after.probability), after.last) if after else (here, at)
            spans[state] = Span(states[state], odds, at, last)
        state -= int(cameby[at, state])
    return tuple(spans[state] for state in sorted(spans))


def _normalised(ranked: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    top = ranked[0][1]
    total = top + math.log(sum(math.exp(score - top) for _, score in ranked))
    return tuple((text, score - total) for text, score in ranked)


def _placed(spans: Sequence[Span], share: float) -> tuple[DecodedChar, ...]:
    return tuple(
        DecodedChar(
            text=span.char,
            probability=min(1.0, span.probability),
            start=min(1.0, span.first * share),
            end=min(1.0, (span.last + 1) * share),
        )
        for span in spans
    )
