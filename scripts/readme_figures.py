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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
KEPT = ROOT / "docs" / "figures.json"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True)
class Row:
    """One line of the table: what is shown in both languages, and where its numbers are.

    ``key`` names a figure of the benchmark, or with dots a place in its file (``table.exam.stock.cer``).
    ``stock`` names that of plain RapidOCR in the same run, ``""`` where there is none.
    ``form`` is "share" (shown in per cent), "number", "error" (three decimals) or "times".
    """

    english: str
    chinese: str
    benchmark: str
    key: str
    form: str = "share"
    stock: str = ""


ROWS = (
    Row("fills, sums: right answers refused while at most 0.5 % of wrong ones pass",
        "填空（口算）：误收不超过 0.5 % 时，正确答案被拒",
        "verify", "arithmetic_false_refusal_at_0_5pct", stock="arithmetic_false_refusal_strings"),
    Row("the same, unconnected Chinese characters, one changed at random", "同上，互不相干的汉字，随机换一字",
        "verify", "composed_false_refusal_at_0_5pct", stock="composed_false_refusal_strings"),
    Row("the same, changed to what the reader itself takes for likeliest", "同上，换成识别器最容易看错的字",
        "verify", "composed_hard_false_refusal_at_0_5pct", stock="table.composed.strings.hard_refused"),
    Row("the same, lines of Chinese exams, one changed at random", "同上，考试答卷行，随机换一字",
        "verify", "exam_false_refusal_at_0_5pct", stock="exam_false_refusal_strings"),
    Row("expected calibration error, fills held against the picture", "期望校准误差：对照图像判填空",
        "calibration", "verified_ece", "error"),
    Row("expected calibration error, whole lines read", "期望校准误差：整行识别", "calibration", "read_ece", "error"),
    Row("handwritten digits right, never trained on (RapidOCR: of all)", "手写数字正确率，未用于训练的（RapidOCR：全部）",
        "digits", "accuracy", stock="stock_accuracy"),
    Row("8-digit numbers, roster of 1,000: given to the wrong candidate", "8 位考号、1000 人名单：认成别人",
        "digits", "roster_wrong"),
    Row("the same: waiting for a person", "同上：留给人确认", "digits", "roster_held"),
    Row("character error rate, lines of Chinese exams", "字错率：考试答卷行",
        "lines", "exam_cer", stock="table.exam.stock.cer"),
    Row("character error rate, unconnected Chinese characters", "字错率：互不相干的汉字",
        "lines", "composed_cer", stock="table.composed.stock.cer"),
    Row("character error rate, French, pages never trained on", "字错率：法文，未用于训练的页",
        "lines", "french_cer", stock="table.french.stock.cer"),
    Row("lines a second, two cores", "每秒行数，两核",
        "lines", "lines_per_second", "number", stock="speed.stock.lines_per_second"),
    Row("the same, against RapidOCR in two processes of one thread", "同上，与两个单线程 RapidOCR 进程之比",
        "lines", "speed_ratio_to_stock_two_processes", "times"),
    Row("bubbles, OMRChecker's samples: fields that agree", "填涂，OMRChecker 样例：一致的栏目",
        "omr", "field_agreement"),
    Row("bubbles, made-up hands and scanners: settled wrongly", "填涂，程序模拟的笔迹与扫描：定错的栏目",
        "bubbles", "settled_wrong", "number"),
    Row("the same on paper curled by up to 3 mm", "同上，纸张卷曲至 3 mm", "bubbles", "warped_settled_wrong", "number"),
    Row("pages a second, registration and bubbles, two cores", "每秒页数，定位加填涂，两核",
        "omr", "card_pages_per_second", "number"),
    Row("faults of scans and photos at rising strength: marks settled wrongly", "由轻到重的扫描、拍照缺陷：定错的分",
        "robustness", "settled_wrong_total", "number"),
    Row("the same: pages given to the wrong candidate", "同上：认成别人的页", "robustness", "identity_wrong_total", "number"),
    Row("the demo's exam: pages a minute, all steps", "示例考试：每分钟页数，全流程", "demo", "pages_per_minute", "number"),
    Row("the same: marks settled wrongly, choices", "同上：定错的分，选择题", "demo", "choices_settled_wrong", "number"),
    Row("the same: marks settled wrongly, fills", "同上：定错的分，填空题", "demo", "others_settled_wrong", "number"),
)  # fmt: skip

HEADS = {
    "english": (
        "| figure | plain RapidOCR | Zhupi | benchmark |",
        "Taken from the benchmarks' files at commit `{}`.",
    ),
    "chinese": ("| 指标 | 原装 RapidOCR | 朱批 | 测量程序 |", "取自各测量程序的结果，提交 `{}`。"),
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
        path.write_text(with_table(path.read_text("utf-8"), table(kept, language)), encoding="utf-8")
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
    for name in dict.fromkeys(row.benchmark for row in ROWS):
        path = folder / f"{name}.json"
        if path.is_file():
            content = json.loads(path.read_text("utf-8"))
            keys = [key for row in ROWS if row.benchmark == name for key in (row.key, row.stock) if key]
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


def table(kept: Mapping[str, Any], language: str) -> str:
    """The Markdown table in one language, and the commit below it."""
    head, commit = HEADS[language]
    lines = [head, "|---|---|---|---|"]
    for row in ROWS:
        figures = kept.get(row.benchmark, {})
        if row.key in figures:
            stock = shown(figures[row.stock], row.form) if row.stock in figures else "–"
            ours = shown(figures[row.key], row.form)
            lines.append(f"| {getattr(row, language)} | {stock} | {ours} | `{row.benchmark}` |")
    return "\n".join([*lines, "", commit.format(kept["commit"])])


def shown(value: float, form: str) -> str:
    """A figure as people read it."""
    if form == "share":
        digits = 3 if 0 < value < 0.001 else 2  # a few in ten thousand are not nearly none
        return f"{100 * value:.{digits}f} %".replace(".00 %", " %")
    if form == "times":
        return f"{value:.2f} ×"
    if form == "error":
        return f"{value:.3f}"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"


def with_table(text: str, rows: str) -> str:
    """The text with what stands between the two marks replaced.

    Raises:
        ValueError: the marks are missing.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"{BEGIN} and {END} are missing")
    return re.sub(
        re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: f"{BEGIN}\n{rows}\n{END}", text, flags=re.DOTALL
    )


if __name__ == "__main__":
    raise SystemExit(main())
