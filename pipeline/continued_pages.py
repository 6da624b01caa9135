"""Answers that go on over several pages: which later pages belong to a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core.ledger import PageEntry


def later_pages(entries: Sequence[PageEntry]) -> dict[str, tuple[str, ...]]:
    """By page id the ids of the later pages of the same card and sheet or candidate, in the card's order.

    Args:
        entries: pages that count, in the order of scanning; the time taken grows with their number.
    """
    together: dict[tuple[str, str, str], list[PageEntry]] = defaultdict(list)
    for entry in entries:
        for key in _keys(entry):
            together[key].append(entry)
    found = {}
    for entry in entries:
        others = {o.page.id: o for key in _keys(entry) for o in together[key]}
        later = [o for o in others.values() if o.card_page > entry.card_page > 0]
        found[entry.page.id] = tuple(o.page.id for o in sorted(later, key=lambda o: o.card_page))
    return found


def _keys(entry: PageEntry) -> tuple[tuple[str, str, str], ...]:
    named = (("candidate", entry.candidate_id), ("sheet", entry.sheet))
    return tuple((entry.card_id, what, name) for what, name in named if name)
