"""What one text is worth against one check."""

from __future__ import annotations

from dataclasses import dataclass

from core.marks import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """What a text earns, and why in words that a teacher uses.

    ``clearness`` in [0, 1]: that a teacher who reads the same text gives the same steps.
    """

    steps: int
    reason: str
    clearness: float
    verdict: Verdict

    @property
    def is_unreadable(self) -> bool:
        """The text does not say what was asked for, neither right nor wrong."""
        return self.verdict is Verdict.NOT_ADDRESSED


def right(steps: int, reason: str, clearness: float = 1.0) -> Judged:
    """All that there is to earn."""
    return Judged(steps, reason, clearness, Verdict.CREDITED)


def partly(full: int, lost: int | None, reason: str, clearness: float = 0.95) -> Judged:
    """Right but for a slip that costs ``lost`` steps; ``None``: everything."""
    left = 0 if lost is None else max(0, full - lost)
    verdict = Verdict.CREDITED if left == full else Verdict.PARTLY if left else Verdict.CONTRADICTED
    return Judged(left, reason, clearness, verdict)


def wrong(reason: str, clearness: float = 0.95) -> Judged:
    """Something else than the key."""
    return Judged(0, reason, clearness, Verdict.CONTRADICTED)


def unreadable(what: str, clearness: float = 0.5) -> Judged:
    """看不懂: the text cannot be read as what was asked for; a person looks."""
    return Judged(0, f"看不懂：{what}", clearness, Verdict.NOT_ADDRESSED)
