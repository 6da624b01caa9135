"""Where the demo's sheets are filled and scanned."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import Card
from core.exams import Exam, NumberLayout
from demo.feeds import NO_NUMBER, Feed
from demo.filling import PageFiller
from demo.pupils import Answers, answer_exam
from demo.samples import Samples
from demo.scanner import Scan, scan_page
from demo.story import other_exam
from ocr.cards import blank_pages, draw_card

Grey = NDArray[np.uint8]

_PEN_STREAM, _SCAN_STREAM = 2, 3  #: streams of chance beside those of demo.stack


class Desk:
    """Where sheets are filled: each page is drawn once, and scanned as often as it is fed."""

    def __init__(
        self, exam: Exam, card: Card, pdf: bytes, answers: list[Answers], samples: Samples, seed: int
    ) -> None:
        self.answers = answers
        self._exam, self._card, self._samples, self._seed = exam, card, samples, seed
        self._blanks = [_decoded(page) for page in blank_pages(pdf, len(card.pages))]
        self._filled: dict[tuple[int, int], Grey] = {}
        self.written: dict[int, dict[str, dict[int, str]]] = {}

    def scanned(self, index: int, feed: Feed, feeds: list[Feed]) -> Scan:
        if feed.pupil < 0:
            page = self._stray_page()
        else:
            if (feed.pupil, feed.page) not in self._filled:
                self._fill(feed.pupil, NO_NUMBER not in feed.faults)
            page = self._filled[feed.pupil, feed.page]
            if all(other.pupil != feed.pupil for other in feeds[index + 1 :]):
                for number in range(1, len(self._card.pages) + 1):
                    self._filled.pop((feed.pupil, number), None)
        return scan_page(page, np.random.default_rng([self._seed, _SCAN_STREAM, index]), feed.upside_down)

    def _fill(self, pupil: int, with_number: bool) -> None:
        rng = np.random.default_rng([self._seed, _PEN_STREAM, pupil])
        filler = PageFiller(self.answers[pupil], self._samples, rng)
        for page, blank in zip(self._card.pages, self._blanks_of(pupil), strict=True):
            self._filled[pupil, page.number] = _laid_over(blank, filler.fill(page, with_number))
        self.written[pupil] = filler.written

    def _blanks_of(self, pupil: int) -> list[Grey]:
        """The blank pages; on a pre-named card they are the pupil's own."""
        if self._exam.card.number_layout is not NumberLayout.PRENAMED:
            return self._blanks
        own = draw_card(self._card, self._exam, [self.answers[pupil].candidate])
        return [_decoded(page) for page in blank_pages(own, len(self._card.pages))]

    def _stray_page(self) -> Grey:
        exam, card = other_exam(self._exam.card)
        rng = np.random.default_rng([self._seed, _PEN_STREAM, 10**6])
        answers = answer_exam(exam, self.answers[0].candidate, rng)
        blank = _decoded(blank_pages(draw_card(card, exam), 1)[0])
        return _laid_over(blank, PageFiller(answers, self._samples, rng).fill(card.pages[0]))


def _decoded(png: bytes) -> Grey:
    picture = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, dtype=np.uint8)


def _laid_over(blank: Grey, ink: Grey) -> Grey:
    """The page with the ink on it, at the blank page's scale."""
    small = cv2.resize(ink, (blank.shape[1], blank.shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.multiply(blank, small, scale=1 / 255), dtype=np.uint8)
