"""Handwriting: one writer's hand bends the strokes of each character a little differently each time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from demo.strokes import Points, glyphs

#: Ink is drawn at twice the card raster's scale and made smaller, so that a pen can be 2½ pixels wide.
INK_PX_PER_MM = 16.0
_SHIFT = 4  #: sub-pixel bits of OpenCV's polylines

Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Hand:
    """How one person writes. Lengths are shares of the character's size unless they say otherwise."""

    slant: float  #: x per y, positive leans right
    size_mm: float  #: of a Chinese character
    spacing: float  #: added to each advance
    bend: float  #: how far strokes are bent
    loose: float  #: how far each stroke slips from its place
    turn_deg: float  #: how far characters are turned
    wander: float  #: how far the baseline goes up and down
    pen_mm: float
    grey: int  #: of the pen: 0 black

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Hand:
        """A person like those of a junior school: from very neat to rather hasty."""
        haste = float(rng.beta(2.0, 3.0))
        return cls(
            slant=float(rng.normal(0.06, 0.07)),
            size_mm=float(rng.uniform(5.2, 6.6)),
            spacing=float(rng.uniform(-0.02, 0.14)),
            bend=0.012 + 0.045 * haste,
            loose=0.004 + 0.03 * haste,
            turn_deg=1.0 + 4.5 * haste,
            wander=0.02 + 0.06 * haste,
            pen_mm=float(rng.uniform(0.28, 0.44)),
            grey=int(rng.integers(20, 85)),
        )


def blank_ink(width_mm: float, height_mm: float) -> Ink:
    """A clear layer of a page: 255 where nothing is written."""
    return np.full((round(height_mm * INK_PX_PER_MM), round(width_mm * INK_PX_PER_MM)), 255, dtype=np.uint8)


def line_width_mm(text: str, hand: Hand, size_mm: float | None = None) -> float:
    """About how long the text is in this hand."""
    shapes = glyphs(text)
    size = size_mm or hand.size_mm
    return sum((shapes[c].advance + hand.spacing) * size for c in text)


def write_line(ink: Ink, text: str, box: BoxMm, hand: Hand, rng: np.random.Generator) -> None:
    """Write one line in a box, from its left, standing near its lower edge; smaller where it must be."""
    wide = line_width_mm(text, hand)
    size = min(hand.size_mm, box.height_mm * 0.82, hand.size_mm * box.width_mm * 0.97 / max(wide, 1e-6))
    x = box.x_mm + min(1.5, box.width_mm * 0.02) + float(rng.uniform(0, 0.8))
    y = box.bottom_mm - size * 1.08 - float(rng.uniform(0.0, 0.1)) * box.height_mm
    phase, period = rng.uniform(0, 6.3), rng.uniform(25, 70)
    for character in text:
        drift = hand.wander * size * float(np.sin(phase + x / period * 6.3))
        x += write_character(ink, character, (x, y + drift), size, hand, rng)


def wrapped(text: str, width_mm: float, hand: Hand) -> list[str]:
    """The text as lines that fit the width in this hand; punctuation does not start a line."""
    lines, line = [], ""
    for character in text:
        if line and line_width_mm(line + character, hand) > width_mm and character not in "，。；：、）":
            lines.append(line)
            line = ""
        line += character
    return [*lines, line] if line else lines


def write_paragraph(
    ink: Ink, text: str, box: BoxMm, hand: Hand, rng: np.random.Generator, pitch_mm: float = 9.5
) -> tuple[str, ...]:
    """Write lines down a box, the first at its top; returns the lines that found room."""
    lines = wrapped(text, box.width_mm - 4, hand)
    room = max(1, int(box.height_mm // pitch_mm))
    for row, line in enumerate(lines[:room]):
        where = BoxMm(
            x_mm=box.x_mm + 1, y_mm=box.y_mm + row * pitch_mm, width_mm=box.width_mm - 2, height_mm=pitch_mm
        )
        write_line(ink, line, where, hand, rng)
    return tuple(lines[:room])


def write_character(
    ink: Ink,
    character: str,
    corner_mm: tuple[float, float],
    size_mm: float,
    hand: Hand,
    rng: np.random.Generator,
) -> float:
    """Write one character with its em's top left at the corner; returns how far the pen moves on, in mm."""
    glyph = glyphs(character)[character]
    size = size_mm * float(rng.normal(1.0, 0.035))
    if glyph.strokes:
        grey = int(np.clip(hand.grey + rng.normal(0, 8), 0, 150))
        pen = max(2, round(hand.pen_mm * INK_PX_PER_MM * float(rng.normal(1.0, 0.03))))
        origin = np.array(corner_mm, dtype=np.float32) * INK_PX_PER_MM
        bent = _bent(glyph.strokes, glyph.advance, hand, rng)
        paths = [np.round((p * size * INK_PX_PER_MM + origin) * 2**_SHIFT).astype(np.int32) for p in bent]
        cv2.polylines(ink, paths, False, grey, pen, cv2.LINE_AA, _SHIFT)
    return (glyph.advance + hand.spacing) * size_mm * float(rng.normal(1.0, 0.04))


def _bent(strokes: tuple[Points, ...], advance: float, hand: Hand, rng: np.random.Generator) -> list[Points]:
    """The strokes turned, slanted and bent by one smooth field over the whole character.

    Both waves of the field are longer than a third of an em: strokes move together, as a hand does.
    """
    points = np.concatenate(strokes)
    middle = np.array((advance / 2, 0.5), dtype=np.float32)
    away = points - middle
    angle = float(np.radians(rng.normal(0, hand.turn_deg)))
    stretch = rng.normal(1.0, 0.04, 2)
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    lean = np.array(((1.0, -hand.slant - rng.normal(0, 0.02)), (0.0, 1.0)))
    away = (away * stretch) @ (turn @ lean).T
    waves = rng.uniform(2.0, 9.0, (2, 2)), rng.uniform(0, 6.3, (2, 2)), rng.normal(0, hand.bend, (2, 2))
    for axis in (0, 1):
        for wave in (0, 1):
            along = points[:, wave] * waves[0][axis, wave] + points[:, 1 - wave] * 1.7
            away[:, axis] += waves[2][axis, wave] * np.sin(along + waves[1][axis, wave])
    lengths = [len(stroke) for stroke in strokes]
    away += np.repeat(rng.normal(0, hand.loose, (len(strokes), 2)), lengths, axis=0)
    return list(np.split((away + middle).astype(np.float32), np.cumsum(lengths)[:-1]))
