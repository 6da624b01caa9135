"""The school's borders of 一分三率, as its settings have them."""

from __future__ import annotations

from core.settings import Settings
from feedback.statistics import Thresholds


def thresholds_of(settings: Settings) -> Thresholds:
    """Borders in per cent of full marks, rounded so that 0.55 is 55 and not a hair more."""
    return Thresholds(
        excellent_percent=round(100 * settings.excellent_share, 6),
        pass_percent=round(100 * settings.pass_share, 6),
        low_percent=round(100 * settings.low_share, 6),
    )
