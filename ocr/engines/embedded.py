"""The default engine: our own thin recognisers on ONNX Runtime, in this process, no server.

A line is read once by the recogniser of its language and decoded with what can be expected of it. Where a
key is known and the first look leaves it in doubt, the crop is looked at again a little changed: that gains
nothing for running text, but the key is held against all looks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.expectations import NOTHING_EXPECTED, Expectation
from models.ctc import Emissions, best_path
from models.decoding import Decoded, decode
from models.looks import looks
from models.recogniser import MODEL, LineRecogniser, default_recogniser, latin_recogniser
from models.reliability import read_right
from models.verification import posterior
from ocr.engines.protocol import LineChar, LineReading
from ocr.rasters import Grey

#: Looks at most at a crop whose key is in doubt.
MOST_LOOKS = 3
#: A line of unknown language is tried as French when so many of its letters are Latin …
LATIN_SHARE = 0.95
#: … there are at least so many of them, and one in so many has an accent.
LATIN_LETTERS = 12
LETTERS_AN_ACCENT = 40


@dataclass(frozen=True)
class _Seen:
    """The looks at one crop and what they were decoded to."""

    looks: tuple[Emissions, ...]
    decoded: Decoded


class OnnxEngine:
    """Reads with :class:`models.recogniser.LineRecogniser`; models are loaded at the first line.

    Args:
        recogniser: another one than the catalogued default.
        alternatives: other readings kept for each line.
        latin: gives the recogniser of French, when one is needed; ``None`` reads all with one.
    """

    name = f"onnx:{MODEL}"

    def __init__(
        self,
        recogniser: LineRecogniser | None = None,
        alternatives: int = 4,
        latin: Callable[[], LineRecogniser] | None = latin_recogniser,
    ) -> None:
        self._given = recogniser
        self._alternatives = alternatives
        self._latin = latin

    @cached_property
    def recogniser(self) -> LineRecogniser:
        """The recogniser in use, loaded when first asked for."""
        return self._given or default_recogniser()

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`.

        Raises:
            ValueError: ``expected`` is neither empty nor as long as ``crops``.
        """
        hopes = tuple(expected) or (NOTHING_EXPECTED,) * len(crops)
        if len(hopes) != len(crops):
            raise ValueError(f"{len(crops)} crops, {len(hopes)} expectations")
        found: dict[int, _Seen] = {}
        french = [at for at, hope in enumerate(hopes) if hope.language == "fr" and self._latin]
        others = [at for at in range(len(crops)) if at not in set(french)]
        if others:
            found |= self._looked(self.recogniser, crops, hopes, others)
            french += [at for at in others if self._may_be_french(found[at], hopes[at])]
        if french and self._latin:
            told = [hope.model_copy(update={"language": "fr"}) for hope in hopes]
            again = self._looked(self._latin(), crops, told, french)
            found |= {at: seen for at, seen in again.items() if at not in found or _wins(seen, found[at])}
        return tuple(self._reading(found[at]) for at in range(len(crops)))

    def _looked(
        self,
        recogniser: LineRecogniser,
        crops: Sequence[Grey],
        hopes: Sequence[Expectation],
        at: Sequence[int],
    ) -> dict[int, _Seen]:
        """Some of the crops through one recogniser, those with a key and a doubt more than once."""
        first = recogniser.emissions([crops[each] for each in at], [asked(hopes[each]) for each in at])
        found: dict[int, tuple[Emissions, ...]] = {e: (look,) for e, look in zip(at, first, strict=True)}
        for view in range(1, MOST_LOOKS):
            doubtful = [each for each in at if _is_in_doubt(found[each], hopes[each])]
            views = [looks(crops[each], view + 1)[view] for each in doubtful]
            more = recogniser.emissions(views, [asked(hopes[each]) for each in doubtful])
            found |= {each: (*found[each], look) for each, look in zip(doubtful, more, strict=True)}
        return {each: _Seen(seen, decode(seen, hopes[each])) for each, seen in found.items()}

    def _may_be_french(self, seen: _Seen, hope: Expectation) -> bool:
        """Told by what the picture alone says: context would rather have Chinese or English."""
        plain = "".join(span.char for span in best_path(seen.looks[0]))
        return self._latin is not None and hope.language == "" and looks_french(plain)

    def _reading(self, seen: _Seen) -> LineReading:
        decoded = seen.decoded
        others = [entry for entry in decoded.texts if entry[0] != decoded.text]
        return LineReading(
            text=decoded.text,
            probability=decoded.mean_probability,
            right=read_right(decoded.probability, [char.probability for char in decoded.chars]),
            chars=tuple(
                LineChar(text=c.text, probability=c.probability, start=c.start, end=c.end)
                for c in decoded.chars
            ),
            alternatives=tuple(others[: self._alternatives]),
            looks=tuple(look.lattice for look in seen.looks),
        )


def _is_in_doubt(seen: tuple[Emissions, ...], hope: Expectation) -> bool:
    """Whether there is a key and these looks do not tell if it is written."""
    return bool(hope.accepted) and not posterior(seen, hope.accepted, hope.rivals).is_settled


def asked(hope: Expectation) -> str:
    """The characters that the line may be asked for."""
    return "".join((*hope.accepted, *hope.rivals))


def looks_french(text: str) -> bool:
    """Whether a first reading is a line of Latin words with accents, which the stock model reads badly."""
    letters = [char for char in text if char.isalpha()]
    latin = [char for char in letters if "LATIN" in unicodedata.name(char, "")]
    accents = sum(not char.isascii() for char in latin)
    return (
        len(latin) >= LATIN_LETTERS
        and len(latin) >= LATIN_SHARE * len(letters)
        and accents * LETTERS_AN_ACCENT >= len(latin)
    )


def _wins(seen: _Seen, before: _Seen) -> bool:
    """Whether the second reader was surer of its characters than the first."""
    return seen.decoded.mean_probability > before.decoded.mean_probability
