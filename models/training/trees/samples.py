"""The marked answers that the trees learn from: SciEntsBank, SAF (English), ADS and LE (Chinese).

Only the training parts are opened here. Texts of SAF's training part whose question stands in one of its
"unseen questions" files are left out: two versions of that set share questions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: SAF: the versions whose training parts are read, and the questions that must stay unseen.
_SAF = ("v2_english_training", "v1_english_training")
_SAF_UNSEEN = ("v1_english_unseen_questions", "v2_english_unseen_questions")
_SAF_UNSEEN_ANSWERS = ("v1_english_unseen_answers", "v2_english_unseen_answers")


@dataclass(frozen=True)
class Sample:
    """One marked answer.

    ``share`` is the teacher's share of full marks in [0, 1]; ``None`` where only ``label`` was given
    (SciEntsBank: "correct", "contradictory", "incorrect").
    """

    source: str
    group: str  #: the question's id: folds never divide it
    question: str
    references: tuple[str, ...]
    answer: str
    language: str
    share: float | None = None
    label: str = ""
    key: str = ""  #: the answer's id in its set, as ``models.training.encoder`` names it


def samples(data: Path) -> list[Sample]:
    """All training samples, in a fixed order."""
    return [*scientsbank(data / "semeval2013_sra"), *saf(data / "saf"), *ads(data), *le(data)]


def scientsbank(folder: Path, part: str = "train") -> Iterator[Sample]:
    """SciEntsBank, 3-way labels. ``part``: "train", or a test split for the final figure."""
    for row in _rows(folder / f"sciEntsBank_{part}.jsonl"):
        references = tuple(reference["text"] for reference in row["references"])
        yield Sample(
            "sra",
            row["qid"],
            row["question"],
            references,
            row["answer"],
            "en",
            label=row["label_3way"],
            key=row["id"],
        )


def saf(folder: Path) -> Iterator[Sample]:
    """SAF English: scores divided by the highest score of their question."""
    unseen = {_flat(row["question"]) for name in _SAF_UNSEEN for row in _rows(folder / f"{name}.jsonl")}
    kept_back = {
        (_flat(row["question"]), _flat(row["answer"]))
        for name in _SAF_UNSEEN_ANSWERS
        for row in _rows(folder / f"{name}.jsonl")
    }
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for name in _SAF:
        for row in _rows(folder / f"{name}.jsonl"):
            texts = (_flat(row["question"]), _flat(row["answer"]))
            if texts[0] not in unseen and texts not in kept_back:
                rows.setdefault(texts, row)
    highest: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows.values():
        highest[row["version"], row["file"]] = max(highest[row["version"], row["file"]], row["score"])
    for (question, _), row in rows.items():
        share = row["score"] / (highest[row["version"], row["file"]] or 1.0)
        key = f"{row['version']} {row['id']}"
        yield Sample(
            "saf", question, row["question"], tuple(row["references"]), row["answer"], "en", share, key=key
        )


def ads(data: Path) -> Iterator[Sample]:
    """ADS: marks out of 10 for answers to questions on algorithms and data structures, Chinese."""
    for at, row in enumerate(_rows(data / "sas_datasets_zh" / "ads_train.jsonl")):
        references = tuple(r for r in (row["reference1"], row["reference2"], row["reference3"]) if r.strip())
        yield Sample(
            "ads",
            row["q_id"],
            row["question"],
            references,
            row["answer"],
            "zh",
            row["score"] / 10.0,
            key=f"ads {at}",
        )


def le(data: Path) -> Iterator[Sample]:
    """LE: marks in [0, 1] for answers to questions on logistics, Chinese."""
    for at, row in enumerate(_rows(data / "sas_datasets_zh" / "le_train.jsonl")):
        yield Sample(
            "le",
            row["question"],
            row["question"],
            (row["reference"],),
            row["answer"],
            "zh",
            row["score"],
            key=f"le {at}",
        )


def by_group(chosen: Iterable[Sample]) -> dict[tuple[str, str], list[int]]:
    """Positions of the samples of each question."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, sample in enumerate(chosen):
        groups[sample.source, sample.group].append(position)
    return dict(groups)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
