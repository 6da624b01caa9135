"""Which pages are trained on: decided by the page's name alone, so that new lines of a page stay on its side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from core.base import Record

#: Of a hundred pages so many are never trained on, and so many of the others choose the settings.
HELD_OUT_IN_100 = 25
CHOOSING_IN_100 = 15
#: The pages that were trained on, one name a line: the benchmark reports on all others.
PAGES = Path(__file__).with_name("training_pages.txt")


class Line(Record):
    """One picture of a line, relative to the set's folder, what it says, and its page."""

    path: str
    text: str
    page: str


def lines_of(folder: Path) -> list[Line]:
    """The lines of a set with a ``labels.tsv`` of ``path``, ``transcript``, ``page_id``.

    Raises:
        ValueError: a row has another number of columns; the message names it.
    """
    found: list[Line] = []
    rows = (folder / "labels.tsv").read_text("utf-8").splitlines()
    for number, row in enumerate(rows[1:], 2):
        cells = row.split("\t")
        if len(cells) != 3:
            raise ValueError(f"labels.tsv, line {number}: {len(cells)} columns, 3 wanted: {row[:60]!r}")
        found.append(Line(path=cells[0], text=cells[1], page=cells[2]))
    return found


def place(page: str) -> int:
    """0 to 99, from the page's name alone."""
    return int.from_bytes(sha256(page.encode()).digest()[:8], "big") % 100


def is_held_out(page: str) -> bool:
    """Never trained on, never looked at to choose anything."""
    return place(page) < HELD_OUT_IN_100


def chooses(page: str) -> bool:
    """Left out while settings were chosen; trained on in the last run."""
    return HELD_OUT_IN_100 <= place(page) < HELD_OUT_IN_100 + CHOOSING_IN_100


def divided(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """To train on, to choose with, and held out."""
    rest = [line for line in lines if not is_held_out(line.page)]
    return (
        [line for line in rest if not chooses(line.page)],
        [line for line in rest if chooses(line.page)],
        [line for line in lines if is_held_out(line.page)],
    )


def trained_pages() -> frozenset[str]:
    """The pages that the shipped reader was trained on."""
    return frozenset(PAGES.read_text("utf-8").split())


def save_pages(pages: Iterable[str]) -> None:
    """Write the list beside this module."""
    PAGES.write_text("\n".join(sorted(set(pages))) + "\n", "utf-8")
