"""The whole exam's identities, settled as one assignment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.identities import Guess
from core.pages import NumberReading
from core.rosters import Roster
from ocr.identity.evidence import SheetEvidence, SheetIdentity
from ocr.identity.matching import best_assignment, marginals
from ocr.identity.numbers import best_number, log_ratios, says_something, shows, spoilt_words
from ocr.identity.sheets import CERTAIN_PAIR
from ocr.identity.unlisted import settle_without_roster

#: A sheet below this waits for a person.
SETTLE_THRESHOLD = 0.98
#: How often a sheet belongs to nobody on the roster (a transfer pupil, another class's stack).
UNKNOWN_SHARE = 0.02
#: The assignment may raise a candidate by elimination, but only one whom the sheet's own number
#: speaks for already: below this probability from the number alone nothing is settled.
OWN_SHARE = 0.6
_NOT_PLAIN = "读到的考号与最可能的考生不完全一致（是推断或排除得出的），请核对姓名。"
_NO_NUMBER = "没有读到考号；下面是按排除法列出的、还没有答题卡的考生。"
_NO_NUMBER_BUT_NEIGHBOURS = "这一面没有读到考号，前后相邻的答题卡都可能是它的另一面；请看笔迹和内容确认。"
_FEWEST_GUESS = 0.0005
_GUESSES = 8
_EXTREME = 200.0  #: log weights are cut here, far beyond any decision, so that none overflows

Table = NDArray[np.float64]


def settle_identities(
    sheets: Sequence[SheetEvidence], roster: Roster, *, threshold: float = SETTLE_THRESHOLD
) -> tuple[SheetIdentity, ...]:
    """Whose each sheet is. The order of the sheets does not matter.

    Args:
        sheets: of the whole exam.
        roster: all candidates; may be empty, then the numbers themselves are the ids.
        threshold: the probability from which a sheet is settled without a person.

    Returns:
        One identity for each sheet, in the given order.
    """
    if not sheets:
        return ()
    if not roster.candidates:
        return settle_without_roster(sheets, threshold)
    logs = log_weights(sheets, roster)
    own = _normalised(logs)
    collisions = find_collisions(sheets, own, threshold)
    joint, chosen = _joint(sheets, logs, own, collisions)
    return tuple(
        _identity(at, sheets, roster, own, joint, chosen[at], collisions.get(at, ()), threshold)
        for at in range(len(sheets))
    )


def log_weights(sheets: Sequence[SheetEvidence], roster: Roster) -> Table:
    """Log prior and likelihood of each candidate, and of nobody in the last column."""
    numbers = [candidate.number for candidate in roster.candidates]
    places = {candidate.id: at for at, candidate in enumerate(roster.candidates)}
    table = np.zeros((len(sheets), len(numbers) + 1))
    table[:, :-1] = np.log((1 - UNKNOWN_SHARE) / len(numbers))
    table[:, -1] = np.log(UNKNOWN_SHARE)
    for row, sheet in enumerate(sheets):
        if sheet.known_id in places:
            table[row] = -_EXTREME
            table[row, places[sheet.known_id]] = 0.0
            continue
        table[row] = _with_partners(table[row], sheet, numbers)
    return np.asarray(table - table.max(axis=1, keepdims=True), dtype=np.float64)


def _with_partners(prior: Table, sheet: SheetEvidence, numbers: Sequence[str]) -> Table:
    """Log weights from the sheet's own numbers, mixed over the other sides that it may have."""
    own = _read(prior, sheet.numbers, numbers)
    if not sheet.partners:
        return own
    alone = max(0.0, 1.0 - sum(partner.share for partner in sheet.partners))
    ways = [(alone, own)] + [(p.share, _read(own, p.numbers, numbers)) for p in sheet.partners]
    parts = [np.log(share) + logs - np.logaddexp.reduce(logs) for share, logs in ways if share > 0]
    return np.asarray(np.logaddexp.reduce(parts, axis=0), dtype=np.float64)


def _read(logs: Table, readings: Sequence[NumberReading], numbers: Sequence[str]) -> Table:
    logs = logs.copy()
    for reading in readings:
        logs[:-1] += log_ratios(reading, numbers)
    return logs


def _normalised(logs: Table) -> Table:
    weights = np.exp(np.maximum(logs, -_EXTREME))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def find_collisions(
    sheets: Sequence[SheetEvidence], own: Table, threshold: float
) -> dict[int, tuple[int, ...]]:
    """For each sheet that claims somebody with near certainty, the others that claim the same slot."""
    claims: dict[int, list[int]] = {}
    for row, sheet in enumerate(sheets):
        best = int(own[row].argmax())
        speaks = bool(sheet.known_id) or any(says_something(each) for each in _sources(sheet))
        if best < own.shape[1] - 1 and own[row, best] >= threshold and speaks:
            claims.setdefault(best, []).append(row)
    found: dict[int, set[int]] = {}
    for rows in claims.values():
        for first, second in combinations(rows, 2):
            if set(sheets[first].card_pages) & set(sheets[second].card_pages):
                found.setdefault(first, set()).add(second)
                found.setdefault(second, set()).add(first)
    return {row: tuple(sorted(others)) for row, others in found.items()}


def _joint(
    sheets: Sequence[SheetEvidence], logs: Table, own: Table, collisions: dict[int, tuple[int, ...]]
) -> tuple[Table, list[int | None]]:
    """Probabilities and best assignment under "each card page once"; colliding sheets stand for one.

    Of sheets that collide only the first, by its id, takes part, so that a sheet fed twice pushes
    nobody aside; the others keep what their own number says.
    """
    order = sorted(range(len(sheets)), key=lambda row: sheets[row].sheet_id)
    taken: set[int] = set()
    for row in order:
        if not any(other in taken for other in collisions.get(row, ())):
            taken.add(row)
    rows = sorted(taken)
    pages = [sheets[row].card_pages for row in rows]
    weights = np.exp(np.maximum(logs[rows], -_EXTREME))
    part = marginals(weights[:, :-1], weights[:, -1], pages)
    joint, chosen = own.copy(), [None] * len(sheets)
    joint[rows] = part
    result: list[int | None] = list(chosen)
    for row, best in zip(rows, best_assignment(logs[rows], pages), strict=True):
        result[row] = best
    return joint, result


def _identity(
    at: int,
    sheets: Sequence[SheetEvidence],
    roster: Roster,
    own: Table,
    joint: Table,
    chosen: int | None,
    colliding: tuple[int, ...],
    threshold: float,
) -> SheetIdentity:
    sheet, ids = sheets[at], [candidate.id for candidate in roster.candidates]
    shares = own[at] if colliding else joint[at]
    best = int(shares[:-1].argmax())
    plain = bool(sheet.known_id) or _plainly_shown(sheet, roster.candidates[best].number)
    sure = own[at, best] >= OWN_SHARE and (chosen == best) and plain
    reason = _why_waiting(sheet, shares, bool(colliding), threshold) or ("" if sure else _NOT_PLAIN)
    return SheetIdentity(
        sheet_id=sheet.sheet_id,
        page_ids=sheet.page_ids,
        candidate_id="" if reason else ids[best],
        guesses=_guesses(shares, ids),
        claimed_id=ids[best] if colliding else "",
        collision_with=tuple(sorted(sheets[other].sheet_id for other in colliding)),
        number=best_number(sheet.numbers),
        reason=reason,
    )


def _sources(sheet: SheetEvidence) -> list[tuple[NumberReading, ...]]:
    return [sheet.numbers, *(partner.numbers for partner in sheet.partners)]


def _plainly_shown(sheet: SheetEvidence, number: str) -> bool:
    """On the sheet itself, or on all the pages of which one is its other side."""
    if any(shows(reading, number) for reading in sheet.numbers):
        return True
    shown = [p.share for p in sheet.partners if any(shows(reading, number) for reading in p.numbers)]
    return sum(shown) >= CERTAIN_PAIR


def _why_waiting(sheet: SheetEvidence, shares: Table, colliding: bool, threshold: float) -> str:
    """The reason why a person must decide; empty when the machine may."""
    number, best = best_number(sheet.numbers), int(shares[:-1].argmax())
    if sheet.known_id:
        return ""
    if not says_something(sheet.numbers) and not (sheet.partners and shares[best] >= threshold):
        return _NO_NUMBER_BUT_NEIGHBOURS if _named_by_partners(sheet) else _NO_NUMBER
    if colliding:
        return f"有几张答题卡都是考号 {number}：可能是同一张重复扫描，也可能是有人填错。"
    if int(shares.argmax()) == len(shares) - 1:
        return f"读到的考号 {number} 不在名单上。"
    if shares[best] < threshold:
        spoilt = spoilt_words(sheet.numbers)
        return f"考号 {number} 有疑问{spoilt}，最可能的考生只有 {shares[best]:.0%} 的把握。"
    return ""


def _named_by_partners(sheet: SheetEvidence) -> bool:
    return any(says_something(partner.numbers) for partner in sheet.partners)


def _guesses(shares: Table, ids: Sequence[str]) -> tuple[Guess, ...]:
    """Ranked by probability; equal ones in the order of their ids."""
    named = [*ids, ""]
    order = sorted(
        range(len(shares)), key=lambda at: (-round(float(shares[at]), 9), named[at] == "", named[at])
    )
    kept = [at for at in order[:_GUESSES] if shares[at] >= _FEWEST_GUESS]
    return tuple(Guess(candidate_id=named[at], probability=min(1.0, float(shares[at]))) for at in kept)
