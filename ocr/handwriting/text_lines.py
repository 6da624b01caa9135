"""One written line out of the readings of its pieces: placed on the card, without what is crossed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from core.geometry import BoxMm
from core.lattices import Lattice, joined
from core.pages import ReadChar, TextLine
from ocr.engines.protocol import LineReading
from ocr.handwriting.crossing import crossed_parts, is_within, silenced
from ocr.handwriting.ink import Ink
from ocr.handwriting.placing import spans
from ocr.handwriting.rows import Piece


@dataclass(frozen=True)
class _Told:
    """One piece as read: the characters that count, those crossed out, the looks without the latter."""

    kept: tuple[ReadChar, ...]
    crossed: tuple[ReadChar, ...]
    looks: tuple[Lattice, ...]


def text_line(
    ink: Ink, pieces: Sequence[Piece], readings: Sequence[LineReading], *, as_written: bool = False
) -> TextLine:
    """One written line. Characters that are crossed out are kept apart from its text and its looks.

    That the whole line is right is only known where every piece tells it and nothing is crossed out:
    what an engine told of a text is not true of the part that was kept.

    Args:
        ink: of the region.
        pieces: of the line, from left to right.
        readings: one for each of them.
        as_written: keep all its characters and looks, for a region that is crossed out as a whole.
    """
    told = [_told(ink, piece, reading, as_written) for piece, reading in zip(pieces, readings, strict=True)]
    chars = _joined([piece.kept for piece in told])
    crossed = tuple(char for piece in told for char in piece.crossed)
    return TextLine(
        text="".join(char.text for char in chars),
        box=row_box(ink, pieces),
        probability=_probability(readings, chars if crossed else None),
        right=None if crossed or as_written else _right(readings),
        chars=chars,
        alternatives=readings[0].alternatives if len(readings) == 1 and not crossed else (),
        looks=joined_looks([piece.looks for piece in told]),
        crossed=crossed,
    )


def _told(ink: Ink, piece: Piece, reading: LineReading, as_written: bool) -> _Told:
    parts = () if as_written else crossed_parts(piece.grey, reading)
    places = placed(ink, piece, reading)
    struck = [is_within(char, parts) for char in reading.chars]
    return _Told(
        kept=tuple(place for place, out in zip(places, struck, strict=True) if not out),
        crossed=tuple(place for place, out in zip(places, struck, strict=True) if out),
        looks=tuple(silenced(look, parts) for look in reading.looks),
    )


def _joined(pieces: Sequence[Sequence[ReadChar]]) -> tuple[ReadChar, ...]:
    """The characters of all pieces, with a space where a line was cut between two words."""
    chars: list[ReadChar] = []
    for piece in pieces:
        if chars and piece and _needs_space(chars[-1].text, piece[0].text):
            chars.append(ReadChar(text=" ", probability=1.0, x_mm=chars[-1].x_mm + chars[-1].width_mm))
        chars += piece
    return tuple(chars)


def joined_looks(looks: Sequence[Sequence[Lattice]]) -> tuple[Lattice, ...]:
    """The looks at a line that was read in pieces: as many as its least looked-at piece has."""
    many = min(map(len, looks), default=0)
    return tuple(joined([of_piece[at] for of_piece in looks]) for at in range(many))


def placed(ink: Ink, piece: Piece, reading: LineReading) -> list[ReadChar]:
    """The characters with their places on the card in millimetres."""
    scale = ink.px_per_mm
    return [
        ReadChar(
            text=char.text,
            probability=char.probability,
            x_mm=round((ink.left_px + piece.left + left) / scale, 2),
            width_mm=round(max(0.0, right - left) / scale, 2),
        )
        for char, (left, right) in zip(reading.chars, spans(piece.grey, reading.chars), strict=True)
    ]


def row_box(ink: Ink, pieces: Sequence[Piece]) -> BoxMm:
    """The box around a line's pieces on the card."""
    return ink.box_mm(
        min(p.left for p in pieces),
        min(p.top for p in pieces),
        max(p.right for p in pieces),
        max(p.bottom for p in pieces),
    )


def _needs_space(before: str, after: str) -> bool:
    """Lines are cut at wide gaps, which are spaces between words of the Latin script."""
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def _right(readings: Sequence[LineReading]) -> float | None:
    """That all pieces are read right, in [0, 1]; ``None`` where one of them does not tell.

    Nor does one of which no text was made: there is ink, and nobody is sure that it says nothing.
    """
    told = [reading.right for reading in readings if reading.right is not None and reading.text]
    return prod(told) if told and len(told) == len(readings) else None


def _probability(readings: Sequence[LineReading], kept: Sequence[ReadChar] | None) -> float:
    """Geometric mean: of the pieces' probabilities, or of the kept characters'; 0 of nothing."""
    if kept is None:
        several = [reading.probability for reading in readings if reading.text]
    else:
        several = [char.probability for char in kept]
    return float(np.exp(np.mean(np.log(np.maximum(1e-6, several))))) if several else 0.0
