"""``zhupi score``: answers in a table, an item in a file, scores with evidence out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from core.scoring_files import AnswerRow, ScoringItem, read_answers, read_items
from core.settings import read_settings
from workers.cli.terminal import progress_bar

_FILE = click.Path(dir_okay=False, path_type=Path)
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


@click.command()
@click.option(
    "--item", "item_file", type=_FILE, required=True, help="The item: YAML or JSON (docs/scoring.md)."
)
@click.option("--responses", type=_FILE, required=True, help="Answers: CSV or JSONL with a column response.")
@click.option("--train", type=_FILE, help="Answers that a person marked, with a column score.")
@click.option(
    "--scorer",
    type=click.Choice(["auto", "shipped", "statistical"]),
    default="auto",
    help="auto: the judge of the settings where one is set, else the shipped scorer.",
)
@click.option("-o", "--output", type=_FILE, help="Write .csv or .jsonl [CSV to the terminal].")
def score(item_file: Path, responses: Path, train: Path | None, scorer: str, output: Path | None) -> None:
    """Score answers to an item by its reference answers, criteria or levels."""
    rows = read_answers(_bytes(responses), responses.name)
    marked = read_answers(_bytes(train), train.name) if train else ()
    items = read_items(
        _bytes(item_file).decode("utf-8-sig"), item_file.name, [r.score for r in marked if r.score]
    )
    scored = _scored(items, rows, marked, scorer)
    if output is not None and output.suffix.lower() == ".jsonl":
        output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in scored), "utf-8")
    else:
        table = _csv(scored)
        if output is None:
            click.echo(table, nl=False)
        else:
            output.write_text(table, "utf-8-sig", newline="")  # Excel needs the mark to see UTF-8
    if output is not None:
        click.echo(f"{len(scored)} 份作答的评分已写入 {output}", err=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"无法打开文件 {path}：{error.strerror}。", "请检查文件名。") from error


def _scored(
    items: Sequence[ScoringItem], rows: Sequence[AnswerRow], marked: Sequence[AnswerRow], scorer: str
) -> list[dict[str, Any]]:
    from pipeline.scorers import scorer_named  # noqa: PLC0415  (models are loaded only for this command)
    from pipeline.scoring import score_answers  # noqa: PLC0415

    with progress_bar("评分") as progress:
        scored = score_answers(items, rows, marked, scorer_named(scorer, read_settings()), progress)
    return [answer.model_dump(mode="json", exclude_none=True) for answer in scored]


def _csv(scored: list[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in scored:
        awards = row["awards"]
        evidence = [e["text"] for award in awards for e in award["evidence"]]
        criteria = [
            {n: a[n] for n in ("criterion", "steps", "full_steps", "reason", "confidence")} for a in awards
        ]
        more = {
            "reason": "；".join(award["reason"] for award in awards if award["reason"]),
            "evidence": json.dumps(evidence, ensure_ascii=False),
            "criteria": json.dumps(criteria, ensure_ascii=False),
        }
        writer.writerow({**row, **more})
    return stream.getvalue()
