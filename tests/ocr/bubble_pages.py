"""Pages of bubbles drawn and filled in many ways, with the truth beside them, for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import Bubble, BubbleField, BubblePurpose
from core.geometry import BoxMm
from ocr.rasters import Grey, PageRaster

PX = 8.0
WIDTH_MM, HEIGHT_MM = 210.0, 148.0
Canvas = NDArray[np.float32]


def exam_fields() -> tuple[BubbleField, ...]:
    """A 考号 grid of 8 digits, 20 single choices of four, 6 multiple choices, and 缺考."""
    fields = [_column(BubblePurpose.NUMBER, str(i), "0123456789", 20 + 8 * i, 15) for i in range(8)]
    for i in range(20):
        x, y = 15 + 42 * (i // 5), 70 + 6 * (i % 5)
        fields.append(_row(BubblePurpose.ANSWER, str(i + 1), "ABCD", x, y, multiple=False))
    for i in range(6):
        fields.append(
            _row(
                BubblePurpose.ANSWER,
                str(i + 21),
                "ABCDE",
                15 + 50 * (i // 3),
                110 + 6 * (i % 3),
                multiple=True,
            )
        )
    fields.append(_row(BubblePurpose.ABSENT, "absent", ("absent",), 150, 20, multiple=False))
    return tuple(fields)


def _row(
    purpose: BubblePurpose, key: str, labels: str | tuple[str, ...], x: float, y: float, *, multiple: bool
) -> BubbleField:
    bubbles = tuple(
        Bubble(label=label, box=BoxMm(x_mm=x + 7.5 * i, y_mm=y, width_mm=5, height_mm=2.8))
        for i, label in enumerate(labels)
    )
    return BubbleField(purpose=purpose, key=key, bubbles=bubbles, multiple=multiple)


def _column(purpose: BubblePurpose, key: str, labels: str, x: float, y: float) -> BubbleField:
    bubbles = tuple(
        Bubble(label=label, box=BoxMm(x_mm=x, y_mm=y + 4.6 * i, width_mm=5, height_mm=2.8))
        for i, label in enumerate(labels)
    )
    return BubbleField(purpose=purpose, key=key, bubbles=bubbles)


def printed(fields: tuple[BubbleField, ...], *, outline: str = "box", ink: int = 90) -> Canvas:
    """The blank card: outlines and labels in grey ``ink`` on white."""
    page = np.full((round(HEIGHT_MM * PX), round(WIDTH_MM * PX)), 255, np.uint8)
    for one in fields:
        for bubble in one.bubbles:
            _print_bubble(page, bubble, outline, ink)
    cv2.putText(page, "No. 1-20 choose one", (130, 540), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2, cv2.LINE_AA)
    return page.astype(np.float32)


def _print_bubble(page: Grey, bubble: Bubble, outline: str, ink: int) -> None:
    box = bubble.box
    left, top, right, bottom = (round(v * PX) for v in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm))
    middle = ((left + right) // 2, (top + bottom) // 2)
    if outline == "box":
        cv2.rectangle(page, (left, top), (right, bottom), ink, 1, cv2.LINE_AA)
    else:
        cv2.ellipse(page, middle, ((right - left) // 2, (bottom - top) // 2), 0, 0, 360, ink, 1, cv2.LINE_AA)
    label = bubble.label[:1].upper()
    at = (middle[0] - 5, middle[1] + 5)
    cv2.putText(page, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, ink, 1, cv2.LINE_AA)


@dataclass
class Pen:
    """Draws marks: ``darkness`` 0–1 of the pencil, ``looseness`` how far strokes leave the outline."""

    random: np.random.Generator
    darkness: float = 0.65
    looseness: float = 0.08

    def _layer(self, page: Canvas) -> Grey:
        return np.zeros(page.shape, np.uint8)

    def _press(self, page: Canvas, layer: Grey, darkness: float) -> None:
        x, y, width, height = cv2.boundingRect(layer)
        part = (slice(max(0, y - 3), y + height + 3), slice(max(0, x - 3), x + width + 3))
        soft = cv2.GaussianBlur(layer[part], (3, 3), 0).astype(np.float32) / 255
        page[part] *= 1 - darkness * soft

    def fill(self, page: Canvas, box: BoxMm, darkness: float | None = None, spacing: int = 3) -> None:
        """Hatching to and fro, as a pencil fills."""
        layer = self._layer(page)
        left, right = box.x_mm * PX + 2, box.right_mm * PX - 2
        top, bottom = box.y_mm * PX + 1, box.bottom_mm * PX - 1
        for y in np.arange(top, bottom + 0.1, spacing):
            slip = self.random.normal(0, self.looseness * (right - left) / 2, 2)
            tilt = self.random.normal(0, 1.2, 2)
            start, end = (int(left + slip[0]), int(y + tilt[0])), (int(right + slip[1]), int(y + tilt[1]))
            cv2.line(layer, start, end, 255, 4, cv2.LINE_AA)
        shade = self.random.normal(1.0, 0.05)
        self._press(page, layer, float(np.clip((darkness or self.darkness) * shade, 0.02, 0.97)))

    def stroke(self, page: Canvas, points: list[tuple[float, float]], width: int = 3) -> None:
        """A line through points in mm, in pen."""
        layer = self._layer(page)
        path = np.round(np.array(points) * PX).astype(np.int32)
        cv2.polylines(layer, [path], False, 255, width, cv2.LINE_AA)
        self._press(page, layer, max(self.darkness, 0.6))

    def tick(self, page: Canvas, box: BoxMm) -> None:
        c, w, h = box.centre, box.width_mm, box.height_mm
        self.stroke(
            page,
            [
                (c.x_mm - 0.35 * w, c.y_mm - 0.05 * h),
                (c.x_mm - 0.1 * w, c.y_mm + 0.4 * h),
                (c.x_mm + 0.4 * w, c.y_mm - 0.45 * h),
            ],
        )

    def cross(self, page: Canvas, box: BoxMm, share: float = 0.42) -> None:
        c, w, h = box.centre, box.width_mm * share, box.height_mm * share
        self.stroke(page, [(c.x_mm - w, c.y_mm - h), (c.x_mm + w, c.y_mm + h)])
        self.stroke(page, [(c.x_mm + w, c.y_mm - h), (c.x_mm - w, c.y_mm + h)])

    def erase(self, page: Canvas, box: BoxMm, remains: float) -> None:
        """A smear with remnants of what was there."""
        self.fill(page, box, darkness=remains)
        layer = self._layer(page)
        centre = (round(box.centre.x_mm * PX), round(box.centre.y_mm * PX))
        axes = (round(box.width_mm * PX * 0.7), round(box.height_mm * PX * 0.8))
        cv2.ellipse(layer, centre, axes, 10, 0, 360, 255, -1)
        self._press(page, np.asarray(cv2.GaussianBlur(layer, (15, 15), 0)), remains / 3)


@dataclass
class DrawnPage:
    """A filled page before the scanner; ``truth`` is what the candidate meant, by field key."""

    canvas: Canvas
    truth: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    kind: dict[tuple[str, str], str] = field(default_factory=dict)


def answered(
    fields: tuple[BubbleField, ...], pen: Pen, kinds: Mapping[str, float], blank: Canvas
) -> DrawnPage:
    """A page answered at random; ``kinds`` gives the odds of each way of filling a single choice."""
    page = DrawnPage(blank.copy())
    names, odds = list(kinds), np.array(list(kinds.values())) / sum(kinds.values())
    for one in fields:
        key = (one.purpose.value, one.key)
        kind = "full" if one.purpose is BubblePurpose.NUMBER else str(pen.random.choice(names, p=odds))
        if one.purpose is BubblePurpose.ABSENT:
            kind = "blank"
        if one.multiple and kind in ("double", "crossed_other", "erased_other"):
            kind = "full"
        page.kind[key] = kind
        page.truth[key] = _answer(page.canvas, one, pen, kind)
    return page


def _answer(canvas: Canvas, one: BubbleField, pen: Pen, kind: str) -> tuple[str, ...]:
    order = pen.random.permutation(len(one.bubbles))
    count = int(pen.random.integers(2, 4)) if one.multiple else 1
    chosen = [one.bubbles[i] for i in sorted(order[:count])]
    other = one.bubbles[order[-1]]
    if kind == "blank":
        return ()
    if kind == "erased":
        pen.erase(canvas, chosen[0].box, pen.darkness * float(pen.random.uniform(0.1, 0.4)))
        return ()
    if kind == "crossed":
        pen.fill(canvas, chosen[0].box)
        pen.cross(canvas, chosen[0].box, share=0.95)
        return ()
    for bubble in chosen:
        _mark(canvas, bubble.box, pen, kind)
    if kind == "double":
        pen.fill(canvas, other.box)
        return ("?",)
    if kind == "erased_other":
        pen.erase(canvas, other.box, pen.darkness * float(pen.random.uniform(0.1, 0.3)))
    if kind == "crossed_other":
        pen.fill(canvas, other.box)
        pen.cross(canvas, other.box, share=0.95)
    return tuple(b.label for b in chosen)


def _mark(canvas: Canvas, box: BoxMm, pen: Pen, kind: str) -> None:
    if kind == "tick":
        pen.tick(canvas, box)
    elif kind == "cross":
        pen.cross(canvas, box)
    elif kind == "light":
        pen.fill(canvas, box, darkness=0.6 * pen.darkness)
    else:
        pen.fill(canvas, box)


@dataclass
class Scanner:
    """What paper and scanner do: all at once or one at a time; zero does nothing."""

    random: np.random.Generator
    shading: float = 0.0  #: share of light lost across the page
    noise: float = 0.0  #: grey levels
    blur: float = 0.0  #: px
    specks: float = 0  #: how many
    offset_mm: float = 0.0  #: misregistration left over
    skew_deg: float = 0.0
    curl_mm: float = 0.0
    jpeg: float = 0  #: quality, 0 for none
    paper: float = 245.0

    def scan(self, canvas: Canvas) -> PageRaster:
        height, width = canvas.shape
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        turn = np.deg2rad(self.skew_deg)
        phase = self.random.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * y / height + phase) * self.curl_mm * PX
        map_x = x + (y - height / 2) * np.float32(turn) + self.random.uniform(-1, 1) * self.offset_mm * PX
        map_y = (
            y - (x - width / 2) * np.float32(turn) + wave + self.random.uniform(-1, 1) * self.offset_mm * PX
        )
        page = cv2.remap(
            canvas, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=255
        )
        page = page * (self.paper / 255) * (1 - self.shading * (x / width + y / height) / 2)
        if self.specks:
            at = self.random.integers(0, [height, width], (int(self.specks), 2))
            page[at[:, 0], at[:, 1]] = 40
        if self.blur:
            page = cv2.GaussianBlur(page, (0, 0), self.blur)
        page += self.random.normal(0, self.noise or 1e-6, page.shape).astype(np.float32)
        pixels = np.clip(page, 0, 255).astype(np.uint8)
        if self.jpeg:
            _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(self.jpeg)])
            pixels = np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
        return PageRaster(pixels=pixels, px_per_mm=PX)
