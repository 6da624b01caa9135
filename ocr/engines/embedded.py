"""The default engine: our own thin recogniser on ONNX Runtime, in this process, no server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from core.expectations import Expectation
from models.recogniser import MODEL, LineRecogniser, RecognisedLine, default_recogniser
from ocr.engines.protocol import LineChar, LineReading
from ocr.rasters import Grey


class OnnxEngine:
    """Reads with :class:`models.recogniser.LineRecogniser`; the model is loaded at the first line.

    Args:
        recogniser: another one than the catalogued default.
        alternatives: other readings kept for each line; 0 saves about a millisecond a line.
    """

    name = f"onnx:{MODEL}"

    def __init__(self, recogniser: LineRecogniser | None = None, alternatives: int = 4) -> None:
        self._given = recogniser
        self._alternatives = alternatives

    @cached_property
    def recogniser(self) -> LineRecogniser:
        """The recogniser in use, loaded when first asked for."""
        return self._given or default_recogniser()

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`."""
        return tuple(self._reading(line) for line in self.recogniser.read(crops)) if crops else ()

    def _reading(self, line: RecognisedLine) -> LineReading:
        others: tuple[tuple[str, float], ...] = ()
        if self._alternatives and line.text:
            others = self.recogniser.alternatives(line.emissions, keep=self._alternatives)
        return LineReading(
            text=line.text,
            probability=line.probability,
            chars=tuple(
                LineChar(text=c.text, probability=c.probability, start=c.start, end=c.end) for c in line.chars
            ),
            alternatives=tuple(other for other in others if other[0] != line.text),
        )
