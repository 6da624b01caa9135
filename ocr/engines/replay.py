"""The replaying engine: gives back recorded readings by the SHA-256 of the crop's pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.errors import BadInput
from core.expectations import Expectation
from ocr.engines.protocol import NOTHING_READ, LineReading, TextEngine
from ocr.rasters import Grey

_RECORDING = TypeAdapter(dict[str, LineReading])


def crop_sha256(crop: Grey) -> str:
    """SHA-256 of the crop's size and pixels, as hexadecimal digits."""
    size = f"{crop.shape[0]}x{crop.shape[1]};".encode()
    return hashlib.sha256(size + crop.tobytes()).hexdigest()


class ReplayEngine:
    """Answers from a recording; a crop that was not recorded reads as nothing.

    Args:
        readings: by :func:`crop_sha256`.
    """

    name = "replay"

    def __init__(self, readings: Mapping[str, LineReading]) -> None:
        self._readings = dict(readings)

    @classmethod
    def from_file(cls, path: Path) -> ReplayEngine:
        """A recording written by :meth:`RecordingEngine.save`.

        Raises:
            BadInput: the file is not such a recording.
        """
        try:
            return cls(_RECORDING.validate_json(path.read_bytes()))
        except ValidationError as problem:
            raise BadInput(
                f"{path} is not a recording of readings: {problem.errors()[0]['msg']}.",
                "Record it again with RecordingEngine.",
            ) from problem

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`."""
        return tuple(self._readings.get(crop_sha256(crop), NOTHING_READ) for crop in crops)


class RecordingEngine:
    """Passes crops on to another engine and remembers what it answered."""

    def __init__(self, engine: TextEngine) -> None:
        self._engine = engine
        self._readings: dict[str, LineReading] = {}

    @property
    def name(self) -> str:
        """The other engine's name: the readings are its own."""
        return self._engine.name

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`."""
        readings = self._engine.read_lines(crops, expected)
        self._readings |= {crop_sha256(c): r for c, r in zip(crops, readings, strict=True)}
        return readings

    def save(self, path: Path) -> None:
        """Write what was read so far as JSON."""
        path.write_bytes(_RECORDING.dump_json(self._readings, indent=1))
