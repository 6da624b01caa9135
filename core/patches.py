"""A changed key or criterion before it is adopted: which marks it touches, and how the means move."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from core.base import Record


class Fate(StrEnum):
    """What becomes of one response's mark under the new standard."""

    SAME = "same"  #: the machine says the same under both; its mark stays, now under the new standard
    CONFIRMED = "confirmed"  #: as ``SAME``, and the mark is a person's: it stays final
    REMARKED = "remarked"  #: a settled mark that follows the key gets other steps, or none
    SUGGESTED = "suggested"  #: a proposal that waits anyway changes
    RECHECK = "recheck"  #: a person's mark that the machine judges differently now: people look again
    OPEN = "open"  #: a person's mark that waits already (flagged, or sent back before)


#: Those that the change touches.
TOUCHED = (Fate.REMARKED, Fate.SUGGESTED, Fate.RECHECK)


class SeenAward(Record):
    """One award as the preview shows it, in steps."""

    criterion: str
    steps: int
    full_steps: int
    reason: str = ""


class TouchedResponse(Record):
    """One response that the change touches.

    ``before`` and ``after`` are what counts now and what would count; of a person's mark both are the
    person's own. ``old`` and ``new`` are what the machine says under each standard (``None``: nothing).
    """

    page_id: str
    item: str
    fate: Fate
    before: int | None
    after: int | None
    old: int | None = None
    new: int | None = None
    old_awards: tuple[SeenAward, ...] = ()
    new_awards: tuple[SeenAward, ...] = ()
    text: str = ""  #: what was read or filled


class Flow(Record):
    """How many marks go from so many steps to so many (``None``: no score)."""

    fate: Fate
    before: int | None
    after: int | None
    count: int


class ClassShift(Record):
    """A class before and after; means of totals in steps, rates as shares of full marks in [0, 1].

    ``name`` is "" for everybody. Means and rates are ``None`` where nobody was present.
    """

    name: str
    present: int
    mean_before: float | None
    mean_after: float | None
    rate_before: float | None
    rate_after: float | None


class PatchPreview(Record):
    """What one item's new standard would do. Nothing of it is saved until somebody adopts it.

    ``blob`` is the SHA-256 of the new exam's YAML, ``base_revision`` the exam's revision that it was made
    from. ``refused`` says why there is no preview (then nothing else is filled in).
    """

    item: str
    blob: str
    base_revision: int
    by: str
    changes: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    refused: str = ""
    responses: int = 0
    fates: dict[Fate, int] = Field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    sample: tuple[TouchedResponse, ...] = ()
    classes: tuple[ClassShift, ...] = ()
    released: int = 0  #: the last release, 0 when there is none
    at: datetime

    @property
    def touched(self) -> int:
        """How many responses the change touches."""
        return sum(self.fates.get(fate, 0) for fate in TOUCHED)


class PatchDone(Record):
    """A change as it was adopted and carried out."""

    item: str
    revision: int  #: of the exam
    by: str
    why: str
    changes: tuple[str, ...]
    fates: dict[Fate, int]
    earlier: int = 0  #: marks that stood under the new standard already (the job had run before)
    at: datetime


class MissedWording(Record):
    """Words that people credited where the machine had not found the criterion.

    ``part`` is the criterion's id, or the blank's number of a fill. ``credited`` of the answers with these
    words got the points from a person, ``refused`` did not.
    """

    part: str
    words: str
    credited: int
    refused: int = 0


class MissedWordings(Record):
    """All of an item, most credited first."""

    item: str
    wordings: tuple[MissedWording, ...]
    looked_at: int  #: marks of people
    at: datetime
