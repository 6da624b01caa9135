"""What flows down the card's columns: blocks of one height that are kept whole where they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ocr.cards import measures as m
from ocr.cards.sheets import Sheet, box, fitted_size_pt


class Block(Protocol):
    """One thing of the flow. ``height_mm`` is what it needs; ``grows`` says it may be given more."""

    @property
    def height_mm(self) -> float: ...

    @property
    def grows(self) -> bool: ...

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        """Print and register it with its top left at ``(x, y)``, in the width and height given."""

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        """Its part of at most ``room_mm`` and the rest, or ``None`` where it cannot be cut there."""


@dataclass(frozen=True)
class Heading:
    """A section's title; stays with what follows it."""

    text: str
    bold: bool = True

    @property
    def height_mm(self) -> float:
        return m.SECTION_MM

    @property
    def grows(self) -> bool:
        return False

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        size = fitted_size_pt(self.text, width, 10.5, 5.0)
        sheet.text(box(x, y + 0.5, width, height - 1), self.text, size, bold=self.bold)

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        return None


@dataclass(frozen=True)
class Unit:
    """Blocks that stand together in one column: headings and the first thing under them."""

    blocks: tuple[Block, ...]

    @property
    def height_mm(self) -> float:
        return sum(block.height_mm for block in self.blocks)
