"""From measured ink to a verdict for each field. What could be meant otherwise is doubtful."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from core.cards import BubbleField
from core.pages import BubbleFill, BubbleReading, BubbleVerdict
from ocr.bubbles.calibration import calibrated
from ocr.bubbles.ink import Ink
from ocr.bubbles.page_model import PageModel

ERASED, FAINT, TWO_MARKS = "疑似擦除", "填涂过浅", "两处填涂"
CROSSED_OUT, FEW_STROKES, BESIDE = "疑似划掉", "笔画过少", "框外有墨迹"
MISPLACED = "填涂框位置对不准"

_FULL = 0.66  #: relative fill from which a bubble is filled
_TRACE = 0.11  #: relative fill from which something is there
_REMNANT = 0.36  #: beside a clear mark, up to this is a remnant that nobody means
_SURE = 0.8  #: of the probability of a lone mark
_STROKE = 0.24  #: a tick or a cross that is dark as the page's ink covers at least this much
_UNEVEN = 0.65  #: mean over strongest ink: strokes leave paper between them, a smear does not
_SMEAR_UNEVEN = 0.56  #: ticks and crosses lie below this, remnants above
_CLEAR_Z = 6.0  #: standard deviations of the page's empty bubbles
_LEAST_CONTRAST = 0.07
_OUTSIDE = 0.16  #: share of the surroundings with ink, above the page's usual, that may be a crossing-out
_BESIDE = 0.15  #: the same share for a bubble that is not full: a mark that missed its place
_CROSS_CORNERS = 3
_MIDDLE, _SLOPE = 0.45, 14.0
_MEANT_THOUGH_STRUCK = 0.2  #: most that a mark is taken for whose corners a cross leaves through


class Trace(Enum):
    """What one bubble shows."""

    EMPTY = "empty"
    FAINT = "faint"
    STROKES = "strokes"
    FULL = "full"


@dataclass(frozen=True)
class BubbleView:
    """One bubble as judged by itself."""

    label: str
    fill: float
    trace: Trace
    crossed: bool  #: strokes leave it as they do where a mark is crossed out
    smear: bool  #: what an eraser leaves: lighter than the page's ink, and even
    beside: bool  #: ink lies around it rather than in it
    probability: float


def judge(field: BubbleField, ink: Ink, span: slice, model: PageModel) -> BubbleReading:
    """The reading of one field, whose bubbles are ``ink[span]``."""
    views = _views(field, ink, span, model)
    reason = _doubt(views, field.multiple) if ink.placed[span].all() else MISPLACED
    if not reason and not any(v.probability > 0.5 for v in views) and not ink.outlined[span].all():
        reason = MISPLACED  # where an outline is not where it should be, its mark may not be either
    marked = tuple(view.label for view in views if view.probability > 0.5)
    settled = BubbleVerdict.MARKED if marked else BubbleVerdict.BLANK
    reading = BubbleReading(
        purpose=field.purpose.value,
        key=field.key,
        fills=tuple(BubbleFill(label=v.label, fill=v.fill, probability=v.probability) for v in views),
        marked=marked,
        verdict=BubbleVerdict.DOUBTFUL if reason else settled,
        confidence=0.5,
        reason=reason,
    )
    return calibrated(reading)


def _views(field: BubbleField, ink: Ink, span: slice, model: PageModel) -> list[BubbleView]:
    measured = zip(
        field.bubbles,
        model.relative(ink.fill[span]).tolist(),
        ink.fill[span].tolist(),
        ink.strength[span].tolist(),
        ink.outside[span].tolist(),
        ink.corners[span].tolist(),
        strict=True,
    )
    views = []
    for bubble, relative, fill, strength, outside, corners in measured:
        trace = _trace(relative, fill, strength, model)
        struck = trace is not Trace.EMPTY and corners >= _CROSS_CORNERS and model.corners < 2
        views.append(
            BubbleView(
                label=bubble.label,
                fill=round(relative, 4),
                trace=trace,
                crossed=struck or (trace is not Trace.EMPTY and outside >= model.overflow + _OUTSIDE),
                smear=_is_smear(relative, fill, strength, model),
                beside=trace is not Trace.FULL and outside >= _BESIDE,
                probability=_probability(relative, trace, struck=struck),
            )
        )
    return views


def _trace(relative: float, fill: float, strength: float, model: PageModel) -> Trace:
    contrast = fill - model.empty
    clear = contrast >= max(_CLEAR_Z * model.spread, _LEAST_CONTRAST)
    if clear and strength >= model.least_strength:
        if relative >= _FULL:
            return Trace.FULL
        # Where all marks are ticks, a tick is full: what is less may be a slip of the pencil.
        if relative >= _STROKE and contrast <= _UNEVEN * strength and not model.is_of_strokes:
            return Trace.STROKES
    if relative >= _TRACE and contrast >= max(4 * model.spread, _LEAST_CONTRAST / 2):
        return Trace.FAINT
    return Trace.EMPTY


def _is_smear(relative: float, fill: float, strength: float, model: PageModel) -> bool:
    even = relative < _STROKE or fill - model.empty > _SMEAR_UNEVEN * strength
    return even and strength < model.least_strength


def _probability(relative: float, trace: Trace, *, struck: bool) -> float:
    """That the bubble is meant as filled: a logistic of the fill; clear strokes count as more."""
    lifted = relative + 0.22 if trace is Trace.STROKES else relative
    p = 1 / (1 + math.exp(-_SLOPE * (min(max(lifted, -1.0), 2.0) - _MIDDLE)))
    return min(max(p, 0.001), _MEANT_THOUGH_STRUCK if struck else 0.999)


def _doubt(views: list[BubbleView], multiple: bool) -> str:
    """Why the field needs a person, or nothing."""
    marks = [v for v in views if v.trace in (Trace.FULL, Trace.STROKES)]
    faint = [v for v in views if v.trace is Trace.FAINT]
    if any(v.crossed for v in marks):
        return CROSSED_OUT
    if len(marks) > 1 and not multiple:
        return TWO_MARKS
    if len(marks) == 1 and not multiple:
        return _doubt_beside(marks[0], faint)
    if any(v.beside for v in views):
        return BESIDE
    if faint:
        return ERASED if marks or max(v.fill for v in faint) < _REMNANT else FAINT
    return FEW_STROKES if _are_unequal(marks) or any(v.probability < _SURE for v in marks) else ""


def _are_unequal(marks: list[BubbleView]) -> bool:
    """A stroke beside proper fills may be a slip of the pencil."""
    return len({view.trace for view in marks}) > 1


def _doubt_beside(mark: BubbleView, faint: list[BubbleView]) -> str:
    """One clear mark in a single choice: remnants beside it are tolerated while they are weak."""
    if mark.beside:
        return BESIDE
    if mark.probability < _SURE:
        return FEW_STROKES
    limit = _REMNANT if mark.trace is Trace.FULL else _TRACE
    return ERASED if any(v.fill > limit or not v.smear for v in faint) else ""
