"""The catalogue: what is listed can be used, what was changed cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ModelUnusable
from models import catalogue
from models.catalogue import ModelEntry


def an_entry(**changes: str) -> ModelEntry:
    facts = {
        "name": "toy",
        "file": "toy.onnx",
        "carried_by": "rapidocr",
        "path": "models/toy.onnx",
        "sha256": "0" * 64,
        "licence": "Apache-2.0",
        "source": "https://example.org",
        "input_shape": "N,3,48,W",
    }
    return ModelEntry.model_validate({**facts, **changes})


def test_every_catalogued_file_is_installed_and_is_what_the_catalogue_says() -> None:
    names = [entry.name for entry in catalogue.entries()]
    assert "pp-ocrv6-small-rec" in names
    assert len(set(names)) == len(names)
    for name in names:
        assert catalogue.find(name).is_file()


def test_every_entry_names_a_licence_that_may_ship_and_a_source() -> None:
    for entry in catalogue.entries():
        licence, _, besides = entry.licence.partition("; ")
        assert licence == "Apache-2.0"
        assert not besides or besides.endswith("see NOTICE")
        assert entry.source.startswith("https://")
        assert len(entry.sha256) == 64


def test_a_file_is_found_without_importing_the_package_that_carries_it() -> None:
    check = "import sys; from models import catalogue; catalogue.find('pp-ocrv6-small-rec'); print('rapidocr' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_damaged_file_is_refused_with_both_hashes_and_a_remedy(tmp_path: Path) -> None:
    good = catalogue.find("pp-ocrv6-small-rec").read_bytes()
    damaged = tmp_path / "PP-OCRv6_rec_small.onnx"
    damaged.write_bytes(good[:1000] + bytes([good[1000] ^ 1]) + good[1001:])
    with pytest.raises(ModelUnusable) as refused:
        catalogue.find("pp-ocrv6-small-rec", tmp_path)
    assert "6f327246b503" in refused.value.message
    assert "pip install" in refused.value.remedy


def test_a_file_replaced_after_its_first_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toy.onnx"
    path.write_bytes(b"first")
    entry = an_entry(sha256="a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e")
    assert catalogue.verified(entry, tmp_path) == path
    path.write_bytes(b"other")
    with pytest.raises(ModelUnusable, match="SHA-256"):
        catalogue.verified(entry, tmp_path)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (an_entry(carried_by="a_package_nobody_has"), "没有安装"),
        (an_entry(path="models/none.onnx"), "找不到模型文件"),
    ],
)
def test_what_is_missing_is_named(entry: ModelEntry, message: str) -> None:
    with pytest.raises(ModelUnusable, match=message):
        catalogue.locate(entry)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelUnusable, match="pp-ocrv6-small-rec"):
        catalogue.entry("gpt")
