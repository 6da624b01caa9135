"""Scoring a table of answers to single items, without an exam: what ``zhupi score`` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.base import Record
from core.errors import BadInput
from core.marks import Award, Verdict
from core.scoring import MarkedResponse, Response
from core.scoring_files import AnswerRow, ScoringItem
from marking.judge.injection import suspicious
from marking.scoring.item_head import ItemHead
from marking.scoring.protocol import Scorer
from models.text_encoder import text_encoder
from pipeline.scoring_keys import proposed_fill, refuse_unreadable_items, with_keys

#: How sets with verdicts in place of scores name them, and the share of full marks each stands for.
_LABELS = {
    "correct": (1, 1), "credited": (1, 1), "partially_correct_incomplete": (1, 2), "partly": (1, 2),
    "partially correct": (1, 2), "incorrect": (0, 1), "not_addressed": (0, 1), "contradictory": (0, 1),
    "contradicted": (0, 1), "irrelevant": (0, 1), "non_domain": (0, 1),
}  # fmt: skip
#: Few enough to show progress and to bound memory.
_BATCH = 64


class ScoredAnswer(Record):
    """One answer with its awards; scores in points."""

    id: str
    item: str
    text: str
    score: float
    expected: float  #: mean of the award distribution
    full: float
    confidence: float
    verdict: Verdict | None
    flag: str = ""
    awards: tuple[Award, ...]
    model: str


@dataclass(frozen=True)
class _Work:
    item: ScoringItem
    scorer: Scorer
    rows: tuple[AnswerRow, ...]


def score_answers(
    items: Sequence[ScoringItem],
    rows: Sequence[AnswerRow],
    marked: Sequence[AnswerRow],
    scorer: Scorer,
    progress: Callable[[int, int], None],
) -> tuple[ScoredAnswer, ...]:
    """Every row scored, in the order of the rows; heads are taught where an item has marked rows.

    Raises:
        BadInput: a row names no item of the file, a marked row has no usable score, a key cannot be read.
    """
    refuse_unreadable_items(items)
    taught = _by_item(items, marked)
    wanted = _by_item(items, rows)
    done: dict[int, ScoredAnswer] = {}
    for at, item in enumerate(items):
        own = wanted.get(at, [])
        if own:
            head = _taught(item, [marked[n] for n in taught.get(at, [])], [rows[n] for n in own], scorer)
            for first in range(0, len(own), _BATCH):
                batch = own[first : first + _BATCH]
                done.update(zip(batch, _scored(item, head, [rows[n] for n in batch]), strict=True))
                progress(len(done), len(rows))
    return tuple(done[n] for n in range(len(rows)))


def _by_item(items: Sequence[ScoringItem], rows: Sequence[AnswerRow]) -> dict[int, list[int]]:
    places = {item.id: at for at, item in enumerate(items) if item.id}
    found: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        at = 0 if len(items) == 1 else places.get(row.item)
        if at is None:
            raise BadInput(
                f"第 {n + 1} 份作答（{row.id}）的题号 {row.item or '没有写'} 不在题目文件里。",
                f"题目文件里有：{'、'.join(places) or '没有题号'}。",
            )
        found.setdefault(at, []).append(n)
    return found


def _taught(
    item: ScoringItem, marked: Sequence[AnswerRow], unmarked: Sequence[AnswerRow], scorer: Scorer
) -> Scorer:
    if not marked or item.fill is not None:
        return scorer
    encoder = text_encoder(item.question.language)
    return ItemHead.fit(
        item.question,
        item.rubric,
        tuple(_marked(item, row) for row in marked),
        scorer,
        encoder.embed if encoder else None,
        tuple(Response(text=row.text) for row in unmarked),
    )


def _marked(item: ScoringItem, row: AnswerRow) -> MarkedResponse:
    parts = tuple((name, item.steps(points)) for name, points in row.by_criterion)
    known = {criterion.id for criterion in item.rubric.criteria}
    strange = [name for name, _ in parts if name not in known]
    if strange:
        raise BadInput(
            f"{_place(row)} 有给分点 {strange[0]} 的分数，题目里没有它。", "请对照题目文件的 criteria。"
        )
    try:
        steps = _given_steps(item, row, parts)
    except BadInput as error:
        raise BadInput(f"{_place(row)}：{error.message}", error.remedy) from error
    return MarkedResponse(response=Response(text=row.text), steps=steps, by_criterion=parts)


def _place(row: AnswerRow) -> str:
    return f"{row.where}（{row.id}）" if row.where else f"作答 {row.id}"


def _given_steps(item: ScoringItem, row: AnswerRow, parts: tuple[tuple[str, int], ...]) -> int:
    if row.score:
        return item.steps(row.score)
    if parts and len(parts) == len(item.rubric.criteria):
        return sum(steps for _, steps in parts)
    share = _LABELS.get(row.label.lower())
    if share is None or item.rubric.full_steps * share[0] % share[1]:
        raise BadInput(f"没有可用的分数（score 为空，label 为 {row.label or '空'}）。", "请填 score。")
    return item.rubric.full_steps * share[0] // share[1]


def _scored(item: ScoringItem, scorer: Scorer, rows: Sequence[AnswerRow]) -> list[ScoredAnswer]:
    responses = tuple(Response(text=row.text) for row in rows)
    if item.fill is not None:
        return [_filled(item, row) for row in rows]
    scorer = with_keys(scorer, item)
    several = scorer.score_all(item.question, item.rubric, responses)
    return [_answer(item, row, awards, scorer.name) for row, awards in zip(rows, several, strict=True)]


def _filled(item: ScoringItem, row: AnswerRow) -> ScoredAnswer:
    proposal = proposed_fill(item, row.text)
    awards, model = (proposal.awards, proposal.model) if proposal is not None else ((), "")
    return _answer(item, row, awards, model)


def _answer(item: ScoringItem, row: AnswerRow, awards: tuple[Award, ...], model: str) -> ScoredAnswer:
    finding = suspicious(row.text)
    confidence = 1.0
    for award in awards:
        confidence *= award.confidence
    return ScoredAnswer(
        id=row.id,
        item=item.id,
        text=row.text,
        score=item.points(sum(award.steps for award in awards)),
        expected=item.points(sum(award.expected_steps for award in awards)),
        full=item.points(item.rubric.full_steps),
        confidence=confidence,
        verdict=awards[0].verdict if len(awards) == 1 else None,
        flag=finding.flag if finding else "",
        awards=awards,
        model=model,
    )
