"""Which parts the settings choose, and what the web may load of the pipeline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BadInput
from core.exams import ItemKind
from core.settings import Settings
from marking import Licence
from ocr.engines import NullEngine, OnnxEngine, VlmEngine
from pipeline.engines import licence_of, text_engine
from pipeline.progress import exam_progress
from tests.pipeline.homes import found_exam, scanned, upload
from tests.pipeline.small_exam import small_roster
from workers.inline import run_owed


def vlm(url: str, *, external: bool = False) -> Settings:
    return Settings(text_engine="vlm", vlm_url=url, vlm_model="reader", external_models=external)


def test_the_settings_name_the_engine() -> None:
    assert isinstance(text_engine(Settings(text_engine="null")), NullEngine)
    assert isinstance(text_engine(Settings()), OnnxEngine)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://192.168.3.20/v1",
        "http://10.1.2.3:9000/v1",
        "http://[::1]:8000/v1",
        "http://gpu-server:8000/v1",
        "http://gpu.lan/v1",
    ],
)
def test_a_model_server_within_the_school_is_used(url: str) -> None:
    assert isinstance(text_engine(vlm(url)), VlmEngine)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1",
        "http://8.8.8.8/v1",
        "http://134744072/v1",
        "http://[2001:4860:4860::8888]/v1",
        "http://localhost.example.com/v1",
        "http://10.0.0.1.example.com/v1",
        "https://local.example/v1",
        "",
    ],
)
def test_a_model_server_outside_the_school_is_refused_unless_the_settings_allow_it(url: str) -> None:
    with pytest.raises(BadInput, match="不在校内网络") as caught:
        text_engine(vlm(url))
    assert "ZHUPI_EXTERNAL_MODELS" in caught.value.remedy
    if url:
        assert isinstance(text_engine(vlm(url, external=True)), VlmEngine)


def test_no_page_leaves_the_school_when_the_server_is_refused(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", text_engine="vlm", vlm_url="https://api.example.com/v1")
    upload(home, scanned(home, small_roster(1), seed=3).pdf)
    run_owed(home.tb)
    progress = exam_progress(home.tb, home.exam_id)
    assert any("api.example.com" in message for message in progress.failed_jobs)
    assert progress.pages_in == 2  # nothing is lost, either
    assert home.marks == {}
    home.tb.store.close()


_SETTLED = [kind for kind in ItemKind if kind is not ItemKind.ESSAY]


def test_the_usual_settings_are_the_usual_licence() -> None:
    assert licence_of(Settings()) == Licence()


def test_by_never_a_person_always_looks() -> None:
    never = licence_of(Settings.model_validate({f"settle_{kind.value}": "never" for kind in _SETTLED}))
    assert not any(never.allows(kind, 1.0) for kind in ItemKind)


@pytest.mark.parametrize("kind", _SETTLED)
@pytest.mark.parametrize("threshold", [0.5, 0.6, 1.0])
def test_each_kind_of_item_has_a_threshold_of_its_own(kind: ItemKind, threshold: float) -> None:
    changed = licence_of(Settings.model_validate({f"settle_{kind.value}": threshold}))
    assert changed.allows(kind, threshold)
    assert not changed.allows(kind, threshold - 0.01)
    assert changed.without(kind) == Licence().without(kind)


def test_what_a_model_server_read_is_left_to_people() -> None:
    asked = licence_of(
        vlm("http://127.0.0.1/v1").model_copy(update={"settle_fill": 0.5, "settle_short_answer": 0.5})
    )
    assert (asked.fill, asked.short_answer, asked.single_choice) == (None, None, 0.98)


_LIGHT = (
    "accounts, blank_cards, exams, ledgers, moved, pictures, progress, proposals, repair, requests, results, "
    "review, rosters, toolbox"
)


def test_the_light_modules_load_no_engine() -> None:
    """What the web imports must not bring in pixels' and models' libraries, by whatever way."""
    code = (
        f"import sys\nfrom pipeline import {_LIGHT}\n"
        "heavy = {'cv2', 'onnxruntime', 'scipy', 'rapidocr', 'pypdfium2', 'torch'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
