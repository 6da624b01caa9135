"""Does this picture say "0.6 N"? The probability of given texts, not the best string compared.

A recogniser's steps (:class:`models.ctc.Emissions`) are held against each text directly: the sum over all
ways in which the line could say it (:mod:`models.forward`), with everything added up that is the same
writing (:mod:`models.variants`). What it is held against decides what that sum is worth:

- the texts one edit away, all of them at once: another digit, a character more or less;
- the near misses that pupils write and that differ by more (:mod:`models.misses`);
- the rivals that the caller knows: other options, known wrong answers;
- whatever the recogniser reads freely.

What a rival weighs before the picture is looked at (natural logs): a wrong digit is one of nine, a wrong
letter or Chinese character one of some twenty that are taken for one another
(``ANOTHER``). A recogniser leaves out faint strokes far more often than pupils leave out characters, so a
neighbour that is longer, shorter or of another kind weighs ``UNLIKE``; and a line read otherwise in many
places is little evidence against any one character, so a free reading weighs ``FREE``. All were
set coarsely, looking at ``cn-arithmetic-lines`` and ``cn-hwdb-composed-lines``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.base import Record
from models.ctc import Emissions
from models.forward import NEVER
from models.misses import larger_misses
from models.picture import Picture, picture_of
from models.reliability import verified
from models.variants import States, spellings, states_of

#: How likely an answer is right before it is looked at.
FACILITY = 0.5
ANOTHER = {"digit": -2.0, "letter": -3.0, "chinese": -3.0, "sign": -6.0}
UNLIKE = -6.0
FREE = -11.0
NEAR_MISS = -2.0
#: Neighbours are looked for around so many accepted texts, the likeliest first.
MOST_CENTRES = 3
#: So many neighbours are spelt out, to be named and to be told from accepted texts.
SPELT_OUT = 12
#: Rivals that were found and are named in the answer; the others are in ``other``.
NAMED = 4
#: Between these a further look is worth its time.
SETTLED_BELOW = 0.005
SETTLED_FROM = 0.98
#: Longer texts are whole lines: on ``cn-hwdb-composed-lines`` further looks at them gained nothing.
LONGEST_AGAIN = 12


class Verification(Record):
    """What a picture says, among what was asked. All probabilities together are one.

    ``rivals`` has those that were given and the likeliest that were found; ``other`` is that the
    picture says none of these. ``best`` is the free reading, in plain characters.
    """

    accepted: tuple[tuple[str, float], ...]
    rivals: tuple[tuple[str, float], ...]
    other: float
    best: str
    #: The likelihood of the accepted texts ÷ that of them and of the likeliest other text, whatever it is:
    #: what the picture says alone. In [0, 1]; under a half the picture rather shows something else.
    shown: float = 0.5

    @property
    def probability(self) -> float:
        """That the picture says one of the accepted texts."""
        return min(1.0, sum(probability for _, probability in self.accepted))

    @property
    def is_settled(self) -> bool:
        """Whether a further look would hardly change anything, or is not worth its time."""
        return is_clear(self.probability, [text for text, _ in self.accepted])


@dataclass(frozen=True)
class Evidence:
    """What the calibration sees of one question.

    ``odds`` is the natural log of the odds of the accepted texts against all that was not given as a
    rival, ``gap`` by how much the best free reading is likelier than the best accepted text (natural
    log, at least 0).
    """

    odds: float
    gap: float


@dataclass(frozen=True)
class Question:
    """What is asked of a picture. ``facility``: how likely right before it is looked at, in (0, 1)."""

    accepted: tuple[str, ...]
    rivals: tuple[str, ...] = ()
    case_sensitive: bool = False
    facility: float = FACILITY

    def __post_init__(self) -> None:
        if not self.accepted or not 0.0 < self.facility < 1.0:
            raise ValueError(
                f"{len(self.accepted)} accepted texts, facility {self.facility}, which is in (0, 1)"
            )


@dataclass(frozen=True)
class _Weighed:
    """Texts with the natural log of prior times likelihood; ``rest`` is that of all unnamed ones."""

    accepted: tuple[tuple[str, float], ...]
    given: tuple[tuple[str, float], ...]
    found: tuple[tuple[str, float], ...]
    rest: float
    evidence: Evidence
    shown: float


def posterior(
    looks: Sequence[Emissions],
    accepted: Sequence[str],
    rivals: Sequence[str] = (),
    *,
    case_sensitive: bool = False,
    facility: float = FACILITY,
) -> Verification:
    """What the picture says: one of the accepted texts, one of the rivals, or something else.

    Args:
        looks: steps of the same line, once for each look; without any, nothing but the prior is known.
        accepted: written forms that are right; at least one.
        rivals: written forms that are wrong; one that is written like an accepted one is left out.
        case_sensitive: whether A and a are different answers.
        facility: in (0, 1), how likely an answer is right before it is looked at.

    Raises:
        ValueError: nothing is accepted, or the facility is out of range.
    """
    question = Question(tuple(accepted), tuple(rivals), case_sensitive, facility)
    if not looks:
        return _unseen(question)
    picture = picture_of(looks, case_sensitive)
    return _shared(_weighed(picture, question), picture)


def evidence(looks: Sequence[Emissions], question: Question) -> Evidence:
    """What :func:`posterior` calibrates, for those who fit the calibration."""
    return _weighed(picture_of(looks, question.case_sensitive), question).evidence


def is_clear(probability: float, accepted: Sequence[str]) -> bool:
    """Whether a further look would hardly change the answer, or is not worth its time."""
    long = all(len(text) > LONGEST_AGAIN for text in accepted)
    return long or not SETTLED_BELOW < probability < SETTLED_FROM


def _unseen(question: Question) -> Verification:
    each = question.facility / len(question.accepted)
    return Verification(
        accepted=tuple((text, each) for text in question.accepted),
        rivals=tuple((text, 0.0) for text in question.rivals),
        other=1.0 - question.facility,
        best="",
    )


def _shared(weighed: _Weighed, picture: Picture) -> Verification:
    """Probabilities out of weights.

    The calibrated odds hold the accepted texts against what was found; rivals that were given are known
    to be written, so they stand against the accepted texts by their weights alone.
    """
    chance = verified(weighed.evidence.odds, weighed.evidence.gap)
    right = [weight for _, weight in weighed.accepted]
    lead = _summed([weight for _, weight in weighed.given]) - _summed(right)
    known = chance * math.exp(min(50.0, lead))
    total = 1.0 + known
    given = _shares([weight for _, weight in weighed.given], known / total)
    wrong = _shares([*(weight for _, weight in weighed.found), weighed.rest], (1.0 - chance) / total)
    rivals = [*zip(weighed.given, given, strict=True), *zip(weighed.found, wrong[:-1], strict=True)]
    return Verification(
        accepted=tuple(zip((t for t, _ in weighed.accepted), _shares(right, chance / total), strict=True)),
        rivals=tuple((text, share) for (text, _), share in rivals),
        other=wrong[-1],
        best=picture.free[0] if picture.free else "",
        shown=weighed.shown,
    )


def _shares(weights: Sequence[float], total: float) -> list[float]:
    parts = np.exp(np.array(weights) - max(weights, default=0.0))
    return [float(part) for part in total * parts / parts.sum()]


def _weighed(picture: Picture, question: Question) -> _Weighed:
    """Every text with its weight, and the evidence that they make together."""
    right = {text: _spelt(text, question) for text in question.accepted}
    known = [states for spelt in right.values() for states in spelt]
    given = {text: _spelt(text, question) for text in question.rivals}
    given = {text: spelt for text, spelt in given.items() if not _any_says(known, text, spelt)}
    likely = _likelihoods(picture, {**right, **given})
    prior = math.log(question.facility / len(right))
    accepted = tuple((text, prior + likely[text]) for text in right)
    against = math.log(1.0 - question.facility)
    rivals = [(text, against - math.log(len(given)) + likely[text]) for text in given]
    known += [states for spelt in given.values() for states in spelt]
    found, unnamed = _found(picture, question, right, known, likely)
    best = max(likely[text] for text in right)
    gap = max(0.0, _freely(picture) - best)
    rest = _summed([unnamed, against + FREE + best + gap if gap > 0.0 else NEVER])
    odds = _summed([w for _, w in accepted]) - _summed([rest, *(w for _, w in found)])
    shown = _shown(picture, [likely[text] for text in right], [s for each in right.values() for s in each])
    return _Weighed(accepted, tuple(rivals), tuple(found), rest, Evidence(odds, gap), shown)


def _shown(picture: Picture, likely: Sequence[float], known: Sequence[States]) -> float:
    """See :attr:`Verification.shown`; the others are free readings and texts one edit away."""
    free = [states_of(text) for text in picture.free]
    free = [states for states in free if not any(_says(mine, states.text) for mine in known)]
    others = [NEVER, *(float(score) for score in (picture.log_probabilities(free) if free else ()))]
    centre = max(known, key=lambda states: float(picture.log_probabilities([states])[0]))
    neighbours, _ = _neighbours(picture, centre, known, prior=False)
    others += [weight for _, weight in neighbours]
    mine, against = _summed(likely), max(others)
    return 1.0 / (1.0 + math.exp(min(50.0, against - mine))) if mine > NEVER else 0.0


def _found(
    picture: Picture,
    question: Question,
    right: dict[str, tuple[States, ...]],
    known: list[States],
    likely: dict[str, float],
) -> tuple[list[tuple[str, float]], float]:
    """Rivals around the likeliest accepted texts: the most weighty by name, the others' weight in all."""
    against = math.log((1.0 - question.facility) / len(right))
    centres = sorted(right, key=lambda text: -likely[text])[:MOST_CENTRES]
    named: dict[str, float] = {}
    rest = [NEVER]
    for centre in centres:
        spelt = max(right[centre], key=lambda states: picture.log_probabilities([states])[0])
        neighbours, others = _neighbours(picture, spelt, known)
        for text, weight in neighbours:
            named[text] = max(named.get(text, NEVER), against + weight)
        rest.append(against + others)
    misses = {miss: _spelt(miss, question) for text in centres for miss in larger_misses(text)}
    misses = {miss: spelt for miss, spelt in misses.items() if not _any_says(known, miss, spelt)}
    scores = _likelihoods(picture, misses)
    for miss, spelt_miss in misses.items():
        name = next((states.text for states in spelt_miss if states.text in named), miss)
        named[name] = max(named.get(name, NEVER), against + NEAR_MISS + scores[miss])
    ranked = sorted(named.items(), key=lambda item: -item[1])
    return ranked[:NAMED], _summed([*rest, *(weight for _, weight in ranked[NAMED:])])


def _neighbours(
    picture: Picture, centre: States, known: Sequence[States], *, prior: bool = True
) -> tuple[list[tuple[str, float]], float]:
    """The weightiest texts one edit away that are not known themselves, and the weight of the others.

    Without ``prior`` weights are likelihoods alone.
    """
    text, edits = centre.text, picture.edits(centre)
    keys = edits.keys
    replaced, added = edits.replaced.copy(), edits.added.copy()
    for at, counted in enumerate(centre.chars):
        replaced[at, [key in counted for key in keys]] = -np.inf
    for at, gap in enumerate(centre.gaps):
        added[at, [key in gap for key in keys]] = -np.inf
    usual = [_unlike(text, keys).ravel(), np.full(added.size, UNLIKE), np.full(len(text), UNLIKE)]
    priors = np.concatenate(usual) * prior
    weights = np.concatenate([replaced.ravel(), added.ravel(), edits.dropped]) + priors
    named: dict[str, tuple[float, float]] = {}
    for at in np.argsort(-weights, kind="stable")[:SPELT_OUT]:
        spelt = _edited(text, keys, int(at), len(replaced))
        if not any(_says(states, spelt) for states in known) and np.isfinite(weights[at]):
            named.setdefault(spelt, (float(weights[at]), float(priors[at])))
        weights[at] = -np.inf
    return _said_exactly(picture, named), _summed(weights)


def _said_exactly(picture: Picture, named: dict[str, tuple[float, float]]) -> list[tuple[str, float]]:
    """The neighbours with their own gaps: what may stand unsaid there depends on both its sides."""
    if not named:
        return []
    exact = picture.log_probabilities([states_of(text) for text in named])
    return [
        (text, min(weight, float(score) + prior))
        for (text, (weight, prior)), score in zip(named.items(), exact, strict=True)
    ]


def _edited(text: str, keys: Sequence[str], at: int, characters: int) -> str:
    """The text of one edit: numbered as replaced, then added, then dropped."""
    place, key = divmod(at, max(1, len(keys)))
    if at < characters * len(keys):
        return text[:place] + keys[key] + text[place + 1 :]
    at -= characters * len(keys)
    place, key = divmod(at, max(1, len(keys)))
    if at < (characters + 1) * len(keys):
        return text[:place] + keys[key] + text[place:]
    at -= (characters + 1) * len(keys)
    return text[:at] + text[at + 1 :]


def _unlike(text: str, keys: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """``(characters, keys)``: ``ANOTHER`` where both are of one kind, ``UNLIKE`` elsewhere."""
    mine, theirs = [_kind(char) for char in text], [_kind(key) for key in keys]
    return np.array([[ANOTHER[a] if a == b else UNLIKE for b in theirs] for a in mine]).reshape(
        len(mine), len(theirs)
    )


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char >= "\u3400":
        return "chinese"
    return "letter" if char.isalpha() else "sign"


def _spelt(text: str, question: Question) -> tuple[States, ...]:
    return tuple(states_of(spelling) for spelling in spellings(text, question.case_sensitive))


def _likelihoods(picture: Picture, texts: dict[str, tuple[States, ...]]) -> dict[str, float]:
    """Of each text in all its spellings, all in one pass over each look."""
    flat = [(text, states) for text, spelt in texts.items() for states in spelt]
    if not flat:
        return {}
    scores = picture.log_probabilities([states for _, states in flat])
    return {
        text: _summed([float(score) for (owner, _), score in zip(flat, scores, strict=True) if owner == text])
        for text in texts
    }


def _freely(picture: Picture) -> float:
    """The log-probability of the best free reading."""
    texts = [states_of(text) for text in picture.free]
    return float(picture.log_probabilities(texts).max()) if texts else NEVER


def _any_says(known: Iterable[States], text: str, spelt: Iterable[States]) -> bool:
    return any(_says(states, each.text) for states in known for each in spelt) or not text.strip()


def _says(states: States, spelling: str) -> bool:
    """Whether a spelling is one that these states count as theirs."""
    return len(states.chars) == len(spelling) and all(
        char in counted for char, counted in zip(spelling, states.chars, strict=True)
    )


def _summed(logs: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    values = np.asarray(logs, dtype=np.float64)
    largest = float(values.max(initial=NEVER))
    return largest + float(np.log(np.exp(values - largest).sum())) if largest > NEVER else NEVER
