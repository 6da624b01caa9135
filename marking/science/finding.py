"""Where a step of a worked solution stands: the piece of the answer that earns it, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.answer_keys import Check, CheckKind
from core.exams import Criterion
from core.marks import Verdict
from core.pages import TextReading
from marking.science.doubts import Standing, other_sides, same_thing, says_other, standing
from marking.science.judged import Judged
from marking.science.judging import judge
from marking.science.lines import Piece, named, pieces_for

#: That a teacher gives the same: for a result under its own name, for one without.
_NAMED = 0.95
_UNNAMED = 0.88
#: A right result under another letter, or beside a wrong one of the same name.
BESIDE = 0.6
#: A result that the pupil denies, only supposes, or gives in two ways: a person decides.
_DOUBTED = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of the answer, what it earns, and how sure its place is."""

    reading: TextReading
    piece: Piece
    judged: Judged
    place: float
    standing: Standing = Standing.FIRM
    doubt: str = ""  #: why a person should look, in words

    @property
    def is_own(self) -> bool:
        """Whether the pupil goes on from this result."""
        return not self.judged.is_unreadable and self.standing is not Standing.DENIED

    @property
    def value(self) -> str:
        """The value for people; of y = … what y is."""
        written = self.piece.value.strip()
        return written.rsplit("=", 1)[-1].strip() if self.piece.name else written


def find(criterion: Criterion, check: Check | None, readings: tuple[TextReading, ...]) -> Found | None:
    """The piece that the step stands in; what is denied or supposed only where nothing else is said."""
    if check is None:
        return None
    found = _all_pieces(criterion, check, readings)
    firm = [one for one in found if one.standing in (Standing.FIRM, Standing.CONDITION)]
    taken = _taken(check, firm)
    if taken is not None and not taken.judged.is_unreadable:
        return _with_doubts(check, taken, found)
    rest = [one for one in found if one not in firm]
    doubted = _taken(check, [one for one in rest if one.judged.steps or one.standing is Standing.SUPPOSED])
    return taken if doubted is None or doubted.judged.is_unreadable else _doubted(doubted)


def _all_pieces(criterion: Criterion, check: Check, readings: tuple[TextReading, ...]) -> list[Found]:
    found = []
    for reading in readings:
        for piece in pieces_for(check, reading.text):
            judged = judge(check, criterion.steps, piece.value)
            place = _NAMED if named(piece, check.name) or not check.name else _UNNAMED
            found.append(Found(reading, piece, judged, place, standing(check, piece, reading.text)))
    return found


def _taken(check: Check, found: list[Found]) -> Found | None:
    """The best of the pieces with the check's name, else the best of all."""
    called = [one for one in found if named(one.piece, check.name)]
    best_called, best = _best(called), _best(found)
    if best_called is not None and not best_called.judged.is_unreadable:
        if best is not None and best.judged.steps > best_called.judged.steps:
            return replace(best, place=BESIDE)
        return best_called
    of_others = best is not None and check.name and best.piece.name and not best.judged.steps
    return None if of_others else best


def _doubted(found: Found) -> Found:
    """What is only denied earns nothing, what is only supposed is offered; a person looks at both."""
    if found.standing is Standing.SUPPOSED:
        return replace(found, place=_DOUBTED, doubt=f"“{found.value}”写在假设里，请看")
    judged = Judged(0, "但前后有否定，请看", 1.0, Verdict.CONTRADICTED)
    return replace(found, judged=judged, place=_DOUBTED)


def _with_doubts(check: Check, taken: Found, found: list[Found]) -> Found:
    """The piece, with little certainty where the pupil says something else of the same quantity."""
    values = [one.value for one in found if _speaks_against(check, taken, one)]
    if check.kind is CheckKind.NUMBER and taken.piece.is_result:
        values += other_sides(taken.piece, taken.reading.text)
    if not values:
        return taken
    others = [value for value in dict.fromkeys(values) if value != taken.value]
    said = f"同一个量写了不同的结果：{'、'.join([taken.value, *others])}"
    if not others:
        said = f"又否定了“{taken.value}”"
    return replace(taken, place=min(taken.place, _DOUBTED), doubt=f"{said}，请看")


def _speaks_against(check: Check, taken: Found, other: Found) -> bool:
    piece, own = other.piece, taken.piece
    overlaps = other.reading is taken.reading and piece.start < own.end and own.start < piece.end
    if overlaps or other.standing is Standing.CONDITION or not same_thing(check, own, piece):
        return False
    if other.standing is Standing.DENIED:
        return bool(taken.judged.steps and other.judged.steps)
    if other.standing is Standing.SUPPOSED:
        return other.judged.steps > taken.judged.steps
    return other.judged.steps < taken.judged.steps and says_other(check, own, piece, other.judged)


def _best(found: list[Found]) -> Found | None:
    """What earns most; among equals what can be read, what ends a chain, what stands last."""
    ranked = enumerate(found)
    key = max(
        ranked,
        key=lambda one: (
            one[1].judged.steps,
            not one[1].judged.is_unreadable,
            one[1].judged.verdict is Verdict.PARTLY,
            one[1].piece.is_result,
            one[0],
        ),
        default=None,
    )
    return key[1] if key else None
