"""The embedded, the null and the replaying engines."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import BadInput
from ocr.engines import NullEngine, OnnxEngine, RecordingEngine, ReplayEngine, TextEngine
from ocr.rasters import Grey


def crop(text: str = "work = 5 J") -> Grey:
    picture = np.full((60, 330), 255, dtype=np.uint8)
    cv2.putText(picture, text, (10, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("engine", [OnnxEngine(), NullEngine(), ReplayEngine({})], ids=lambda e: e.name)
def test_every_engine_keeps_the_protocol(engine: TextEngine) -> None:
    assert isinstance(engine, TextEngine)
    assert engine.name
    assert engine.read_lines([]) == ()
    odd = [np.zeros((0, 0), np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 900), np.uint8), crop()]
    assert len(engine.read_lines(odd)) == 4


def test_the_embedded_engine_keeps_other_readings_best_first() -> None:
    (reading,) = OnnxEngine(alternatives=4).read_lines([crop()])
    assert reading.text.replace(" ", "") == "work=5J"
    assert "".join(char.text for char in reading.chars) == reading.text
    scores = [score for _, score in reading.alternatives]
    assert scores == sorted(scores, reverse=True)
    assert reading.text not in [text for text, _ in reading.alternatives]


def test_the_embedded_engine_can_do_without_other_readings() -> None:
    assert OnnxEngine(alternatives=0).read_lines([crop()])[0].alternatives == ()


def test_a_white_crop_reads_as_nothing() -> None:
    (reading,) = OnnxEngine().read_lines([np.full((48, 200), 255, dtype=np.uint8)])
    assert (reading.text, reading.probability, reading.chars) == ("", 0.0, ())


def test_the_null_engine_reads_nothing() -> None:
    assert [reading.text for reading in NullEngine().read_lines([crop(), crop()])] == ["", ""]


def test_a_recording_replays_without_the_engine(tmp_path: Path) -> None:
    recording = RecordingEngine(OnnxEngine())
    live = recording.read_lines([crop(), crop("heat")])
    recording.save(tmp_path / "readings.json")
    replay = ReplayEngine.from_file(tmp_path / "readings.json")
    assert replay.read_lines([crop("heat"), crop()]) == (live[1], live[0])
    assert replay.read_lines([crop("new")])[0].text == ""
    assert recording.name == OnnxEngine.name


def test_crops_of_other_shape_are_other_crops() -> None:
    wide, high = np.zeros((2, 8), np.uint8), np.zeros((8, 2), np.uint8)
    recording = RecordingEngine(NullEngine())
    recording.read_lines([wide, high])
    assert len(recording._readings) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"a": 3}', "not json"])
def test_a_file_that_is_no_recording_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "readings.json"
    path.write_text(content)
    with pytest.raises(BadInput, match="is not a recording"):
        ReplayEngine.from_file(path)
