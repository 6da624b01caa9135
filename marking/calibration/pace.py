"""How long a person takes for a mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median

#: What is assumed of a mark while too few were timed. The pages name it as an assumption.
ASSUMED_S = 12.0
#: A longer pause was no marking; what came faster was given to several answers at once.
_LONGEST_S, _SHORTEST_S = 300.0, 1.0
_ENOUGH = 10


def seconds_per_mark(given: Iterable[tuple[str, datetime]]) -> float | None:
    """The median time between two marks of one person; ``None`` where fewer than ten were timed.

    Args:
        given: (login, time) of marks of one item, in any order.
    """
    times: dict[str, list[datetime]] = defaultdict(list)
    for login, at in given:
        times[login].append(at)
    gaps = [
        (later - earlier).total_seconds()
        for own in times.values()
        for earlier, later in zip(sorted(own), sorted(own)[1:], strict=False)
    ]
    marking = [gap for gap in gaps if _SHORTEST_S <= gap <= _LONGEST_S]
    return median(marking) if len(marking) >= _ENOUGH else None
