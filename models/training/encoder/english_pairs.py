"""English examples: SciEntsBank and SAF training answers, and what is made of them anew in each pass.

Answers of SAF that also stand in one of its test parts (the two versions overlap) are left out everywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from core.marks import Verdict
from models.pair_tokens import Pair
from models.training.encoder import disturbance
from models.training.encoder.examples import (
    CONTRADICTED,
    CREDITED,
    NOT_FULL,
    NOTHING,
    PARTLY,
    Example,
    against_wrong,
    alone,
    peers,
    swapped,
)

_SRA = {"correct": (CREDITED, 1.0), "contradictory": (CONTRADICTED, 0.0), "incorrect": (NOT_FULL, 0.0)}
_SAF = {"Correct": CREDITED, "Partially correct": PARTLY, "Incorrect": NOTHING}
LONG_ODDS = 0.6  #: of long answers so many take part in a pass: they cost most of the time
#: How often the question is left out: with it, answers are learnt by heart rather than held against the statement.
ALONE_ODDS = 0.6
_TEST_PARTS = ("unseen_answers", "unseen_questions")


def sra(data: Path) -> list[Example]:
    """SciEntsBank's training answers, each against its reference answer."""
    made = []
    for row in _rows(data / "semeval2013_sra" / "sciEntsBank_train.jsonl"):
        verdicts, share = _SRA[row["label_3way"]]
        pair = Pair(row["question"], row["references"][0]["text"], row["answer"])
        made.append(Example(pair, verdicts, share, row["qid"], row["id"]))
    return made


def saf(data: Path) -> list[Example]:
    """SAF's English training answers of both versions, each text once, without any of the test parts."""
    seen = set(_test_texts(data))
    made = []
    for version in ("v2", "v1"):
        rows = list(_rows(data / "saf" / f"{version}_english_training.jsonl"))
        full = {row["file"]: max(r["score"] for r in rows if r["file"] == row["file"]) for row in rows}
        for row in rows:
            text = _plain(row["answer"])
            if text in seen:
                continue
            seen.add(text)
            pair = Pair(row["question"], "\n".join(row["references"]), row["answer"])
            share = min(1.0, row["score"] / full[row["file"]])
            group = _plain(row["question"])[:60]
            made.append(Example(pair, _SAF[row["verification"]], share, group, f"{version} {row['id']}"))
    return made


def _test_texts(data: Path) -> Iterator[str]:
    for version in ("v1", "v2"):
        for part in _TEST_PARTS:
            for row in _rows(data / "saf" / f"{version}_english_{part}.jsonl"):
                yield _plain(row["answer"])


def one_pass(examples: list[Example], seed: int, alone_odds: float = ALONE_ODDS) -> list[Example]:
    """The examples of one pass: every real one, and made ones drawn anew; some without their question."""
    draw = Random(seed)  # noqa: S311 (not for cryptography)
    short = [one for one in examples if len(one.pair.answer) < 400]
    real = [one for one in examples if len(one.pair.answer) < 400 or draw.random() < LONG_ODDS]
    made = [
        *peers(short, draw, odds=0.4),
        *against_wrong(short, draw, odds=0.35),
        *swapped(short, draw, odds=0.06),
        *_opposites(short, draw, odds=0.16),
    ]
    return [_read_badly(one, draw) for one in alone([*real, *made], draw, odds=alone_odds)]


def _opposites(examples: list[Example], draw: Random, odds: float) -> Iterator[Example]:
    for one in examples:
        if one.verdicts != CREDITED or draw.random() >= odds:
            continue
        made = disturbance.opposite(one.pair.answer, draw)
        if made is not None:
            turned = one.with_pair(answer=made)
            yield replace(turned, verdicts=(Verdict.CONTRADICTED,), share=0.0, weight=0.5)


def _read_badly(one: Example, draw: Random) -> Example:
    """One answer in six as handwriting is misread and words are misspelt."""
    if draw.random() >= 1 / 6:
        return one
    return one.with_pair(answer=disturbance.misread(one.pair.answer, draw, draw.choice((0.02, 0.05))))


def is_kept_back(one: Example) -> bool:
    """Whether choices are made on this example: all of one question in seven, and one other answer in ten."""
    return _hash(one.group) % 7 == 3 or _hash(one.key) % 10 == 7


def is_unseen_question(one: Example) -> bool:
    """Whether none of its question's answers was trained on while choices were made."""
    return _hash(one.group) % 7 == 3


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)
