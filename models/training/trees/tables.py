"""Writes ``models/scoring.toml``: a table a scorer and language."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from models.spread import PATH, Opinion

_HEAD = """\
# How a scorer's numbers become expected shares and distributions over marks, per language; see models/spread.py.
# Fitted on answers to questions that the models had not seen, of the training parts of SciEntsBank, SAF, ADS and LE:
# [statistical] by `python -m models.training.trees`, [shipped] by `python -m models.training.trees.pool`.
"""


def write_opinion(name: str, opinion: Opinion, path: Path = PATH) -> None:
    """Write one table, "scorer.language"; the others stay."""
    read = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    tables: dict[str, dict[str, dict[str, Any]]] = {
        scorer: {key: Opinion.model_validate(values).model_dump() for key, values in languages.items()}
        for scorer, languages in read.items()
    }
    scorer, language = name.split(".")
    tables.setdefault(scorer, {})[language] = opinion.model_dump()
    parts = [_HEAD]
    for owner, languages in sorted(tables.items()):
        parts += [_table(f"{owner}.{key}", languages[key]) for key in sorted(languages)]
    path.write_text("\n".join(parts), encoding="utf-8")


def _table(name: str, values: dict[str, Any]) -> str:
    spread = values["spread"]
    rows = "\n".join(f"  {list(row)}," for row in spread["rows"])
    return (
        f"[{name}]\ncredit = {values['credit']}\njudge = {values['judge']}\n"
        f"judge_share = {values['judge_share']}\n\n[{name}.spread]\n"
        f"knots = {list(spread['knots'])}\nrows = [\n{rows}\n]\n"
    )
