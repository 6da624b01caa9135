"""``zhupi score``: answers in a table, an item in a file, scores with evidence out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from core.scoring_files import AnswerRow, ScoringItem, read_answers, read_items
from core.settings import read_settings
from workers.cli.score_tables import as_csv, as_table, checked_output, write_scores
from workers.cli.terminal import progress_bar

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--item",
    "item_file",
    type=_FILE,
    required=True,
    help="The item (docs/scoring.md), or a whole exam file with --number.",
)
@click.option("--number", default="", help="The item's number or id, where the file has several, e.g. 17.")
@click.option("--responses", type=_FILE, required=True, help="Answers: CSV or JSONL with a column response.")
@click.option("--train", type=_FILE, help="Answers that a person marked, with a column score.")
@click.option(
    "--scorer",
    type=click.Choice(["auto", "shipped", "statistical"]),
    default="auto",
    help="auto: the judge of the settings where one is set, else the shipped scorer.",
)
@click.option(
    "-o", "--output", type=_FILE, help="Write .csv or .jsonl [a short table to the terminal, CSV to a pipe]."
)
def score(
    item_file: Path, number: str, responses: Path, train: Path | None, scorer: str, output: Path | None
) -> None:
    """Score answers to an item by its reference answers, criteria or levels."""
    checked_output(output)
    rows = _of_item(read_answers(_bytes(responses), responses.name), number, responses.name)
    marked = _of_item(read_answers(_bytes(train), train.name), number, train.name) if train else ()
    _check_scores(marked)
    items = read_items(
        _bytes(item_file).decode("utf-8-sig"), item_file.name, [r.score for r in marked if r.score], number
    )
    scored = _scored(items, rows, marked, scorer)
    if output is not None:
        write_scores(scored, output)
        click.echo(f"{len(scored)} 份作答的评分已写入 {output}", err=True)
    elif sys.stdout.isatty():
        click.echo(as_table(scored, shutil.get_terminal_size().columns), nl=False)
    else:
        click.echo(as_csv(scored), nl=False)


def _of_item(rows: tuple[AnswerRow, ...], number: str, name: str) -> tuple[AnswerRow, ...]:
    """With a number: the rows of that item, and those that name none."""
    own = tuple(row for row in rows if not (number and row.item) or row.item == number)
    if not own:
        raise BadInput(f"{name} 里没有第 {number} 题的作答。", "请检查 --number 和作答表的 item 一栏。")
    return own


def _check_scores(marked: Sequence[AnswerRow]) -> None:
    """That what people gave are numbers; whether they fit the item is seen when it is taught."""
    for row in marked:
        try:
            usable = not row.score or Decimal(row.score).is_finite()
        except InvalidOperation:
            usable = False
        if not usable:
            raise BadInput(
                f"{row.where}（{row.id}）的分数 {row.score!r} 不是数。", "请把 score 一栏改成数字，例如 2。"
            )


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
