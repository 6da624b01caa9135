"""Pictures of figures as SVG shapes: places on a plane of 420 × 300, for a template to draw.

No style attributes (the pages' policy forbids them), and nothing that only an eye can read: the templates
give every chart a sentence and a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.licences import ReliabilityBin, RiskPoint

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 24, 14, 44
#: Shares of wrong marks above this are not worth drawing, unless there are no others.
_USUAL_TOP = 0.2
#: So few points are drawn as dots, too.
_FEW = 12


@dataclass(frozen=True)
class Tick:
    """A line of the grid with its words; ``at`` in pixels along its axis."""

    at: float
    words: str


@dataclass(frozen=True)
class Dot:
    """A dot with its radius, a vertical line (low, high) for its interval, and words."""

    x: float
    y: float
    radius: float
    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Chart:
    """What a template draws."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...] = ()
    line: str = ""  #: points of a polyline
    second: str = ""  #: of another one
    guide: str = ""  #: of the dashed one to compare with
    marked: Dot | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def _x(share: float) -> float:
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - min(1.0, share) * (HEIGHT - _TOP - _BOTTOM), 1)


def _shares(most: float) -> list[float]:
    return [most * n / 5 for n in range(6)]


def _percents(most: float) -> list[str]:
    digits = 0 if most * 20 == int(most * 20) else 1
    return [f"{share * 100:.{digits}f}%" for share in _shares(most)]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x)},{_y(y)}" for x, y in places)


def reliability_chart(bins: Sequence[ReliabilityBin], calibrated: Sequence[tuple[float, float]]) -> Chart:
    """Confidence to the right, share that agreed upwards; the dashed line is where both are equal.

    Args:
        bins: that hold any mark.
        calibrated: (confidence, fitted probability) along the axis.
    """
    most = max((one.count for one in bins), default=1)
    dots = tuple(
        Dot(
            x=_x(one.confidence),
            y=_y(one.agreed),
            radius=round(3 + 5 * (one.count / most) ** 0.5, 1),
            low=_y(one.agreed_low),
            high=_y(one.agreed_high),
            words=f"{one.confidence * 100:.0f}% → {one.agreed * 100:.0f}% ({one.count})",
        )
        for one in bins
    )
    return Chart(
        x_ticks=tuple(Tick(_x(s), w) for s, w in zip(_shares(1), _percents(1), strict=True)),
        y_ticks=tuple(Tick(_y(s), w) for s, w in zip(_shares(1), _percents(1), strict=True)),
        dots=dots,
        line=_path(calibrated),
        guide=_path([(0, 0), (1, 1)]),
    )


def risk_chart(
    curve: Sequence[RiskPoint], level: float | None = None, chosen: RiskPoint | None = None
) -> Chart:
    """Share settled to the right; upwards the bound of wrong ones (line) and their share (second line).

    Args:
        curve: from the strictest threshold on.
        level: drawn as the dashed line.
        chosen: a point to be marked.
    """
    bounds = [point.bound for point in curve[len(curve) // 2 :]]
    wanted = 1.0 if min(bounds) > _USUAL_TOP else min(max(bounds), _USUAL_TOP)
    top = next(most for most in (0.05, 0.1, _USUAL_TOP, 1.0) if wanted <= most)

    def dot(point: RiskPoint) -> Dot:
        at = _y(point.bound / top)
        words = f"{point.settled}: {point.bound * 100:.1f}%"
        return Dot(_x(point.share), at, 6, at, at, words)

    return Chart(
        x_ticks=tuple(Tick(_x(s), w) for s, w in zip(_shares(1), _percents(1), strict=True)),
        y_ticks=tuple(Tick(_y(s / top), w) for s, w in zip(_shares(top), _percents(top), strict=True)),
        line=_path([(point.share, point.bound / top) for point in curve]),
        dots=tuple(replace(dot(point), radius=3) for point in curve) if len(curve) <= _FEW else (),
        second=_path([(point.share, point.wrong / point.settled / top) for point in curve]),
        guide=_path([(0, level / top), (1, level / top)]) if level else "",
        marked=dot(chosen) if chosen else None,
    )
