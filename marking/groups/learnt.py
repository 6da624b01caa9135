"""Groups joined further by the marks that people have given to the item already.

A head on frozen features (kernel ridge regression, whose leave-one-out scores cost nothing extra) says how
surely an answer earns what the marked ones earned; a logistic curve over the leave-one-out scores turns that
into the probability of being wrong (Platt 1999). Answers that are sure to earn the same make one group, under
a second condition that no score can override: two answers that differ in a key word, a number, a negation or
a direction are joined only if marked answers of this kind with it and without it both exist and all earned
the same. What is not shown so stays apart.

A scorer that knows no marks of the item may give its opinions: they are one more way in which answers are
alike, and how far they are to be trusted shows in the same leave-one-out scores. No answers are joined by
opinions without marks: of 823 answers to training questions of SciEntsBank that its models had not seen, the
shipped scorer was right for 70 of 100; of the twentieth that it held least creditable 95 of 100 earned nothing,
of the twentieth that it held most creditable 85 of 100 earned the point.

Where the constants come from. The weights of opinions and facets, the ridge and the limits with opinions: tried on 25
questions of SciEntsBank train whose opinions came from models that had not seen them. The limits without
opinions, ``SHOWN_BY`` and the least numbers: tried on 300 to 500 training answers each of ASAP-SAS 5 and 6; earlier
values of them, and the first limits with opinions, had been looked at on the test answers too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.scoring import MarkedResponse
from marking.groups.keywords import KeyWord
from marking.groups.likeness import centred, unit
from marking.groups.opinions import Label, Opinions
from marking.groups.traits import Traits

#: Fewer marks show nothing; a mark seen less often is not joined by, nor one that hardly any answer missed.
LEAST_MARKED = 12
LEAST_OF_LABEL = 5
LEAST_OF_OTHERS = 4
#: Before any marked answer was tried, so many misses are assumed (Jeffreys' prior and a little).
_MISSES_BEFORE = 0.7
#: So many marked answers with a difference, and without it, show that it does not matter.
SHOWN_BY = 2
#: Of those, a greater share that earned something else shows that it may matter.
_CONTRARY = 0.03
_RIDGE = 0.5
#: Weight of the facets (key words, numbers, negations, directions) beside the likeness rows.
_FACETS = 0.5
#: Weight of the opinions of a scorer that knows no marks of the item.
_OPINION = 1.0

Facet = tuple[str, str]  #: ("word" | "number" | "negation" | "direction", which)


class Limits(NamedTuple):
    """What a joined group may risk.

    ``of_group``, ``of_member``: expected share of wrong answers of a group, and of any member, at most.
    ``as_tried``: share of the marked answers, each scored without itself, that such a group would have wrong.
    """

    of_group: float
    of_member: float
    as_tried: float


ALONE = Limits(0.02, 0.06, 0.025)
#: Where a scorer's opinions take part, fewer marks are needed to trust the same order of answers.
WITH_OPINIONS = Limits(0.02, 0.06, 0.04)


class Written(Protocol):
    """What is looked at of an answer."""

    @property
    def traits(self) -> Traits: ...
    @property
    def present(self) -> frozenset[int]: ...


@dataclass(frozen=True, slots=True)
class Joined:
    """Answers that may be marked as one. ``members`` count in the answers given."""

    members: tuple[int, ...]
    label: Label
    bridged: tuple[str, ...]
    evidence: int  #: marked answers like these that earned the label


class Learnt(NamedTuple):
    """What marks say of N answers that wait.

    ``doubt`` (N,): the probability that an answer's likeliest mark is wrong, 0.5 where nothing is known;
    ``likeliest`` (N,): which mark that is, the commonest is 0; -1 where none is likelier than not.
    """

    joined: tuple[Joined, ...]
    doubt: NDArray[np.float64]
    likeliest: NDArray[np.int64]


def label_of(marked: MarkedResponse) -> Label:
    """What a person gave, by criterion where the rubric has criteria."""
    return marked.by_criterion or (("", marked.steps),)


def join_by_marks(
    answers: Sequence[Written],
    rows: NDArray[np.float32],
    known: Sequence[Written],
    known_rows: NDArray[np.float32],
    marks: Sequence[MarkedResponse],
    words: Sequence[KeyWord],
    opinions: Opinions | None = None,
) -> Learnt:
    """What the marks allow to join; nothing while there are too few. And what they say of each answer.

    Args:
        answers: those that wait, with their likeness ``rows`` (N, D).
        known: the answers marked, with ``known_rows`` (K, D) and ``marks``.
        words: the key words, by number.
        opinions: what a scorer that knows no marks of the item thinks of each.
    """
    doubt = np.full(len(answers), 0.5)
    likeliest = np.full(len(answers), -1)
    if len(known) < LEAST_MARKED or not answers:
        return Learnt((), doubt, likeliest)
    facets = [facets_of(one, words) for one in (*known, *answers)]
    kernel = _kernel(np.vstack([known_rows, rows]), facets)
    labels = [label_of(mark) for mark in marks]
    limits = ALONE if opinions is None else WITH_OPINIONS
    count = len(known)
    joined: list[Joined] = []
    taken: set[int] = set()
    ranked = sorted(Counter(labels).items(), key=lambda entry: (-entry[1], entry[0]))
    for rank, (label, often) in enumerate(ranked):
        if often < LEAST_OF_LABEL or count - often < LEAST_OF_OTHERS:
            continue
        earned = np.array([one == label for one in labels])
        wrong_known, wrong = _wrong(kernel + _believed(opinions, label, len(kernel)), earned)
        likeliest[wrong < doubt] = rank
        doubt = np.minimum(doubt, wrong)
        sure = _surest(wrong, taken, _tried(wrong_known, earned, limits), limits)
        if len(sure) < 2:
            continue
        alike = wrong_known <= max(float(wrong[sure].max()), limits.of_member)
        shown = [(facets[k], bool(earned[k])) for k in range(count) if alike[k]]
        for members, bridged in _homogeneous(sure, [facets[count + n] for n in sure], shown):
            taken.update(members)
            evidence = sum(right for _, right in shown)
            joined.append(Joined(members, label, bridged, evidence))
    return Learnt(tuple(joined), doubt, likeliest)


def facets_of(answer: Written, words: Sequence[KeyWord]) -> frozenset[Facet]:
    """All in which an answer may differ from another so that it matters."""
    traits = answer.traits
    return frozenset(
        [("word", words[n].name) for n in answer.present]
        + [("number", number) for number in traits.numbers]
        + [("direction", direction) for direction in traits.directions]
        + ([("negation", str(traits.negations))] if traits.negations else [])
    )


def _kernel(rows: NDArray[np.float32], facets: Sequence[frozenset[Facet]]) -> NDArray[np.float64]:
    """Likeness of all answers, marked ones first: their rows without what all share, and their facets."""
    spread = Counter(facet for one in facets for facet in one)
    columns = {facet: at for at, facet in enumerate(sorted(spread))}
    table = np.zeros((len(facets), max(1, len(columns))), dtype=np.float32)
    for n, one in enumerate(facets):
        for facet in one:
            table[n, columns[facet]] = np.log((len(facets) + 1) / (spread[facet] + 1)) + 1
    own, others = centred(rows), centred(unit(table))
    return (2 * own @ own.T + _FACETS * others @ others.T).astype(np.float64)


def _believed(opinions: Opinions | None, label: Label, count: int) -> NDArray[np.float64]:
    """What shared opinions add to the likeness of all answers (count, count)."""
    if opinions is None:
        return np.zeros((count, count))
    said = opinions(label)
    level = (said - said.mean()) / max(float(said.std()), 1e-6)
    return np.asarray(_OPINION * np.outer(level, level))


def _wrong(
    kernel: NDArray[np.float64], earned: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability that an answer does not earn the label: of the marked ones without themselves, and of the rest."""
    count = len(earned)
    target = earned.astype(np.float64)
    mean = target.mean()
    inverse = np.linalg.inv(kernel[:count, :count] + _RIDGE * np.eye(count))
    weights = inverse @ (target - mean)
    left_out = target - weights / np.diag(inverse)
    scores = mean + kernel[count:, :count] @ weights
    slope, offset = _logistic(left_out, earned)
    return _sigmoid(-slope * left_out - offset), _sigmoid(-slope * scores - offset)


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -40, 40))))


def _logistic(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """P(right) = 1 / (1 + exp(−(slope · score + offset))) with Platt's smoothed targets, by Newton's method."""
    good, bad = int(right.sum()), int((~right).sum())
    target = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(30):
        chance = _sigmoid(design @ weights)
        gradient = design.T @ (chance - target) + 0.01 * weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + 0.01 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return max(0.0, float(weights[0])), float(weights[1])


def _tried(wrong: NDArray[np.float64], earned: NDArray[np.bool_], limits: Limits) -> float:
    """Up to which probability of being wrong the marked answers, each left out, were right often enough."""
    order = np.argsort(wrong, kind="stable")
    missed = np.cumsum(~earned[order])
    good = (missed + _MISSES_BEFORE) / (np.arange(1, len(order) + 1) + 1) <= limits.as_tried
    return float(wrong[order][np.flatnonzero(good)[-1]]) if good.any() else -1.0


def _surest(wrong: NDArray[np.float64], taken: set[int], tried: float, limits: Limits) -> list[int]:
    """As many answers as keep the expected share of wrong ones within what a group may have."""
    most = min(limits.of_member, tried)
    free = [n for n in np.argsort(wrong, kind="stable").tolist() if n not in taken and wrong[n] <= most]
    if not free:
        return []
    shares = np.cumsum(wrong[free]) / np.arange(1, len(free) + 1)
    return free[: int(np.searchsorted(shares, limits.of_group, side="right"))]


def _homogeneous(
    sure: Sequence[int], facets: Sequence[frozenset[Facet]], shown: Sequence[tuple[frozenset[Facet], bool]]
) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """The sure answers, parted by every facet that the marks have not shown to be of no matter."""
    spread = Counter(facet for one in facets for facet in one)
    varying = {facet for facet, often in spread.items() if often < len(facets)}
    open_facets = {facet for facet in varying if not _no_matter(facet, shown)}
    parts: defaultdict[frozenset[Facet], list[int]] = defaultdict(list)
    for at, one in enumerate(facets):
        parts[one & open_facets].append(at)
    found = []
    for members in parts.values():
        if len(members) > 1:
            inside = Counter(facet for at in members for facet in facets[at])
            bridged = sorted((-often, facet) for facet, often in inside.items() if often < len(members))
            found.append((tuple(sure[at] for at in members), tuple(facet[1] for _, facet in bridged)))
    return found


def _no_matter(facet: Facet, shown: Sequence[tuple[frozenset[Facet], bool]]) -> bool:
    """Whether marked answers with the facet and without it are there, and (nearly) all earned the same."""
    for with_it in (True, False):
        results = [right for facets, right in shown if (facet in facets) is with_it]
        if sum(results) < SHOWN_BY or len(results) - sum(results) > _CONTRARY * len(results):
            return False
    return True
