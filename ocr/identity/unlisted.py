"""Identity without a roster: the number is the candidate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.identities import Guess
from core.pages import NumberReading
from ocr.identity.evidence import SheetEvidence, SheetIdentity
from ocr.identity.numbers import SOURCES, SourceModel, best_number, digit_ratios, number_text

_READER_ERROR = 0.0005
#: How often another sheet of the stack shows a sheet's number surely, at least.
_SHOWN_ELSEWHERE = 0.5
#: Other sheets say nothing about a number that is less likely by itself, or that has a rival likelier than
#: this: a digit torn between two is no slip that could fall anywhere.
_PLAIN, _RIVALLED = 0.9, 0.02


@dataclass(frozen=True)
class _Shown:
    """The number that a sheet shows by itself, "" without one; its probability; and that of the likeliest
    number with one other digit."""

    number: str = ""
    probability: float = 0.0
    rival: float = 0.0


def settle_without_roster(sheets: Sequence[SheetEvidence], threshold: float) -> tuple[SheetIdentity, ...]:
    """The sheets by their own numbers: settled where every digit is certain and all sources agree."""
    alone = [_number(sheet) for sheet in sheets]
    known = frozenset(each.number for each in alone if each.number and each.probability >= threshold)
    read = [(each.number, _among(known, each)) for each in alone]
    claims: dict[tuple[str, int], list[str]] = defaultdict(list)
    for sheet, (number, probability) in zip(sheets, read, strict=True):
        for page in sheet.card_pages if number and probability >= threshold else ():
            claims[number, page].append(sheet.sheet_id)
    return tuple(
        _identity(sheet, number, probability, claims, threshold)
        for sheet, (number, probability) in zip(sheets, read, strict=True)
    )


def _among(known: frozenset[str], shown: _Shown) -> float:
    """The probability of a number that other sheets show, too.

    A slip that lies nowhere in particular makes one of ``9 × digits`` other numbers; that it makes just one
    that a pupil of this exam has is unlikely, unless many numbers a digit apart are known. What the reader
    gives to one other number in particular is no such slip: it stays in full.
    """
    number, probability = shown.number, shown.probability
    torn = probability < _PLAIN or shown.rival > _RIVALLED
    if number not in known or torn or probability >= 1.0:
        return probability
    near = sum(_differ_in_one(number, other) for other in known)
    anywhere = max(0.0, 1.0 - probability - shown.rival) * (near + 1) / (9 * len(number))
    right = probability * _SHOWN_ELSEWHERE
    return max(probability, right / (right + anywhere + shown.rival))


def _differ_in_one(number: str, other: str) -> bool:
    return len(number) == len(other) and sum(a != b for a, b in zip(number, other, strict=True)) == 1


def _identity(
    sheet: SheetEvidence,
    number: str,
    probability: float,
    claims: dict[tuple[str, int], list[str]],
    threshold: float,
) -> SheetIdentity:
    others = {other for page in sheet.card_pages for other in claims.get((number, page), ())}
    others.discard(sheet.sheet_id)
    sure = bool(number) and probability >= threshold
    reason = ""
    if not sure:
        reason = "没有读到完整、可靠的考号。"
    elif others:
        reason = f"有几张答题卡都是考号 {number}：可能是同一张重复扫描，也可能是有人填错。"
    return SheetIdentity(
        sheet_id=sheet.sheet_id,
        page_ids=sheet.page_ids,
        candidate_id="" if reason else number,
        guesses=(Guess(candidate_id=number, probability=probability),) if number else _neighbours(sheet),
        claimed_id=number if sure and others else "",
        collision_with=tuple(sorted(others)) if sure else (),
        number=number if sure else best_number(sheet.numbers),
        reason=reason,
    )


def _neighbours(sheet: SheetEvidence) -> tuple[Guess, ...]:
    """The numbers on the pages that may be the other side, the likeliest first."""
    shares: dict[str, float] = defaultdict(float)
    for partner in sheet.partners:
        if (number := best_number(partner.numbers)) and "?" not in number:
            shares[number] += partner.share
    ranked = sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Guess(candidate_id=number, probability=min(1.0, share)) for number, share in ranked)


def _number(sheet: SheetEvidence) -> _Shown:
    """The number that all sources together show best."""
    texts = {reading.text for reading in sheet.numbers if reading.text}
    tables = [digit_ratios(r, _reader(r))[:, :10] for r in sheet.numbers if r.digits and not _blank(r)]
    if texts:
        return _from_text(texts, sheet.numbers)
    lengths = {len(table) for table in tables}
    if len(lengths) != 1:
        return _Shown()
    together = np.prod(tables, axis=0)
    shares = together / together.sum(axis=1, keepdims=True)
    number = "".join(str(int(digit)) for digit in shares.argmax(axis=1))
    best, second = np.sort(shares, axis=1)[:, :-3:-1].T
    probability = float(best.prod())
    return _Shown(number, probability, probability * float((second / best).max()))


def _reader(reading: NumberReading) -> SourceModel:
    """The reader's own errors: people's slips make another number, and no roster tells."""
    temper = SOURCES[reading.source].temper if reading.source in SOURCES else 0.8
    return SourceModel(error=_READER_ERROR, temper=temper)


def _from_text(texts: set[str], readings: Sequence[NumberReading]) -> _Shown:
    """A printed number, unless two disagree or the handwriting clearly says another."""
    if len(texts) > 1:
        return _Shown()
    (text,) = texts
    source = next(reading.source for reading in readings if reading.text == text)
    error = SOURCES[source].error if source in SOURCES else 0.01
    against = any(
        len(shown) == len(text) and "?" not in shown and shown != text
        for shown in (number_text(reading) for reading in readings if not reading.text)
    )
    probability = 0.5 if against else 1 - error
    return _Shown(text, probability, 1 - probability)


def _blank(reading: NumberReading) -> bool:
    return all(digit.blank > 0.5 for digit in reading.digits)
