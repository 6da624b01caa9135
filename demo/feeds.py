"""How the sheets go through the scanner: in which order, which way up, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

MISSING, NO_NUMBER, FED_TWICE, STRAY = "missing page", "no number", "fed twice", "stray"
_UPSIDE_DOWN_SHARE = 0.12


@dataclass(frozen=True)
class Feed:
    """One side on its way through the scanner. ``pupil`` is -1 for the stray page."""

    pupil: int
    page: int
    upside_down: bool = False
    faults: tuple[str, ...] = ()


def plan_feeds(people: int, pages: int, rng: np.random.Generator) -> list[Feed]:
    """In which order sides go through, and what goes wrong with each."""
    order = [int(pupil) for pupil in rng.permutation(people)]
    faulty = [int(pupil) for pupil in rng.permutation(people)]
    missing, no_number, twice = (*faulty[:3], -2, -2, -2)[:3]
    turned = set(order[1 :: max(2, round(1 / _UPSIDE_DOWN_SHARE))])
    feeds = []
    for pupil in order:
        sides = list(range(1, pages + 1))
        if pupil == missing and pages > 1:
            sides.pop()
        down = pupil in turned
        faults = (NO_NUMBER,) if pupil == no_number else ()
        feeds += [Feed(pupil, side, down, faults) for side in (reversed(sides) if down else sides)]
    _feed_again(feeds, twice, rng)
    feeds.insert(int(rng.integers(1, len(feeds) + 1)), Feed(-1, 1, False, (STRAY,)))
    return feeds


def _feed_again(feeds: list[Feed], pupil: int, rng: np.random.Generator) -> None:
    """Put one side of the pupil's sheet somewhere else in the stack too; the later one is the fault."""
    again = next((feed for feed in feeds if feed.pupil == pupil), None)
    if again is None:
        return
    feeds.insert(int(rng.integers(0, len(feeds))), again)
    second = [i for i, feed in enumerate(feeds) if feed == again][1]
    feeds[second] = replace(again, faults=(FED_TWICE,))


def sheet_faults(feeds: list[Feed], people: int, pages: int) -> list[set[str]]:
    """What is wrong with each pupil's sheet."""
    faults: list[set[str]] = [set() for _ in range(people)]
    for feed in feeds:
        if feed.pupil >= 0:
            faults[feed.pupil].update(feed.faults)
    for pupil, found in enumerate(faults):
        if len({feed.page for feed in feeds if feed.pupil == pupil}) < pages:
            found.add(MISSING)
    return faults


def ledger_of(feeds: list[Feed], faults: list[set[str]], pages: int) -> dict[str, int]:
    """The counts that a right ledger shows: pages by state, sheets by what is known of them."""
    missing = sum(MISSING in found for found in faults)
    unidentified = sum(NO_NUMBER in found for found in faults)
    duplicate = sum(FED_TWICE in feed.faults for feed in feeds)
    stray = sum(feed.pupil < 0 for feed in feeds)
    return {
        "pages": len(feeds),
        "placed": len(feeds) - duplicate - stray - unidentified * pages,
        "sheets": len(faults),
        "identified": len(faults) - missing - unidentified,
        "missing": missing,
        "unidentified": unidentified,
        "duplicate": duplicate,
        "stray": stray,
    }
