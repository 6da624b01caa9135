"""Text engines: one small protocol, the engines behind it, a null one and a replaying one."""

from ocr.engines.embedded import OnnxEngine
from ocr.engines.null import NullEngine
from ocr.engines.protocol import LineChar, LineReading, TextEngine
from ocr.engines.replay import RecordingEngine, ReplayEngine

__all__ = [
    "LineChar",
    "LineReading",
    "NullEngine",
    "OnnxEngine",
    "RecordingEngine",
    "ReplayEngine",
    "TextEngine",
]
