"""How well the numbers on two pages go together, given who could have written them at all.

The first digits of a 考号 are the same for a whole school, so that two pages agree in them says
nothing: numbers are compared by the candidates that they leave possible.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from core.pages import NumberReading
from core.rosters import Roster
from ocr.identity.evidence import PageTrace
from ocr.identity.numbers import agreement, best_number, log_ratios, shows

_UNKNOWN = 0.02  #: how often a page belongs to nobody on the list
_SLIP = 0.005  #: how often a pupil writes different numbers on the two sides
_PLAIN = 0.9  #: enough to know where to expect other pages, not to settle anything
_MOST = 8.0  #: log ratios are cut here
_EXTREME = 200.0

Vector = NDArray[np.float64]


class NumberAffinity:
    """The numbers of an exam's pages, ready to be compared."""

    def __init__(self, pages: Sequence[PageTrace], roster: Roster) -> None:
        """
        Args:
            pages: all that are to be compared.
            roster: whose numbers are possible; when empty, those that the pages show without doubt.
        """
        listed = [c.number for c in roster.candidates if c.number]
        self._numbers = listed or sorted({text for p in pages if (text := _whole(p.numbers))})
        self._pages = {page.page_id: page for page in pages}
        self._logs = {p.page_id: self._log_vector(p.numbers) for p in pages if p.numbers}
        self._plain = {p.page_id: self._plainly(p) for p in pages}
        self._shown_by: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._silent = Counter(p.card_page for p in pages if not self._plain[p.page_id])
        for page in pages:
            if number := self._plain[page.page_id]:
                self._shown_by[number, page.card_page].append(page.page_id)

    def _log_vector(self, readings: Sequence[NumberReading]) -> Vector:
        total = np.zeros(len(self._numbers))
        for reading in readings:
            total += log_ratios(reading, self._numbers)
        return np.clip(total, -_EXTREME, _EXTREME)

    def _plainly(self, page: PageTrace) -> str:
        """The number that the page's own readings show without doubt, or ""."""
        logs = self._logs.get(page.page_id)
        if logs is None or not len(logs):
            return ""
        best = int(logs.argmax())
        logs = logs + log((1 - _UNKNOWN) / len(logs))
        share = 1.0 / (np.exp(logs - logs[best]).sum() + exp(log(_UNKNOWN) - float(logs[best])))
        number = self._numbers[best]
        return number if share >= _PLAIN and any(shows(r, number) for r in page.numbers) else ""

    def plain(self, page_id: str) -> str:
        """The number that the page itself shows without doubt; "" when it shows none."""
        return self._plain[page_id]

    def silent(self, side: int) -> int:
        """How many pages of that side show no number without doubt."""
        return self._silent[side]

    def shown_elsewhere(self, number: str, side: int, besides: Sequence[str]) -> bool:
        """Whether a page other than these plainly shows the number on that side."""
        return any(page not in besides for page in self._shown_by.get((number, side), ()))

    def log_ratio(self, first: str, second: str) -> float:
        """How much likelier both readings are for one writer than for two, as a logarithm in ±8."""
        a, b = self._logs.get(first), self._logs.get(second)
        if a is None or b is None or not len(a):
            return 0.0
        prior = (1 - _UNKNOWN) / len(a)
        either = agreement(self._pages[first].numbers, self._pages[second].numbers)
        together = np.logaddexp(
            np.logaddexp.reduce(a + b) + log(prior), log(_UNKNOWN) + min(either, _EXTREME)
        )
        apart = sum(
            float(np.logaddexp(np.logaddexp.reduce(each) + log(prior), log(_UNKNOWN))) for each in (a, b)
        )
        ratio = (1 - _SLIP) * exp(min(_MOST, float(together) - apart)) + _SLIP
        return min(_MOST, log(ratio))


def _whole(readings: Sequence[NumberReading]) -> str:
    text = best_number(readings)
    return "" if "?" in text else text
