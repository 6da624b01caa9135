"""Charts as SVG text for web pages: made on the server, no script, no style attribute.

Colours come from CSS (classes ``bar``, ``bar low``, ``axis``, ``label``) with presentation attributes
to fall back on, so that a strict content policy and a black-and-white printer both get a chart.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from feedback._measures import axis_top
from feedback.class_review import ReviewItem
from feedback.statistics import Band

__all__ = ["histogram", "item_bars"]

_LOW_RATE = 0.6  #: bars below are marked


def histogram(bands: Sequence[Band], *, title: str = "分数分布", width: int = 640, height: int = 260) -> str:
    """分数段 as upright bars with the number of candidates above each; letters are 13 of its units high."""
    left, bottom, top = 36, 34, 22
    room = height - bottom - top
    highest = axis_top([b.count for b in bands])
    step = (width - left - 8) / max(1, len(bands))
    parts = [_gridlines(width, left, top, room, [highest * q // 4 for q in range(5)], highest)]
    for place, band in enumerate(bands):
        x, tall = left + place * step, room * band.count / highest
        y = top + room - tall
        parts.append(
            f'<rect class="bar" x="{x + step * 0.12:.1f}" y="{y:.1f}" width="{step * 0.76:.1f}"'
            f' height="{tall:.1f}" fill="#3b6ea5"><title>{band.label} 分：{band.count} 人</title></rect>'
        )
        if band.count:
            parts.append(_text(x + step / 2, y - 5, str(band.count), "middle"))
        parts.append(_text(x + step / 2, height - bottom + 16, f"{band.low:g}", "middle", small=True))
    return _svg(width, height, title, "".join(parts))


def item_bars(items: Sequence[ReviewItem], *, title: str = "各题得分率", width: int = 640) -> str:
    """得分率 of each item as lying bars, the number at the end; low ones are hatched by class."""
    row, left = 22, min(64, width // 6)
    height = row * len(items) + 16
    room = width - left - 56
    parts = []
    for place, item in enumerate(items):
        rate = item.score_rate or 0.0
        y, name = 8 + place * row, html.escape(item.item)
        kind = "bar low" if rate < _LOW_RATE else "bar"
        fill = "#b3473c" if rate < _LOW_RATE else "#3b6ea5"
        said = "—" if item.score_rate is None else f"{100 * rate:.0f}%"
        parts += [
            _text(left - 8, y + 14, item.item, "end"),
            f'<rect class="track" x="{left}" y="{y + 3}" width="{room}" height="{row - 8}" fill="#e9edf1"/>',
            f'<rect class="{kind}" x="{left}" y="{y + 3}" width="{room * rate:.1f}" height="{row - 8}"'
            f' fill="{fill}"><title>第 {name} 题：{said}</title></rect>',
            _text(left + room + 8, y + 14, said, "start"),
        ]
    return _svg(width, height, title, "".join(parts))


def _gridlines(width: int, left: int, top: int, room: int, values: Sequence[int], highest: int) -> str:
    out = []
    for value in values:
        y = top + room * (1 - value / highest)
        out.append(
            f'<line class="axis" x1="{left}" y1="{y:.1f}" x2="{width - 8}" y2="{y:.1f}" stroke="#c8ced4"/>'
        )
        out.append(_text(left - 6, y + 4, str(value), "end", small=True))
    return "".join(out)


def _text(x: float, y: float, text: str, anchor: str, *, small: bool = False) -> str:
    return (
        f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333"'
        f' font-size="{11 if small else 13}">{html.escape(text)}</text>'
    )


def _svg(width: int, height: int, title: str, body: str) -> str:
    said = html.escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{said}"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}">{body}</svg>'
    )
