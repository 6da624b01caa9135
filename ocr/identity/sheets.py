"""Which pages are the two sides of one sheet, from their order in the stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.identity.evidence import PageTrace
from ocr.identity.numbers import agreement

#: Scores of taking two neighbours for one sheet; a page that stands alone scores 0.
_PAIR = 2.0
_SAME_WAY = 1.0  #: front and back come in the order in which most of the stack has them
_EVEN = 0.3  #: a duplex scanner begins sheets at even positions
_MOST_AGREEMENT = 8.0  #: what the numbers on both sides can add or take away
#: Below this share of pages in pairs a stack was scanned on one side, and pairs without a number on
#: both sides (the last front and the first back) are a coincidence.
_DUPLEX_SHARE = 0.6
_NUMBERS_AGREE = 2.0  #: both sides show numbers, and the same


@dataclass(frozen=True)
class _Pair:
    """Positions ``at`` and ``at + 1`` taken together."""

    at: int
    score: float
    numbers_agree: bool


def group_sheets(pages: Sequence[PageTrace]) -> tuple[tuple[str, ...], ...]:
    """The pages of each sheet, in the order of the stacks; a page without its other side is alone.

    Two neighbours in one stack are one sheet when their page numbers are a front and its back and
    their 考号 do not contradict. A page that is missing or was fed twice shifts the rest, so the
    best division of the whole stack is sought, not fixed places.
    """
    stacks: dict[str, list[PageTrace]] = defaultdict(list)
    for page in pages:
        stacks[page.stack_id].append(page)
    sheets: list[tuple[str, ...]] = []
    for stack_id in sorted(stacks):
        sheets.extend(_sheets_of(sorted(stacks[stack_id], key=lambda page: page.source_index)))
    return tuple(sheets)


def _sheets_of(stack: Sequence[PageTrace]) -> list[tuple[str, ...]]:
    """The better division of the two that expect fronts first or backs first."""
    divisions = [_divide(stack, front_first) for front_first in (True, False)]
    pairs = max(divisions, key=lambda division: sum(pair.score for pair in division))
    if 2 * len(pairs) < _DUPLEX_SHARE * len(stack):
        pairs = [pair for pair in pairs if pair.numbers_agree]
    seconds = {pair.at for pair in pairs}
    sheets, at = [], 0
    while at < len(stack):
        size = 2 if at in seconds else 1
        sheets.append(tuple(page.page_id for page in stack[at : at + size]))
        at += size
    return sheets


def _divide(stack: Sequence[PageTrace], front_first: bool) -> list[_Pair]:
    """The pairs of the division with the highest score (dynamic programming over positions)."""
    best: list[tuple[float, tuple[_Pair, ...]]] = [(0.0, ()), (0.0, ())]
    for end in range(2, len(stack) + 1):
        alone = best[end - 1]
        pair = _pair(stack, end - 2, front_first)
        if pair is not None and best[end - 2][0] + pair.score > alone[0]:
            best.append((best[end - 2][0] + pair.score, (*best[end - 2][1], pair)))
        else:
            best.append(alone)
    return list(best[min(len(stack), len(best) - 1)][1])


def _pair(stack: Sequence[PageTrace], at: int, front_first: bool) -> _Pair | None:
    """The two pages as one sheet, where they can be."""
    first, second = stack[at], stack[at + 1]
    front, back = sorted((first.card_page, second.card_page))
    if second.source_index != first.source_index + 1 or back != front + 1 or front % 2 == 0:
        return None
    shown = agreement(first.numbers, second.numbers)
    score = _PAIR + max(-_MOST_AGREEMENT, min(_MOST_AGREEMENT, shown))
    score += _SAME_WAY if (first.card_page == front) == front_first else 0.0
    score += _EVEN if first.source_index % 2 == 0 else 0.0
    return _Pair(at, score, shown > _NUMBERS_AGREE)
