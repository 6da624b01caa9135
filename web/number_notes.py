"""What was noted about the digits of a 考号, in words: for whoever has to say whose sheet it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from core.pages import NumberReading

#: As the reader of written numbers notes it: "crossed out", "overwritten; beside it 5".
_SPOILT = re.compile(r"(crossed out|overwritten)(?:; beside it (\d))?")


def number_notes(numbers: Iterable[NumberReading]) -> list[str]:
    """A sentence for each thing that was noted about some digits, e.g. "手写第 3 格：划掉了，旁边写着 5"."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for reading in numbers:
        for place, digit in enumerate(reading.digits, 1):
            if digit.note:
                places[reading.source, digit.note].append(place)
    return [_sentence(source, note, found) for (source, note), found in places.items()]


def _sentence(source: str, note: str, places: Sequence[int]) -> str:
    shown = {"places": ", ".join(map(str, places)), "note": _words(note)}
    if source == "bubbles":
        return str(_("填涂第 %(places)s 列：%(note)s", **shown))
    return str(_("手写第 %(places)s 格：%(note)s", **shown))


def _words(note: str) -> str:
    if note == "图像不清":
        return str(_("图像不清"))
    spoilt = _SPOILT.fullmatch(note)
    if spoilt is None:
        return note
    crossed, digit = spoilt[1] == "crossed out", spoilt[2]
    if digit is None:
        return str(_("划掉了") if crossed else _("改写过"))
    if crossed:
        return str(_("划掉了，旁边写着 %(digit)s", digit=digit))
    return str(_("改写过，旁边写着 %(digit)s", digit=digit))
