"""The PaddleOCR engine: its protocol with stand-in processes, and the real one where installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import EngineUnavailable
from ocr.engines import OnnxEngine, PaddleEngine, TextEngine
from ocr.engines.paddle import MODEL_NAME
from ocr.rasters import Grey
from scripts.make_paddle_env import PACKAGES, STAMP, install, settings
from tests.conftest import require_or_skip

REPOSITORY = Path(__file__).resolve().parents[2]
HOME = REPOSITORY / ".venv-paddle"

GOOD = """
import base64, json, sys
print(json.dumps({"ready": "0"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    pictures = [base64.b64decode(crop) for crop in request["crops"]]
    lines = [["读%d" % at if png.startswith(b"\\x89PNG") else "no PNG", 0.75] for at, png in enumerate(pictures)]
    print(json.dumps({"id": request["id"], "lines": lines}), flush=True)
"""
#: A stand-in's program, what the message must say.
FAULTS = [
    ("import sys; sys.exit('no module named paddleocr')", "意外退出.*no module named paddleocr"),
    ("import time; time.sleep(60)", "没有应答"),
    ("print('Loading ...', flush=True); import time; time.sleep(60)", "不是 JSON"),
    ("print('[1]', flush=True); import time; time.sleep(60)", "启动时的应答无效"),
    (
        "print('{\"ready\": \"0\"}', flush=True); input(); import sys; sys.exit('crashed')",
        "意外退出.*crashed",
    ),
    ('print(\'{"ready": "0"}\', flush=True); input(); import time; time.sleep(60)', "没有应答"),
    (
        'print(\'{"ready": "0"}\', flush=True); input(); print(\'{"id": 1, "error": "bad crop"}\', flush=True); input()',
        "识别出错：bad crop",
    ),
    (
        'print(\'{"ready": "0"}\', flush=True); input(); print(\'{"id": 1, "lines": []}\', flush=True); input()',
        "与请求不符",
    ),
    (
        'print(\'{"ready": "0"}\', flush=True); input(); print(\'{"id": 9, "lines": [["a", 1]]}\', flush=True); input()',
        "与请求不符",
    ),
]


def crop(text: str = "force 42 N") -> Grey:
    picture = np.full((60, 330), 255, dtype=np.uint8)
    cv2.putText(picture, text, (10, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return picture


def stand_in(program: str, limit_s: float = 10.0) -> PaddleEngine:
    return PaddleEngine(
        Path("none"), start_limit_s=limit_s, answer_limit_s=limit_s, command=[sys.executable, "-c", program]
    )


def test_lines_come_back_in_order_and_empty_crops_are_not_sent() -> None:
    engine = stand_in(GOOD)
    readings = engine.read_lines([crop(), np.zeros((0, 4), dtype=np.uint8), crop()])
    assert isinstance(engine, TextEngine)
    assert [reading.text for reading in readings] == ["读0", "", "读1"]
    assert readings[0].probability == 0.75
    assert [char.text for char in readings[0].chars] == ["读", "0"]
    engine.close()


def test_one_process_serves_many_calls() -> None:
    engine = stand_in(GOOD)
    assert [len(engine.read_lines([crop()] * count)) for count in (1, 3, 2)] == [1, 3, 2]
    engine.close()


@pytest.mark.parametrize(("program", "message"), FAULTS)
def test_a_process_that_fails_is_told_with_a_remedy(program: str, message: str) -> None:
    engine = stand_in(program, limit_s=0.6 if "没有应答" in message else 10.0)
    with pytest.raises(EngineUnavailable, match=message) as told:
        engine.read_lines([crop()])
    assert "make paddle" in told.value.remedy


def test_after_a_crash_the_next_call_starts_a_new_process(tmp_path: Path) -> None:
    flag = tmp_path / "crashed"
    program = f"""
import pathlib, sys
flag = pathlib.Path({str(flag)!r})
if not flag.exists():
    flag.touch()
    sys.exit("first time unlucky")
{GOOD}"""
    engine = stand_in(program)
    with pytest.raises(EngineUnavailable, match="unlucky"):
        engine.read_lines([crop()])
    assert engine.read_lines([crop()])[0].text == "读0"
    engine.close()


def test_an_environment_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="缺少") as told:
        PaddleEngine(tmp_path).read_lines([crop()])
    assert "make paddle" in told.value.remedy


def test_a_command_that_cannot_start_is_told() -> None:
    engine = PaddleEngine(Path("none"), command=["/nowhere/python"])
    with pytest.raises(EngineUnavailable, match="无法启动"):
        engine.read_lines([crop()])


def test_nothing_to_read_starts_nothing(tmp_path: Path) -> None:
    assert PaddleEngine(tmp_path).read_lines([]) == ()


@pytest.fixture(scope="module")
def real_engine() -> Iterator[PaddleEngine]:
    if not (HOME / "models" / MODEL_NAME / "inference.yml").is_file():
        require_or_skip("paddle", f"no PaddleOCR environment in {HOME} (make paddle)")
    engine = PaddleEngine(HOME)
    yield engine
    engine.close()


@pytest.mark.paddle
def test_the_real_paddleocr_reads_as_the_embedded_engine_does(real_engine: PaddleEngine) -> None:
    crops = [crop(), crop("gravity"), crop("energy")]
    read = [reading.text.replace(" ", "") for reading in real_engine.read_lines(crops)]
    assert read == [reading.text.replace(" ", "") for reading in OnnxEngine().read_lines(crops)]
    assert read[0] == "force42N"


@pytest.mark.paddle
def test_the_real_paddleocr_bears_crops_of_odd_sizes(real_engine: PaddleEngine) -> None:
    crops = [np.full(shape, 255, dtype=np.uint8) for shape in ((1, 1), (200, 2), (2, 900), (0, 3))]
    assert len(real_engine.read_lines(crops)) == 4


def test_the_model_folder_says_how_paddlex_must_read_the_model() -> None:
    facts = settings(["a", "#", "\u3000"])
    assert facts["Global"] == {"model_name": MODEL_NAME}
    assert facts["PostProcess"] == {"name": "CTCLabelDecode", "character_dict": ["a", "#", "\u3000"]}


def test_an_environment_that_is_complete_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / STAMP).write_text("\n".join(PACKAGES))
    install(tmp_path)
    assert "already" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == [STAMP]
