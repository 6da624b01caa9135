"""The designed card on which bubbles are measured: one A4 page full of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from core.cards import Card, CardPage
from core.exams import CardOptions, Exam, MultipleChoice, Section, SingleChoice
from ocr.cards import blank_pages, design_card, draw_card
from ocr.rasters import Grey, PageRaster

_LABELS = "ABCD"


@dataclass(frozen=True)
class BubbleCard:
    """A card, its first page and the page's print."""

    card: Card
    page: CardPage
    blank: PageRaster

    @property
    def print_(self) -> Grey:
        return self.blank.pixels


@functools.cache
def bubble_card(singles: int = 60, multiples: int = 20) -> BubbleCard:
    """A card with an eight-digit number, single and multiple choices (460 bubbles)."""
    options = tuple({"label": label} for label in _LABELS)
    one = tuple(
        SingleChoice.model_validate({"number": str(n), "full_steps": 2, "key": ("A",), "options": options})
        for n in range(1, singles + 1)
    )
    many = tuple(
        MultipleChoice.model_validate(
            {"number": str(n), "full_steps": 4, "key": ("A", "B"), "options": options}
        )
        for n in range(singles + 1, singles + multiples + 1)
    )
    exam = Exam(
        id="bubbles",
        title="填涂测试",
        subject="数学",
        grade="九年级",
        sections=(Section(title="一、单项选择题", items=one), Section(title="二、多项选择题", items=many)),
        card=CardOptions(number_digits=8),
    )
    card = design_card(exam, 1)
    png = blank_pages(draw_card(card, exam), 1)[0]
    print_ = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return BubbleCard(card, card.pages[0], PageRaster(np.asarray(print_, dtype=np.uint8)))
