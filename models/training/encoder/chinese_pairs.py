"""Chinese examples: marked answers of two courses, and pairs made from item banks and from running text.

Marked answers: ADS (data structures, marks 0 to 10) and LE (logistics, 0 to 1) of ``sas_datasets_zh``, training
parts. Made pairs: full-mark answers of ``gaokao_bench`` and passages of ``corpus_zh`` are cut into points; an
answer has all of them, some, one of them turned into its opposite, or those of something else. Options of
choice questions (``gaokao_bench``, ``tal_scq5k``): the right one against wrong ones.
"""

from __future__ import annotations

import gzip
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
    NOT_ADDRESSED,
    NOTHING,
    PARTLY,
    Example,
    alone,
    peers,
    swapped,
)

_POINTS = re.compile(r"[；;。\n]|[①②③④⑤⑥⑦⑧⑨⑩]|[（(]\d[)）]|(?<=[^\d])\d[.．、)）](?=[^\d])")
_SPACE = re.compile(r"\s+")
_OPTION = re.compile(r"(?:^|\n|\s)([A-D])\s*[.．、]\s*(.+?)(?=(?:\s|\n)[A-D]\s*[.．、]|\Z)", re.S)
_OPEN = ("History", "Biology", "Political", "Geography", "Chemistry", "Practical_Text", "Literary", "Poetry")
_PASSAGES = ("csl", "textbook-study", "cmrc2018", "oi-wiki")  #: simplified characters alone


def ads(data: Path) -> list[Example]:
    """ADS training answers, each against its (first) reference answer."""
    made = []
    for at, row in enumerate(_rows(data / "sas_datasets_zh" / "ads_train.jsonl")):
        pair = Pair(row["question"], row["reference1"], _tidy(row["answer"]))
        made.append(_marked(pair, row["score"] / 10, f"ads {row['q_id']}", f"ads {at}"))
    return made


def le(data: Path) -> list[Example]:
    """LE training answers."""
    made = []
    for at, row in enumerate(_rows(data / "sas_datasets_zh" / "le_train.jsonl")):
        pair = Pair(row["question"], row["reference"], _tidy(row["answer"]))
        made.append(_marked(pair, float(row["score"]), f"le {row['qid']}", f"le {at}"))
    return made


def _marked(pair: Pair, share: float, group: str, key: str) -> Example:
    """Nearly full marks are credited, none is nothing said or something wrong."""
    verdicts = CREDITED if share >= 0.9 else NOTHING if share <= 0.05 else PARTLY
    return Example(pair, verdicts, share, group, key)


class Bank:
    """Question and points of texts that pairs are made from."""

    def __init__(self, data: Path, passages: int = 12_000) -> None:
        self.texts = [*_open_questions(data), *_passages(data, passages)]
        self.choices = [*_gaokao_choices(data), *_tal_choices(data)]

    def pairs(self, draw: Random, count: int) -> Iterator[Example]:
        """``count`` made examples, a tenth of them from choices."""
        for _ in range(count):
            if draw.random() < 0.1:
                yield _choice(draw.choice(self.choices), draw)
            else:
                question, points = draw.choice(self.texts)
                others = draw.choice(self.texts)[1]
                yield _made(question, points, others, draw)


def one_pass(marked: list[Example], bank: Bank, made: int, seed: int) -> list[Example]:
    """The examples of one pass: every marked one, others drawn anew."""
    draw = Random(seed)  # noqa: S311 (not for cryptography)
    again = [*peers(marked, draw, odds=0.5, shortest=6), *swapped(marked, draw, odds=0.06)]
    turned = [
        one for one in (_turned(one, draw) for one in marked if draw.random() < 0.12) if one is not None
    ]
    return alone([*marked, *again, *turned, *bank.pairs(draw, made)], draw, odds=0.12)


def _turned(one: Example, draw: Random) -> Example | None:
    """A full-mark answer that says the opposite somewhere, where one can be made."""
    if one.verdicts != CREDITED:
        return None
    made = disturbance.opposite_zh(one.pair.answer, draw)
    if made is None:
        return None
    return replace(one.with_pair(answer=made), verdicts=(*CONTRADICTED, *PARTLY), share=None, weight=0.4)


def _made(question: str, points: list[str], others: list[str], draw: Random) -> Example:
    """One example of a reference's points: a single point as the statement, or all of them."""
    if draw.random() < 0.5 and len(points) > 1:
        return _about_one(question, points, others, draw)
    return _about_all(question, points, others, draw)


def _about_one(question: str, points: list[str], others: list[str], draw: Random) -> Example:
    """The statement is one point: said among others, left out, or said the other way round."""
    statement = draw.choice(points)
    rest = [point for point in points if point != statement]
    kept = draw.sample(rest, draw.randint(0, len(rest)))
    way = draw.random()
    if way < 0.4:
        said, verdicts, share = [*kept, _rough(statement, draw)], CREDITED, 1.0
    elif way < 0.7:
        said, verdicts, share = kept or others[:1], NOT_ADDRESSED, 0.0
    else:
        opposite = disturbance.opposite_zh(statement, draw)
        said, verdicts, share = [*kept, opposite or others[0]], CONTRADICTED, 0.0
        verdicts = verdicts if opposite else NOT_ADDRESSED
    draw.shuffle(said)
    return _example(question, statement, said, verdicts, share, draw)


def _about_all(question: str, points: list[str], others: list[str], draw: Random) -> Example:
    """The statement is the whole reference; the answer has some of it, and perhaps something else."""
    way = draw.random()
    if way < 0.3:
        said, share = [_rough(point, draw) for point in points], 1.0
    elif way < 0.8 and len(points) > 1:
        kept = draw.sample(points, draw.randint(1, len(points) - 1))
        said, share = [_rough(point, draw) for point in kept], len(kept) / len(points)
    elif way < 0.9:
        turned = [disturbance.opposite_zh(point, draw) for point in points]
        said = [there or point for there, point in zip(turned, points, strict=True)]
        share = sum(there is None for there in turned) / len(points)
        if share == 0.0:
            return _example(question, "；".join(points), said, CONTRADICTED, share, draw)
    else:
        said, share = others[: len(points)], 0.0
    if draw.random() < 0.2:
        said = [*said, draw.choice(others)]
    if draw.random() < 0.5:
        draw.shuffle(said)
    verdicts = CREDITED if share == 1.0 else PARTLY if share > 0 else NOT_ADDRESSED
    return _example(question, "；".join(points), said, verdicts, share, draw)


def _example(
    question: str, statement: str, said: list[str], verdicts: tuple[Verdict, ...], share: float, draw: Random
) -> Example:
    answer = draw.choice(("；", "，", "。", "\n")).join(said)
    return Example(Pair(question, statement, answer), verdicts, share, "made", weight=0.6)


def _rough(point: str, draw: Random) -> str:
    """A point as somebody else might write it: a few characters left out or misread, its halves swapped."""
    if draw.random() < 0.4:
        return point
    halves = point.split("，")
    if len(halves) == 2 and draw.random() < 0.3:
        point = "，".join(reversed(halves))
    share = draw.choice((0.03, 0.08, 0.15))
    return (
        "".join(char for char in point if draw.random() >= share or char in "不没无非" or char.isdigit())
        or point
    )


def _choice(choice: tuple[str, str, str, list[str]], draw: Random) -> Example:
    """Right option or analysis against right option; a wrong option is wrong or beside the point."""
    question, right, analysis, wrong = choice
    verdicts: tuple[Verdict, ...]
    if draw.random() < 0.5:
        said, verdicts, share = draw.choice((right, analysis or right)), CREDITED, 1.0
    else:
        said, verdicts, share = draw.choice(wrong), NOTHING, 0.0
    return Example(Pair(question, right, said), verdicts, share, "made", weight=0.4)


def _open_questions(data: Path) -> Iterator[tuple[str, list[str]]]:
    for row in _gaokao(data):
        if any(name in row["file"] for name in _OPEN) and "MCQ" not in row["file"]:
            answer = row["answer"] if isinstance(row["answer"], str) else "\n".join(row["answer"])
            points = [point for point in _points(answer) if "给分" not in point and "即可" not in point]
            if len(points) >= 2:
                for start in range(0, len(points), 5):
                    chosen = points[start : start + 5]
                    yield _tidy(row["question"])[-80:], chosen


def _passages(data: Path, count: int) -> Iterator[tuple[str, list[str]]]:
    """Paragraphs of two to six sentences; the first one's beginning stands for a question."""
    for source in _PASSAGES:
        with gzip.open(data / "corpus_zh" / f"{source}.txt.gz", "rt", encoding="utf-8") as stream:
            found = 0
            for line in stream:
                points = _points(line)[:6]
                if len(points) >= 2 and len(line) < 600:
                    yield points[0][:14], points[1:] if len(points) > 2 else points
                    found += 1
                if found >= count // len(_PASSAGES):
                    break


def _points(text: str) -> list[str]:
    """Sentences and numbered points of 5 to 80 characters."""
    parts = (_tidy(part).strip("，、：:,. ") for part in _POINTS.split(text))
    return [part for part in parts if 5 <= len(part) <= 80]


def _gaokao_choices(data: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    for row in _gaokao(data):
        options = {letter: _tidy(text) for letter, text in _OPTION.findall(row["question"])}
        answer = row["answer"][0] if row["answer"] else ""
        if row.get("kind") == "objective" and "English" not in row["file"] and answer in options:
            stem = _tidy(row["question"].split("A", 1)[0])[-80:]
            wrong = [text for letter, text in options.items() if letter != answer and text]
            if wrong and len(options[answer]) > 1:
                yield stem, options[answer], _tidy(row["analysis"])[:120], wrong


def _tal_choices(data: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    for row in _rows(data / "tal_scq5k" / "ch_train.jsonl"):
        options = {entry[0]["aoVal"]: _plain(entry[0]["content"]) for entry in row["answer_option_list"]}
        right = options.get(row["answer_value"], "")
        wrong = [text for letter, text in options.items() if letter != row["answer_value"] and text]
        if right and wrong:
            yield _plain(row["problem"])[-80:], right, "", wrong


def _gaokao(data: Path) -> Iterator[dict[str, Any]]:
    yield from _rows(data / "gaokao_bench" / "gaokao_bench_2010_2022.jsonl")


def _plain(text: str) -> str:
    """Without LaTeX's dollars."""
    return _tidy(text.replace("$", "").replace("\\times", "×").replace("~", ""))


def _tidy(text: str) -> str:
    """Without line breaks and spaces between Chinese characters."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", _SPACE.sub(" ", text)).strip()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)
