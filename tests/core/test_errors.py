"""The tree of errors is documented as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core import errors

_DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"


def _tree(root: type[errors.ZhupiError]) -> Iterator[type[errors.ZhupiError]]:
    if root.__module__ == "core.errors":
        yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def test_every_class_is_documented_with_its_codes() -> None:
    rows = [line.split("|") for line in _DOCUMENT.read_text(encoding="utf-8").splitlines() if "| `" in line]
    documented = {row[1].strip(" `"): (int(row[2]), int(row[3])) for row in rows}
    assert documented == {c.__name__: (c.exit_code, c.http_status) for c in _tree(errors.ZhupiError)}


def test_an_error_says_what_is_wrong_and_what_to_do() -> None:
    error = errors.ScanUnreadable("scan.pdf 第 3 页无法解码。", "请重新扫描。")
    assert str(error) == "scan.pdf 第 3 页无法解码。 请重新扫描。"
    assert (error.message, error.remedy) == ("scan.pdf 第 3 页无法解码。", "请重新扫描。")
    assert str(errors.NotFound("没有。")) == "没有。"
