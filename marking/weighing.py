"""What a fill may say, and how probable each text is: the picture held against the key.

Where the reader kept what it was torn between, each written form of the key, the known wrong answers and
the free readings are held against the picture (:mod:`models.verification`). Readings of engines that keep
nothing are weighed by their own probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.exams import Blank
from core.lattices import joined
from core.pages import TextReading
from marking.blanks import Outcome, compare_blank
from marking.expectations import written_forms
from marking.normalise import comparable
from marking.reading_odds import weighted_readings
from models.ctc import Emissions
from models.verification import posterior

#: Free readings that are held against the picture beside the key.
_FREE_READINGS = 5
#: Texts that are shown to a person, and from which probability on.
_SHOWN = 4
_SHOWN_FROM = 0.005


@dataclass(frozen=True, slots=True)
class Possible:
    """A text that the picture may say, how probable it is, and what it earns."""

    text: str
    probability: float
    outcome: Outcome
    is_transcript: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """All that a fill may say. ``other`` is the probability of texts that nobody thought of.

    ``verified`` says that the picture itself was asked, not only its transcript; then ``shown`` is how
    clearly it shows what earns steps, whatever is usual (:attr:`models.verification.Verification.shown`).
    """

    texts: tuple[Possible, ...]
    other: float
    verified: bool
    shown: float = 0.5

    @property
    def transcript(self) -> Possible | None:
        """The reader's own best text; ``None`` where the picture was not asked."""
        return next((possible for possible in self.texts if possible.is_transcript), None)

    @property
    def odds(self) -> tuple[tuple[str, float], ...]:
        """The likeliest texts for a person to see, best first; "" stands for all others."""
        ranked = sorted(self.texts, key=lambda possible: -possible.probability)[:_SHOWN]
        shown = [(p.text, p.probability) for p in ranked if p.probability >= _SHOWN_FROM]
        rest = max(0.0, 1.0 - sum(probability for _, probability in shown))
        return (*shown, ("", rest)) if rest >= _SHOWN_FROM else tuple(shown)

    @property
    def earning(self) -> tuple[str, ...]:
        """Those of ``odds`` that earn steps."""
        paid = {possible.text for possible in self.texts if possible.outcome.steps}
        return tuple(text for text, _ in self.odds if text in paid)


def weigh(blank: Blank, reading: TextReading) -> Weighed:
    """What a region with ink and text may say in answer to a blank."""
    looks = looks_of(reading)
    if looks and written_forms(blank):
        return _verified(blank, reading, looks)
    weighted = weighted_readings(reading)
    texts = tuple(Possible(text, weight, compare_blank(blank, text)) for text, weight in weighted)
    return Weighed(texts, max(0.0, 1.0 - sum(weight for _, weight in weighted)), verified=False)


def looks_of(reading: TextReading) -> tuple[Emissions, ...]:
    """The looks at a region, its lines one after the other; none where a line has none."""
    many = min((len(line.looks) for line in reading.kept_lines), default=0)
    return tuple(Emissions.of(joined([line.looks[at] for line in reading.kept_lines])) for at in range(many))


def _verified(blank: Blank, reading: TextReading, looks: tuple[Emissions, ...]) -> Weighed:
    """The key's forms, and free readings that earn steps, too (F=10N), against all else.

    Units and letters in formulas differ by their capitals (mW, MW), whatever the words' case is worth.
    """
    free = tuple(text.replace("\n", "") for text, _ in weighted_readings(reading)[:_FREE_READINGS])
    forms = written_forms(blank)
    earning = [text for text in free if compare_blank(blank, text, verified=True).steps]
    cased = blank.case_sensitive or bool(blank.numeric or blank.expression or blank.check)
    right = _distinct((*forms, *earning), (), cased)
    said = posterior(looks, right, _distinct(blank.wrong, right, cased), case_sensitive=cased)
    named = [(text if cased else _as_written(text, forms), p) for text, p in (*said.accepted, *said.rivals)]
    other = said.other
    transcript = comparable(free[0], cased) if free else ""
    if transcript and transcript not in {comparable(text, cased) for text, _ in named}:
        named.append((free[0], other))  # of what nobody thought of, the likeliest by far
        other = 0.0
    texts = tuple(
        Possible(
            text,
            probability,
            compare_blank(blank, text, verified=True),
            bool(transcript) and comparable(text, cased) == transcript,
        )
        for text, probability in named
    )
    return Weighed(texts, other, verified=True, shown=said.shown)


def _distinct(texts: tuple[str, ...], others: tuple[str, ...], case_sensitive: bool) -> tuple[str, ...]:
    """The texts that differ from others and from one another in more than spaces and the like."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(comparable(text, case_sensitive), text)
    for other in others:
        found.pop(comparable(other, case_sensitive), None)
    return tuple(text for form, text in found.items() if form)


def _as_written(text: str, forms: tuple[str, ...]) -> str:
    """A neighbour of the key in the key's own capitals: texts are compared in small letters."""
    alike = [form for form in forms if len(form) == len(text)]
    if text in forms or not alike:
        return text
    near = max(alike, key=lambda form: sum(a.lower() == b for a, b in zip(form, text, strict=True)))
    return "".join(a if a.lower() == b else b for a, b in zip(near, text, strict=True))
