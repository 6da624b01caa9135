"""Filling a card's page as one pupil does: an ink layer to lay over the blank page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import zxingcpp

from core.cards import BubbleField, BubblePurpose, CardPage, WritingKind, WritingRegion
from core.geometry import BoxMm
from demo.handwriting import INK_PX_PER_MM, Hand, Ink, blank_ink, wrapped, write_character, write_line
from demo.pencil import fill_bubble
from demo.pupils import Answers, Choice
from demo.samples import Picture, Samples, paste_character, paste_digit
from ocr.cards import grid_cells

_LABEL_MM = 7.0  #: an answer box's printed label; writing starts below it
_PITCH_MM = 9.5


class PageFiller:
    """One pupil at work on one page after the other, with one hand."""

    def __init__(self, answers: Answers, samples: Samples, rng: np.random.Generator) -> None:
        self._answers = answers
        self._samples = samples
        self._rng = rng
        self._hand = Hand.drawn(rng)
        self._remaining: dict[str, list[str]] = {}
        self._real_line_at = int(rng.integers(0, 1000))
        self._real: dict[str, Picture] = {}
        #: What stands in each writing region, by item and part, as far as it found room.
        self.written: dict[str, dict[int, str]] = {}

    def fill(self, page: CardPage, with_number: bool = True) -> Ink:
        """The pupil's ink on this page at ``INK_PX_PER_MM``, 255 where nothing is."""
        ink = blank_ink(page.width_mm, page.height_mm)
        number = self._answers.candidate.number if with_number else ""
        self._write_names(ink, page)
        self._write_number(ink, page, number)
        for group in page.bubbles:
            self._fill_bubbles(ink, group, number)
        for region in page.writing:
            self._write(ink, region)
        return ink

    def _write_names(self, ink: Ink, page: CardPage) -> None:
        candidate = self._answers.candidate
        for one in page.printed:
            if one.slot and one.slot != "number":
                write_line(ink, str(getattr(candidate, one.slot)), one.box, self._hand, self._rng)

    def _write_number(self, ink: Ink, page: CardPage, number: str) -> None:
        # Nobody hurries over the number: it is written with half of the hand's usual haste.
        careful = replace(self._hand, bend=self._hand.bend / 2, loose=self._hand.loose / 3)
        for digit, box in zip(number, page.number_boxes, strict=False):
            pictures = self._samples.digits.get(digit)
            if pictures:
                paste_digit(ink, pictures[int(self._rng.integers(len(pictures)))], box, self._rng)
            else:
                size = min(box.height_mm * 0.72, box.width_mm * 1.15)
                corner = (box.centre.x_mm - 0.28 * size, box.centre.y_mm - 0.52 * size)
                write_character(ink, digit, corner, size, careful, self._rng)
        if number and page.sticker_box is not None:
            _stick(ink, number, page.sticker_box, self._rng)

    def _fill_bubbles(self, ink: Ink, group: BubbleField, number: str) -> None:
        choice = self._choice(group, number)
        for bubble in group.bubbles:
            if bubble.label in choice.erased:
                fill_bubble(ink, bubble.box, self._rng, "rubbed")
            if bubble.label in choice.marked:
                manner = choice.manner if choice.manner in ("faint", "tick", "cross") else ""
                fill_bubble(ink, bubble.box, self._rng, manner)

    def _choice(self, group: BubbleField, number: str) -> Choice:
        if group.purpose is BubblePurpose.ANSWER:
            return self._answers.choices.get(group.key, Choice(()))
        if group.purpose is BubblePurpose.OPTIONAL:
            return Choice((self._answers.optional[group.key],))
        if group.purpose is BubblePurpose.NUMBER and int(group.key) < len(number):
            return Choice((number[int(group.key)],))
        return Choice(())

    def _write(self, ink: Ink, region: WritingRegion) -> None:
        parts = self._answers.texts.get(region.item, {})
        if region.kind is WritingKind.LINE:
            text = parts.get(region.part, "")
            write_line(ink, text, region.box, self._hand, self._rng)
        elif region.kind is WritingKind.GRID:
            text = self._write_cells(ink, region, parts.get(0, ""))
        else:
            text = self._write_lines(ink, region, parts.get(0, ""))
        self.written.setdefault(region.item, {})[region.part] = text

    def _write_lines(self, ink: Ink, region: WritingRegion, text: str) -> str:
        """Lines down a box or on printed rules; what finds no room goes to the item's next part."""
        box, pitch = region.box, region.line_pitch_mm or _PITCH_MM
        top = box.y_mm + (0.0 if region.line_pitch_mm else _LABEL_MM)
        room = int((box.bottom_mm - top) // pitch)
        waiting = self._remaining.setdefault(region.item, wrapped(text, box.width_mm - 6, self._hand))
        lines, self._remaining[region.item] = waiting[:room], waiting[room:]
        for row, line in enumerate(lines):
            y = top + row * pitch
            where = BoxMm(x_mm=box.x_mm + 2, y_mm=y, width_mm=box.width_mm - 3, height_mm=pitch)
            write_line(ink, line, where, self._hand, self._rng)
        return "\n".join(lines)

    def _write_cells(self, ink: Ink, region: WritingRegion, text: str) -> str:
        """One character a cell, the paragraph starting two cells in, as is taught."""
        cells = grid_cells(region)
        if region.part == 0:
            self._remaining[region.item] = ["　", "　", *(self._real_characters(len(text)) or text)]
        waiting = self._remaining.get(region.item, [])
        here, self._remaining[region.item] = waiting[: len(cells)], waiting[len(cells) :]
        for character, cell in zip(here, cells, strict=False):
            self._write_cell(ink, character, cell)
        return "".join(here)

    def _write_cell(self, ink: Ink, character: str, cell: BoxMm) -> None:
        picture = self._real.get(character)
        if picture is not None:
            paste_character(ink, picture, cell, self._rng)
            return
        size = min(self._hand.size_mm * 1.05, cell.width_mm * 0.86)
        corner = (cell.centre.x_mm - size / 2, cell.centre.y_mm - size * 0.52)
        write_character(ink, character, corner, size, self._hand, self._rng)

    def _real_characters(self, count: int) -> str:
        """Characters of which there are real pictures, for every third pupil; "" for the others."""
        if not self._samples.lines or self._real_line_at % 3:
            return ""
        text, at = "", self._real_line_at
        while len(text) < count:
            line, pictures = self._samples.lines[at % len(self._samples.lines)]
            self._real.update(zip(line, pictures, strict=True))
            text, at = text + line, at + 1
        return text[:count]


def _stick(ink: Ink, number: str, box: BoxMm, rng: np.random.Generator) -> None:
    """A Code 128 sticker, a little askew in its area."""
    barcode = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.Code128)
    bars = np.array(barcode.to_image(scale=1, add_quiet_zones=True))[:1]
    width, height = round(box.width_mm * 0.86 * INK_PX_PER_MM), round(12 * INK_PX_PER_MM)
    label = cv2.resize(bars, (width, height), interpolation=cv2.INTER_NEAREST)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-2, 2)), 1.0)
    label = cv2.warpAffine(label, turn, (width, height), borderValue=255)
    left = round((box.x_mm + box.width_mm * 0.07) * INK_PX_PER_MM)
    top = round((box.y_mm + 10 + float(rng.uniform(0, 6))) * INK_PX_PER_MM)
    patch = ink[top : top + height, left : left + width]
    np.minimum(patch, label[: patch.shape[0], : patch.shape[1]].astype(np.uint8), out=patch)
