"""Text engines: one small protocol, the engines behind it, a null one and a replaying one."""

from ocr.engines.embedded import OnnxEngine
from ocr.engines.null import NullEngine
from ocr.engines.paddle import PaddleEngine
from ocr.engines.protocol import LineChar, LineReading, TextEngine
from ocr.engines.replay import RecordingEngine, ReplayEngine
from ocr.engines.vlm import VlmEngine

__all__ = [
    "LineChar",
    "LineReading",
    "NullEngine",
    "OnnxEngine",
    "PaddleEngine",
    "RecordingEngine",
    "ReplayEngine",
    "TextEngine",
    "VlmEngine",
]
