"""Scored answers as tables: for the terminal, for a spreadsheet, for scripts."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.errors import BadInput

SUFFIXES = (".csv", ".jsonl")
_COLUMNS = (
    "id",
    "item",
    "score",
    "full",
    "expected",
    "confidence",
    "verdict",
    "flag",
    "reason",
    "evidence",
    "criteria",
    "model",
)
#: Digits after the point of confidences in a spreadsheet.
_DIGITS = 4
_VERDICTS = {
    "credited": "写到了",
    "partly": "写到一部分",
    "contradicted": "不符",
    "not_addressed": "没有写到",
}
_HEAD = ("编号", "得分", "把握", "判定", "理由")
_WIDEST_ID, _WIDEST_VERDICT = 16, 16
_NARROWEST_REASON = 20


def checked_output(path: Path | None) -> None:
    """Refuse a file that could not be written as what its name says, before any work.

    Raises:
        BadInput: another suffix than .csv or .jsonl, a missing folder.
    """
    if path is None:
        return
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(
            f"-o {path}：只能写 .csv 或 .jsonl。", "表格软件请用 .csv（可以直接打开），程序请用 .jsonl。"
        )
    if not path.parent.is_dir():
        raise BadInput(f"-o {path}：没有文件夹 {path.parent}。", "请先建好文件夹，或改写文件名。")


def write_scores(scored: Sequence[dict[str, Any]], path: Path) -> None:
    """The answers as .jsonl (everything, one a line) or as .csv for a spreadsheet.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        if path.suffix.lower() == ".jsonl":
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in scored)
            path.write_text("".join(lines), "utf-8")
        else:
            path.write_text(as_csv(scored), "utf-8-sig", newline="")  # Excel needs the mark to see UTF-8
    except OSError as error:
        raise BadInput(f"无法写入 {path}：{error.strerror}。", "文件是否在别的程序里开着？") from error


def as_csv(scored: Iterable[dict[str, Any]]) -> str:
    """One row an answer; evidence and criteria are JSON in a cell."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in scored:
        awards = row["awards"]
        evidence = [e["text"] for award in awards for e in award["evidence"]]
        criteria = [
            {n: _rounded(a[n]) for n in ("criterion", "steps", "full_steps", "reason", "confidence")}
            for a in awards
        ]
        more = {
            "expected": _rounded(row["expected"]),
            "confidence": _rounded(row["confidence"]),
            "reason": "；".join(award["reason"] for award in awards if award["reason"]),
            "evidence": json.dumps(evidence, ensure_ascii=False),
            "criteria": json.dumps(criteria, ensure_ascii=False),
        }
        writer.writerow({**row, **more})
    return stream.getvalue()


def as_table(scored: Iterable[dict[str, Any]], width: int) -> str:
    """One line an answer, cut to the width in columns of a terminal (a Chinese character takes two)."""
    rows = [_HEAD, *(_row(answer) for answer in scored)]
    limits = (_WIDEST_ID, width, width, _WIDEST_VERDICT)
    wide = [min(limit, max(_width(row[at]) for row in rows)) for at, limit in enumerate(limits)]
    rest = max(_NARROWEST_REASON, width - sum(wide) - 2 * len(wide))
    lines = []
    for row in rows:
        cells = [_fitted(cell, columns) for cell, columns in zip(row, wide, strict=False)]
        lines.append("  ".join([*cells, _cut(row[-1], rest)]).rstrip())
    return "".join(line + "\n" for line in lines)


def _row(answer: dict[str, Any]) -> tuple[str, ...]:
    name = f"{answer['item']}/{answer['id']}" if answer["item"] else answer["id"]
    reasons = [award["reason"] for award in answer["awards"] if award["reason"]]
    return (
        name,
        f"{answer['score']:g}/{answer['full']:g}",
        f"{answer['confidence']:.0%}",
        answer.get("flag") or _VERDICTS.get(answer.get("verdict") or "", ""),
        " ".join(reasons[0].split()) if reasons else "",
    )


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, columns: int) -> str:
    if _width(text) <= columns:
        return text
    while text and _width(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def _fitted(text: str, columns: int) -> str:
    cut = _cut(text, columns)
    return cut + " " * (columns - _width(cut))
