"""The house: its contracts hold, and each would be seen to fail."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_PYPROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_ROOMS = ("core", "models", "ocr", "marking", "retrieval", "feedback", "pipeline", "workers", "web")
_LINT = Path(sys.executable).with_name("lint-imports")

_HOUSE = "The house: web, workers, pipeline, engines, models, core"
_ENGINES = "Engines see no database, settings, web or queue framework"
_IMAGES = "Marking and feedback open no image"
_RECORDS = "Records do not know how they are kept"
_RUNTIME = "The web process imports no model runtime"

#: (module to plant in, what is planted, the contract that must break)
_VIOLATIONS = [
    ("core/exams.py", "import models", _HOUSE),
    ("models/__init__.py", "import ocr", _HOUSE),
    ("ocr/__init__.py", "import marking", _HOUSE),
    ("marking/__init__.py", "import retrieval", _HOUSE),
    ("feedback/__init__.py", "import pipeline", _HOUSE),
    ("pipeline/__init__.py", "import workers", _HOUSE),
    ("workers/__init__.py", "def late():\n    import web", _HOUSE),
    ("ocr/__init__.py", "import core.store", _ENGINES),
    ("feedback/__init__.py", "from core.settings import Settings", _ENGINES),
    ("models/__init__.py", "import celery", _ENGINES),
    ("marking/__init__.py", "import sqlalchemy", _ENGINES),
    ("retrieval/__init__.py", "import flask", _ENGINES),
    ("marking/__init__.py", "import cv2", _IMAGES),
    ("feedback/__init__.py", "from PIL import Image", _IMAGES),
    ("core/marks.py", "import core.store", _RECORDS),
    ("core/cards.py", "import core.blobs", _RECORDS),
    ("core/exams.py", "import sqlalchemy", _RECORDS),
    ("web/__init__.py", "import onnxruntime", _RUNTIME),
    ("pipeline/requests.py", "import cv2", _RUNTIME),  # through someone else, who is imported below
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_LINT, "--no-cache"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All modules of the house, empty, so that nothing but what is planted is imported."""
    folder = tmp_path_factory.mktemp("house")
    for room in _ROOMS:
        for source in (_ROOT / room).rglob("*.py"):
            place = folder / source.relative_to(_ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    shutil.copy(_ROOT / "pyproject.toml", folder)
    # the externals that contracts name must be known to the graph, or a contract could hold for want of them
    (folder / "web" / "__init__.py").write_text("import pipeline.requests\n")
    return folder


def test_the_contracts_hold() -> None:
    done = _lint(_ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_an_empty_house_breaks_no_contract(skeleton: Path) -> None:
    assert _lint(skeleton).returncode == 0


@pytest.mark.parametrize(("module", "planted", "contract"), _VIOLATIONS)
def test_a_planted_import_breaks_its_contract(
    skeleton: Path, module: str, planted: str, contract: str
) -> None:
    place = skeleton / module
    before = place.read_text()
    place.write_text(f"{before}{planted}\n")
    try:
        done = _lint(skeleton)
    finally:
        place.write_text(before)
    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in done.stdout, done.stdout


def test_every_contract_is_seen_to_fail() -> None:
    contracts = {contract["name"] for contract in _PYPROJECT["tool"]["importlinter"]["contracts"]}
    assert {contract for _, _, contract in _VIOLATIONS} == contracts


def test_no_installed_distribution_ships_one_of_our_names() -> None:
    shippers = importlib.metadata.packages_distributions()
    ours = [*_ROOMS, "demo", "tests", "benchmarks"]
    foreign = {name: set(shippers.get(name, [])) - {"zhupi"} for name in ours}
    assert {name: who for name, who in foreign.items() if who} == {}


_LOADED = """
import json, sys
import web
from core.settings import read_settings
from pipeline.toolbox import open_toolbox
web.create_app(open_toolbox(read_settings()))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_running_web_has_loaded_no_model_runtime(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED],
        check=False,
        cwd=_ROOT,
        env={**os.environ, "ZHUPI_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    heavy = {"cv2", "onnxruntime", "rapidocr", "scipy", "torch", "transformers", "sympy", "zxingcpp"}
    assert set(json.loads(done.stdout.splitlines()[-1])) & heavy == set()
