"""The embedded, the null and the replaying engines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import BadInput
from core.expectations import Expectation
from core.lattices import BLANK
from models.ctc import Emissions
from models.recogniser import LineRecogniser
from models.verification import posterior
from ocr.engines import NullEngine, OnnxEngine, RecordingEngine, ReplayEngine, TextEngine
from ocr.engines.embedded import MOST_LOOKS, looks_french
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


class Saying(LineRecogniser):
    """Reads every crop as the same text with the same odds, and counts the crops."""

    def __init__(self, text: str, odds: float, other: str = "") -> None:
        self._text, self._odds, self._other = text, odds, other
        self.asked = 0

    def emissions(self, crops: Sequence[Grey], keep: Sequence[str] = ()) -> tuple[Emissions, ...]:
        self.asked += len(crops)
        rest = 1.0 - self._odds
        steps = [((char, self._odds), (self._other, rest)) for char in self._text]
        gap = ((BLANK, 1.0),)
        return (Emissions(tuple(s for step in steps for s in (step, gap)), 0.5 / len(steps)),) * len(crops)


FRENCH = "la première fédération créée en été"


@pytest.mark.parametrize(
    ("text", "french"),
    [
        (FRENCH, True),
        ("the first federation was founded", False),
        ("été", False),
        ("受力面积 S=20 cm² é", False),
        ("42 + 17 = 59", False),
    ],
)
def test_french_is_told_by_its_accents(text: str, french: bool) -> None:
    assert looks_french(text) is french


def test_a_french_line_goes_to_the_latin_reader_alone() -> None:
    stock, latin = Saying("中文", 0.99), Saying("un été", 0.9)
    engine = OnnxEngine(stock, latin=lambda: latin)
    hopes = [Expectation(language="fr"), Expectation(language="zh")]
    assert [reading.text for reading in engine.read_lines([crop(), crop()], hopes)] == ["un été", "中文"]
    assert (stock.asked, latin.asked) == (1, 1)


@pytest.mark.parametrize(("odds", "read"), [(0.99, "la première"), (0.7, FRENCH)])
def test_of_an_unknown_language_the_surer_reader_is_believed(odds: float, read: str) -> None:
    stock, latin = Saying(FRENCH, 0.95), Saying("la première", odds)
    assert OnnxEngine(stock, latin=lambda: latin).read_lines([crop()])[0].text == read


def test_a_line_that_does_not_look_french_never_wakes_the_latin_reader() -> None:
    def asleep() -> LineRecogniser:
        raise AssertionError

    assert OnnxEngine(Saying("受力面积", 0.99), latin=asleep).read_lines([crop()])[0].text == "受力面积"


@pytest.mark.parametrize("odds", [0.52, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("key", ["重力", "重里", "浮力", "压强大"])
def test_a_key_is_looked_at_again_until_it_is_settled(key: str, odds: float) -> None:
    stock = Saying("重里", odds, other="力")
    (reading,) = OnnxEngine(stock).read_lines([crop()], [Expectation(accepted=(key,))])
    settled = posterior([Emissions.of(reading.looks[0])], (key,)).is_settled
    assert stock.asked == len(reading.looks) == (1 if settled else MOST_LOOKS)
    assert Emissions.of(reading.looks[0]).steps[0][0][0] == "重"


def test_what_is_plain_and_what_has_no_key_is_looked_at_once() -> None:
    stock = Saying("重力", 0.999, other="里")
    OnnxEngine(stock).read_lines([crop(), crop()], [Expectation(accepted=("重力",)), Expectation()])
    assert stock.asked == 2


def test_there_is_an_expectation_for_each_crop_or_none() -> None:
    with pytest.raises(ValueError, match="2 crops, 1 expectations"):
        OnnxEngine(Saying("重力", 0.9)).read_lines([crop(), crop()], [Expectation()])


def test_words_of_the_item_help_the_engine() -> None:
    engine = OnnxEngine(Saying("检亮", 0.6, other="松"))
    assert engine.read_lines([crop()], [Expectation(words=("松亮",))])[0].text == "松亮"


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
