"""Put the measured figures into the README: ``python -m scripts.readme_figures [--take]``.

The benchmarks save ``benchmarks/out/NAME.json``. ``--take`` copies the figures that the README shows
into ``docs/figures.json`` with the commit they were measured at; without it the tables of ``README.md``
and ``README.zh-CN.md`` are only written again from that file. A test holds both to it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.figure_rows import MARKING_ROWS, ROWS, Row

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
KEPT = ROOT / "docs" / "figures.json"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
MARKING_BEGIN, MARKING_END = "<!-- marking figures: begin -->", "<!-- marking figures: end -->"


_TAKEN = {
    "english": "Taken from the benchmarks' files at commit `{}`.",
    "chinese": "取自各测量程序的结果，提交 `{}`。",
}
HEADS = {
    "english": "| figure | plain RapidOCR | Zhupi | benchmark |",
    "chinese": "| 指标 | 原装 RapidOCR | 朱批 | 测量程序 |",
}
MARKING_HEADS = {
    "english": "| figure | beside | Zhupi | benchmark |",
    "chinese": "| 指标 | 对照 | 朱批 | 测量程序 |",
}


def main() -> int:
    """Take figures if asked, then write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--take", action="store_true", help="take the figures from benchmarks/out first")
    if parser.parse_args().take:
        KEPT.write_text(json.dumps(taken(OUT), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text("utf-8"))
    for name, language in (("README.md", "english"), ("README.zh-CN.md", "chinese")):
        path = ROOT / name
        path.write_text(with_tables(path.read_text("utf-8"), kept, language), encoding="utf-8")
    return 0


def taken(folder: Path) -> dict[str, Any]:
    """The shown figures out of the benchmarks' files; what was not measured is left out."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {"commit": commit.stdout.strip(), **figures_of(folder)}


def figures_of(folder: Path) -> dict[str, dict[str, float]]:
    """By benchmark, the figures of its file that a row names."""
    found: dict[str, dict[str, float]] = {}
    every = (*ROWS, *MARKING_ROWS)
    for name in dict.fromkeys(row.benchmark for row in every):
        path = folder / f"{name}.json"
        if path.is_file():
            content = json.loads(path.read_text("utf-8"))
            keys = [key for row in every if row.benchmark == name for key in (row.key, row.stock) if key]
            values = {key: value_at(content, key) for key in keys}
            found[name] = {key: value for key, value in values.items() if value is not None}
    return found


def value_at(content: Any, key: str) -> float | None:
    """A figure of a benchmark's file, or what stands at a dotted place in it; ``None`` where nothing does."""
    if key in content.get("figures", {}):
        return float(content["figures"][key])
    for part in key.split("."):
        if not isinstance(content, dict) or part not in content:
            return None
        content = content[part]
    return float(content) if isinstance(content, int | float) else None


def with_tables(text: str, kept: Mapping[str, Any], language: str) -> str:
    """A README's text with both of its tables written from the kept figures."""
    reading = with_table(text, table(kept, language))
    marking = table(kept, language, MARKING_ROWS, MARKING_HEADS)
    return with_table(reading, marking, (MARKING_BEGIN, MARKING_END))


def table(
    kept: Mapping[str, Any],
    language: str,
    rows: Sequence[Row] = ROWS,
    heads: Mapping[str, str] = HEADS,
) -> str:
    """The Markdown table in one language, and the commit below it."""
    lines = [heads[language], "|---|---|---|---|"]
    for row in rows:
        figures = kept.get(row.benchmark, {})
        if row.key in figures:
            stock = shown(figures[row.stock], row.form) if row.stock in figures else "–"
            ours = shown(figures[row.key], row.form)
            lines.append(f"| {getattr(row, language)} | {stock} | {ours} | `{row.benchmark}` |")
    return "\n".join([*lines, "", _TAKEN[language].format(kept["commit"])])


def shown(value: float, form: str) -> str:
    """A figure as people read it."""
    if form == "share":
        digits = 3 if 0 < value < 0.001 else 2  # a few in ten thousand are not nearly none
        return f"{100 * value:.{digits}f} %".replace(".00 %", " %")
    if form == "times":
        return f"{value:.2f} ×"
    if form in ("error", "kappa"):
        return f"{value:.3f}" if form == "error" else f"{value:.2f}"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"


def with_table(text: str, rows: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The text with what stands between the two marks replaced.

    Raises:
        ValueError: the marks are missing.
    """
    begin, end = marks
    if begin not in text or end not in text:
        raise ValueError(f"{begin} and {end} are missing")
    between = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    return between.sub(lambda _: f"{begin}\n{rows}\n{end}", text)


if __name__ == "__main__":
    raise SystemExit(main())
