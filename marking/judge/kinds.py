"""The kinds of speech to the marker, as the office is told of them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What kind of speech to the marker it is."""

    OVERRIDE = "override"
    AWARD = "award"
    ROLE = "role"
    TURN = "turn"
    VERDICT = "verdict"
    KEY = "key"
    MACHINE = "machine"
    PLEA = "plea"
    ENDING = "ending"
    HIDDEN = "hidden"
    ENCODED = "encoded"
