"""A roster file as rows of cells, whatever it came from."""

from __future__ import annotations

from dataclasses import dataclass

#: A roster beyond these is none.
MAX_ROWS = 50_000
MAX_COLUMNS = 120
MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` as a person sees it; ``number`` says that the file holds a number, not text.

    ``formula`` marks a formula whose value the file does not hold.
    """

    text: str
    number: bool = False
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` counts as the person's program does, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        return self.cells[column].text if column < len(self.cells) else ""

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else Cell("")

    @property
    def is_empty(self) -> bool:
        return not any(cell.text.strip() or cell.formula for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet; ``title`` is empty for files that have no sheets."""

    title: str
    rows: tuple[Row, ...]


def text_rows(lines: list[list[str]]) -> tuple[Row, ...]:
    """Rows of plain texts, numbered from 1."""
    return tuple(Row(i, tuple(Cell(text) for text in line)) for i, line in enumerate(lines, start=1))
