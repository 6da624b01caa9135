"""Helpful facts beside an essay (never a mark), and answers of two candidates that are alike."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from core.base import Record


class EssayLine(Record):
    """One written line: its text, and how far its first character stands from the box's left edge."""

    text: str
    indent_mm: float = 0.0


class EssayText(Record):
    """An essay (or another long answer) as read. ``id`` is the page on which it begins.

    ``cell_mm`` is the width of a cell of the 作文格, 0 where there is none; ``cells`` how many cells have
    ink in them (``None``: nobody looked).
    """

    id: str
    lines: tuple[EssayLine, ...] = ()
    cell_mm: float = 0.0
    cells: int | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class PaperText(Record):
    """A text that everybody had before them: a stem, material, an option. ``name`` says which."""

    name: str
    text: str


class CopiedPassage(Record):
    """Words of the essay, ``text[start:end]`` as read, that stand elsewhere too (misread signs forgiven)."""

    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    source: str  #: "第 3 题材料"; of another candidate nothing but that
    characters: int = Field(ge=0)  #: without spaces and punctuation


class TraitSuggestion(Record):
    """What a model would say of one trait. No part of any mark."""

    trait: str
    steps: int = Field(ge=0)
    full_steps: int = Field(ge=0)
    reason: str = ""
    model: str = ""


class EssayFacts(Record):
    """What can be counted and compared about one essay. Nothing here is a mark or counts for one.

    ``closeness`` in [0, 1] is how much its words are those of the task and of the other essays;
    ``closeness_place`` its place among ``compared`` essays, 1 being the furthest away.
    """

    read: bool  #: whether there is a text at all; if not, only ``cells`` says anything
    characters: int = 0  #: signs written, punctuation included, spaces not (字数)
    words: int = 0  #: English words
    cells: int | None = None  #: cells of the 作文格 with ink
    paragraphs: int = 0
    title: str = ""
    closeness: float | None = None
    closeness_place: int = 0
    compared: int = 0
    from_paper: tuple[CopiedPassage, ...] = ()
    from_another: tuple[CopiedPassage, ...] = ()
    in_many: tuple[CopiedPassage, ...] = ()  #: passages that stand in many essays: learnt by heart, perhaps
    traits: tuple[TraitSuggestion, ...] = ()


class SamePassage(Record):
    """A passage of one answer and where it stands in the other; each as read."""

    first: str
    second: str
    characters: int


class AlikePair(Record):
    """Two answers to one item with long passages in common that are in no text of the paper.

    ``first`` and ``second`` are page ids. ``share`` in [0, 1] is of the shorter one's characters.
    """

    first: str
    second: str
    characters: int
    share: float = Field(ge=0, le=1)
    passages: tuple[SamePassage, ...]


class EssayReport(Record):
    """The facts of all answers to one item, and the pairs that are alike, the most alike first."""

    item: str
    answers: int
    unread: tuple[str, ...] = ()  #: page ids whose writing could not be read
    facts: dict[str, EssayFacts] = Field(default_factory=dict)  #: by page id
    pairs: tuple[AlikePair, ...] = ()
    model: str = ""  #: who suggested traits, "" when nobody did
    at: datetime
