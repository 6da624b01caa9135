"""Finds wordings in an answer, tolerant of misread characters but not of numbers and negation.

A wording is looked for exactly, then within a few edits. The numbers in the place found must be the
wording's own, and so must the count of negations in and just before it: "压强不相等" is one edit from
"压强相等" and means the opposite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.exams import Criterion
from marking.distance import Place, nearest_places
from marking.normalise import traced

_NEGATION = re.compile("不|没|无|未|非|否|别")
#: Words with such a character that deny nothing.
_HARMLESS = re.compile(
    "不仅|不但|不断|不管|不论|不久|不得不|无论|无数|非常|未来|否则|区别|分别|特别|差别|并非不"
)
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_CLAUSE_END = re.compile(r"[，。；！？,;!?\n：:]|但|而")

#: How many characters before a place are looked at for a negation, within the clause.
_NEGATION_REACH = 4
#: Share of the statement's character pairs that a clause needs to count as saying it.
_STATEMENT_SHARE = 0.7
#: Each region's text is searched up to this length.
MAX_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """A wording found: spans in the text (one for each part of "a+b"), edits, and whether it is denied."""

    wording: str
    spans: tuple[tuple[int, int], ...]
    edits: int
    negated: bool = False
    by_statement: bool = False


def find_wording(wording: str, text: str) -> Finding | None:
    """The wording in the text: all its parts (joined by "+") have to occur."""
    parts = parts_of(wording)
    found = [_find_part(part, text[:MAX_CHARACTERS]) for part in parts]
    whole = [finding for finding in found if finding is not None]
    if len(whole) < len(parts):
        return None
    spans = tuple(finding.spans[0] for finding in whole)
    return Finding(wording, spans, sum(f.edits for f in whole), any(f.negated for f in whole))


def parts_of(wording: str) -> list[str]:
    """The parts of a wording that all have to occur."""
    return [part for part in wording.split("+") if part.strip()] or [wording]


def changed_offsets(part: str, said: str) -> list[int]:
    """Offsets in ``said`` of the characters that stand in place of, or between, those of the wording."""
    wanted, _ = traced(part)
    written, offsets = traced(said)
    matcher = SequenceMatcher(None, wanted, written, autojunk=False)
    changed = [block for block in matcher.get_opcodes() if block[0] in ("replace", "insert")]
    return sorted({offsets[i] for _, _, _, start, end in changed for i in range(start, end)})


def forbidden(criterion: Criterion, text: str) -> Finding | None:
    """The first wording of ``must_not`` that the text says, exactly and without denying it."""
    for wording in criterion.must_not:
        finding = find_wording(wording, text)
        if finding is not None and finding.edits == 0 and not finding.negated:
            return finding
    return None


def find_statement(statement: str, text: str) -> Finding | None:
    """A criterion without wordings: the clause that shares most character pairs with its statement."""
    exact = find_wording(statement, text)
    if exact is not None:
        return Finding(statement, exact.spans, exact.edits, exact.negated, by_statement=True)
    wanted, _ = traced(statement)
    pairs = _pairs(wanted)
    best: tuple[float, tuple[int, int]] = (0.0, (0, 0))
    for start, end in _sentences(text[:MAX_CHARACTERS]):
        said, _ = traced(text[start:end])
        share = len(pairs & _pairs(said)) / max(1, len(pairs))
        if share > best[0] and _NUMBERS.findall(wanted) == _NUMBERS.findall(said):
            best = (share, (start, end))
    if best[0] < _STATEMENT_SHARE:
        return None
    start, end = best[1]
    denied = _denials(text[start:end]) != _denials(statement)
    return Finding(statement, (best[1],), len(wanted), denied, by_statement=True)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def _sentences(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^。；！？;!?]+", text)]


def _find_part(part: str, text: str) -> Finding | None:
    wanted, _ = traced(part)
    said, offsets = traced(text)
    if not wanted or not said:
        return None
    denied: Finding | None = None
    for place in _places(wanted, said):
        start, end = offsets[place.start], offsets[place.end - 1] + 1
        if _numbers(wanted) != _whole_numbers(said, place):
            continue
        negated = _is_denied(part, text, start, end)
        if negated and place.edits:
            continue  # the edit may be the negation itself
        finding = Finding(part, ((start, end),), place.edits, negated)
        if not negated:
            return finding
        denied = denied or finding
    return denied


def _places(wanted: str, said: str) -> list[Place]:
    """Exact places first; near ones only where there is no exact one."""
    exact = [Place(m.start(), m.end(), 0) for m in re.finditer(re.escape(wanted), said)]
    return exact or list(nearest_places(wanted, said, _allowed_edits(wanted)))


def _allowed_edits(wanted: str) -> int:
    length = len(wanted)
    if length < 4:
        return 0
    return 1 if length < 8 else 2 if length < 12 else length // 5


def _numbers(text: str) -> list[str]:
    return _NUMBERS.findall(text)


def _whole_numbers(said: str, place: Place) -> list[str]:
    """The numbers in the place, with the digits that continue them outside of it."""
    start, end = place.start, place.end
    while start > 0 and said[start].isdigit() and (said[start - 1].isdigit() or said[start - 1] == "."):
        start -= 1
    while end < len(said) and said[end - 1].isdigit() and said[end].isdigit():
        end += 1
    return _NUMBERS.findall(said[start:end])


def _is_denied(part: str, text: str, start: int, end: int) -> bool:
    """Whether the place, with what stands just before it in its clause, denies what the wording says."""
    before = _CLAUSE_END.split(text[max(0, start - _NEGATION_REACH) : start])[-1]
    return _denials(before + text[start:end]) % 2 != _denials(part) % 2


def _denials(text: str) -> int:
    return len(_NEGATION.findall(_HARMLESS.sub("", text)))
