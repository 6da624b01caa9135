"""Which pages are the two sides of one sheet, as far as their stacks can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

from core.rosters import Roster
from ocr.identity.affinity import NumberAffinity
from ocr.identity.evidence import PageTrace
from ocr.identity.feeding import Fed, StackKinds, lone_weight, pair_probabilities

#: From here two pages are one sheet.
CERTAIN_PAIR = 0.99
_WORTH_NAMING = 0.01
#: A page that says whose it is and whose other side lies elsewhere, or that is there twice, stands
#: alone without any page missing.
_EXPECTED_ALONE = 0.2
_UNREADABLE_ALONE = 0.3
_BETWEEN_FOREIGN, _BETWEEN_AGAIN, _BETWEEN_UNREADABLE = 0.3, 0.3, 0.05
#: A page in between that may be another scan of one elsewhere, and one that cannot be.
_BETWEEN_PERHAPS_AGAIN, _BETWEEN_ONCE = 0.05, 0.002
#: A page without a number beside one whose other side is known to lie elsewhere.
_OTHER_SIDE_KNOWN = log(0.05)
_LOOSE_AMONG_OTHERS = 0.2  #: later, small stacks are often pages that had been missing
_STACKS_OF_ONE_SHEET = 8
_QUARTER_DEG = 90.0


@dataclass(frozen=True)
class Division:
    """The stacks divided into sheets.

    ``doubtful`` names, for pages that are alone in ``sheets``, the pages that may be their other side.
    """

    sheets: tuple[tuple[str, ...], ...]
    doubtful: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)


def group_sheets(pages: Sequence[PageTrace], roster: Roster | None = None) -> tuple[tuple[str, ...], ...]:
    """The pages of each sheet, in the order of the stacks; see :func:`divide_stacks`."""
    return divide_stacks(pages, roster).sheets


def divide_stacks(pages: Sequence[PageTrace], roster: Roster | None = None) -> Division:
    """Divide the stacks into sheets; a page without a certain other side is alone.

    Two pages are one sheet only where that is the only likely way to divide the whole stack, judged
    by their sides, their order, how they were turned, and their 考号.

    Args:
        pages: all pages of the exam, those between the readable ones among them.
        roster: whose numbers there are; without it the numbers on the pages stand for them.
    """
    affinity = NumberAffinity(pages, roster or Roster())
    stacks: dict[str, list[PageTrace]] = defaultdict(list)
    for page in pages:
        stacks[page.stack_id].append(page)
    kinds = _kinds(list(stacks.values()))
    sheets: list[tuple[str, ...]] = []
    doubtful: dict[str, tuple[tuple[str, float], ...]] = {}
    for stack_id in sorted(stacks):
        stack = sorted(stacks[stack_id], key=lambda page: page.source_index)
        shares = _shares(stack, affinity, kinds)
        certain = {pair for pair, share in shares.items() if share >= CERTAIN_PAIR}
        sheets += _sheets_of(stack, certain)
        doubtful |= _doubts(shares, {page for pair in certain for page in pair})
    return Division(tuple(sheets), doubtful)


def _kinds(stacks: Sequence[Sequence[PageTrace]]) -> StackKinds:
    """Loose pages are likely where there are several stacks, unless each sheet is a stack of its own."""
    single_sheets = sum(len(stack) == 2 for stack in stacks)
    one_each = single_sheets >= _STACKS_OF_ONE_SHEET and 2 * single_sheets > len(stacks)
    return StackKinds() if len(stacks) == 1 or one_each else StackKinds(loose=_LOOSE_AMONG_OTHERS)


def _sheets_of(stack: Sequence[PageTrace], certain: set[tuple[str, str]]) -> list[tuple[str, ...]]:
    second_of = dict(certain)
    seconds = set(second_of.values())
    return [
        (page.page_id, second_of[page.page_id]) if page.page_id in second_of else (page.page_id,)
        for page in stack
        if page.page_id not in seconds
    ]


def _doubts(
    shares: dict[tuple[str, str], float], settled: set[str]
) -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (first, second), share in shares.items():
        if share >= _WORTH_NAMING:
            found[first].append((second, share))
            found[second].append((first, share))
    return {page: tuple(others) for page, others in found.items() if page not in settled}


def _shares(
    stack: Sequence[PageTrace], affinity: NumberAffinity, kinds: StackKinds
) -> dict[tuple[str, str], float]:
    """Probability of each possible pair of pages, by their ids."""
    sides = max(page.card_pages for page in stack)
    line = _line(stack)
    fed = [_fed(at, line, sides, affinity) for at in range(len(line))]

    def ratio(first: int, second: int) -> float:
        a, b = line[first], line[second]
        return 0.0 if a is None or b is None else _affinity(a, b, affinity)

    found = pair_probabilities(fed, sides, ratio, kinds)
    return {
        (a.page_id, b.page_id): share
        for (first, second), share in found.items()
        if (a := line[first]) is not None and (b := line[second]) is not None and a.card_page and b.card_page
    }


def _line(stack: Sequence[PageTrace]) -> list[PageTrace | None]:
    """The pages in order; one ``None`` for each gap in the counting."""
    line: list[PageTrace | None] = []
    for page in stack:
        last = line[-1] if line else None
        if last is not None and page.source_index > last.source_index + 1:
            line.append(None)
        line.append(page)
    return line


def _fed(at: int, line: Sequence[PageTrace | None], sides: int, affinity: NumberAffinity) -> Fed:
    page = line[at]
    if page is None or (page.card_page == 0 and not page.foreign):
        return Fed(side=0, lone=_UNREADABLE_ALONE, between=_UNREADABLE_ALONE * _BETWEEN_UNREADABLE)
    if page.foreign:
        return Fed(side=0, lone=1.0, between=_BETWEEN_FOREIGN, foreign=True)
    near = [p.page_id for p in line[max(0, at - 3) : at + 4] if p is not None]
    number = affinity.plain(page.page_id)
    again = bool(number) and affinity.shown_elsewhere(number, page.card_page, [page.page_id])
    apart = bool(number) and affinity.shown_elsewhere(number, other_side(page.card_page), near)
    lone = max(lone_weight(page.card_page, sides), _EXPECTED_ALONE if again or apart else 0.0)
    turn = None if page.rotation_deg is None else round(page.rotation_deg / _QUARTER_DEG) % 4
    if again or apart:
        inside = _BETWEEN_AGAIN
    else:
        once = bool(number) or affinity.silent(page.card_page) < 2
        inside = _BETWEEN_ONCE if once else _BETWEEN_PERHAPS_AGAIN
    return Fed(side=page.card_page, lone=lone, between=lone * inside, turn=turn)


def _affinity(a: PageTrace, b: PageTrace, affinity: NumberAffinity) -> float:
    """What the numbers say; a page of which the other side lies elsewhere hardly has this one."""
    ratio = affinity.log_ratio(a.page_id, b.page_id)
    for one, other in ((a, b), (b, a)):
        number = affinity.plain(one.page_id)
        known = bool(number) and not affinity.plain(other.page_id) and other.card_page > 0
        if known and affinity.shown_elsewhere(number, other.card_page, [one.page_id, other.page_id]):
            ratio += _OTHER_SIDE_KNOWN
    return ratio


def other_side(side: int) -> int:
    """The page number on the other side of the sheet: 1 and 2, 3 and 4, …"""
    return side + 1 if side % 2 else side - 1
