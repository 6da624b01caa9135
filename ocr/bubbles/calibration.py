"""How often readings of each kind are right, so that a confidence says what it says.

For each kind (what was settled, or why it is doubtful) a line on the log-odds of the bubbles' own
certainty. Fitted by ``python -m benchmarks.bubbles --fit`` on made-up hands (``benchmarks.bubble_hands``),
whose scans are seeded; the figures in the benchmark are of other seeds.
"""

from __future__ import annotations

import math

from core.pages import BubbleReading

BLANK, FILLED, STROKES = "blank", "filled", "strokes"

#: Kind: offset and slope on the log-odds of the certainty.
LINES: dict[str, tuple[float, float]] = {
    BLANK: (1.3, 0.9),
    FILLED: (6.5, 0.0),
    STROKES: (5.0, 0.0),
    "两处填涂": (-3.5, 1.5),
    "填涂框位置对不准": (0.5, 0.6),
    "填涂过浅": (1.7, 0.0),
    "疑似划掉": (3.6, 0.4),
    "疑似擦除": (0.0, 0.35),
    "笔画过少": (3.5, 0.0),
}
_USUAL_LINE = (0.0, 0.5)  #: of a kind that was too rare to be fitted
_MOST_LOG_ODDS = 6.5  #: beyond what a fit on ten thousand fields can tell
_STROKES_BELOW = 0.66  #: relative fill under which a settled mark is of strokes


def reading_kind(reading: BubbleReading) -> str:
    """Why a reading is doubtful, else what was settled: nothing, proper fills, or strokes."""
    if reading.reason:
        return reading.reason
    marks = [fill.fill for fill in reading.fills if fill.label in reading.marked]
    if not marks:
        return BLANK
    return STROKES if min(marks) < _STROKES_BELOW else FILLED


def log_odds(reading: BubbleReading) -> float:
    """The bubbles' certainty (all of them read rightly, each by itself) as bounded log-odds."""
    certainty = math.prod(max(fill.probability, 1 - fill.probability) for fill in reading.fills)
    p = min(max(certainty, 1e-3), 1 - 1e-3)
    return math.log(p / (1 - p))


def calibrated(reading: BubbleReading) -> BubbleReading:
    """The reading with the share of readings of its kind and certainty that are right."""
    offset, slope = LINES.get(reading_kind(reading), _USUAL_LINE)
    x = min(max(offset + slope * log_odds(reading), -_MOST_LOG_ODDS), _MOST_LOG_ODDS)
    return reading.model_copy(update={"confidence": 1 / (1 + math.exp(-x))})
