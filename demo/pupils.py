"""Pupils of different ability and what each of them answers, known before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from core.answer_keys import shown
from core.exams import (
    Blank,
    Criterion,
    Essay,
    Exam,
    Fill,
    Item,
    MultipleChoice,
    PartialRule,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.rosters import Candidate

_ANSWERS = Path(__file__).with_name("answers.yaml")
#: How a bubble can be filled other than properly, and how often per choice item.
MANNERS = {"erased": 0.02, "faint": 0.012, "tick": 0.008, "cross": 0.004}
_LEFT_BLANK = 0.008


@dataclass(frozen=True)
class Choice:
    """What was meant in one bubble field, and how it was filled.

    ``manner`` is "" (properly), a key of ``MANNERS``, or "double" (two marks where one may be).
    ``erased`` are the labels rubbed out before.
    """

    marked: tuple[str, ...]
    manner: str = ""
    erased: tuple[str, ...] = ()


@dataclass
class Answers:
    """All that one pupil answers, and what a careful teacher would give (whole steps)."""

    candidate: Candidate
    ability: float
    choices: dict[str, Choice] = field(default_factory=dict)
    optional: dict[str, str] = field(default_factory=dict)  #: 选做题: group id → item answered
    texts: dict[str, dict[int, str]] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    criteria: dict[str, dict[str, bool]] = field(default_factory=dict)


def answer_exam(exam: Exam, candidate: Candidate, rng: np.random.Generator, double: bool = False) -> Answers:
    """One pupil sits the exam.

    Every item has a difficulty that is the same for all; the chance to get it right is that of a
    two-parameter logistic model with room for guessing on choices.

    Args:
        exam: the exam.
        candidate: who sits it.
        rng: the pupil's own chance; the ability is drawn from it.
        double: whether the first single choice is given two marks.
    """
    answers = Answers(candidate, ability=float(rng.normal(0.45, 1.0)))
    for group in exam.optional_groups:
        answers.optional[group.id] = str(rng.choice(group.items))
    for item in exam.items:
        chosen = exam.optional_group_of(item.number)
        if chosen is not None and answers.optional[chosen.id] != item.number:
            continue
        _answer(answers, item, difficulty(item), rng)
    if double:
        _mark_twice(answers, exam)
    return answers


def difficulty(item: Item) -> float:
    """The item's place on the ability scale, from its number alone: later items are harder."""
    spread = np.random.default_rng(sum(map(ord, item.number)) * 7919).normal(0.0, 0.6)
    kind = {SingleChoice: -0.5, TrueFalse: -0.6, MultipleChoice: 0.3, Fill: -0.2}.get(type(item), 0.2)
    return float(kind + spread)


def _knows(ability: float, hard: float, rng: np.random.Generator, guess: float = 0.0) -> bool:
    right = guess + (1 - guess) / (1 + np.exp(-1.3 * (ability - hard)))
    return bool(rng.random() < right)


def _answer(answers: Answers, item: Item, hard: float, rng: np.random.Generator) -> None:
    match item:
        case SingleChoice():
            choice = _single(item, answers.ability, hard, rng)
            answers.steps[item.number] = item.full_steps if set(choice.marked) & set(item.key) else 0
            answers.choices[item.number] = choice
        case TrueFalse():
            truth = item.key if _knows(answers.ability, hard, rng, 0.4) else not item.key
            answers.steps[item.number] = item.full_steps if truth is item.key else 0
            answers.choices[item.number] = Choice(("T",) if truth else ("F",), _manner(rng))
        case MultipleChoice():
            choice = _multiple(item, answers.ability, hard, rng)
            answers.steps[item.number] = multiple_choice_steps(item, choice.marked)
            answers.choices[item.number] = choice
        case Fill():
            _fill(answers, item, hard, rng)
        case ShortAnswer():
            _short(answers, item, hard, rng)
        case Essay():
            _essay(answers, item, rng)


def _manner(rng: np.random.Generator) -> str:
    drawn = rng.random()
    for manner, share in MANNERS.items():
        if drawn < share:
            return manner
        drawn -= share
    return ""


def _single(item: SingleChoice, ability: float, hard: float, rng: np.random.Generator) -> Choice:
    if rng.random() < _LEFT_BLANK:
        return Choice(())
    labels = [option.label for option in item.options]
    label, manner = item.key[0], _manner(rng)
    others = [other for other in labels if other not in item.key]
    if not _knows(ability, hard, rng, 1 / len(labels)) and others:
        # One wrong answer is more tempting than the others, the same one for all pupils.
        pull = np.ones(len(others))
        pull[sum(map(ord, item.number)) % len(others)] = 2.5
        label = str(rng.choice(others, p=pull / pull.sum()))
    erased = tuple(rng.choice([x for x in labels if x != label], 1)) if manner == "erased" else ()
    return Choice((label,), manner, tuple(map(str, erased)))


def _multiple(item: MultipleChoice, ability: float, hard: float, rng: np.random.Generator) -> Choice:
    marked = tuple(
        option.label
        for option in item.options
        if (option.label in item.key) == _knows(ability + 0.8, hard, rng, 0.25)
    )
    return Choice(marked or (item.key[0],), "faint" if _manner(rng) == "faint" else "")


def multiple_choice_steps(item: MultipleChoice, marked: tuple[str, ...]) -> int:
    """What the marks earn by the item's partial rule; nothing when one of them is wrong."""
    hits = len(set(marked) & set(item.key))
    if set(marked) - set(item.key) or not hits:
        return 0
    if hits == len(item.key):
        return item.full_steps
    match item.partial:
        case PartialRule.NONE:
            return 0
        case PartialRule.HALF:
            return item.full_steps // 2
        case PartialRule.PER_OPTION | PartialRule.GAOKAO:
            return item.full_steps * hits // len(item.key)


@cache
def prepared_answers() -> dict[str, Any]:
    """The answers and sentences of ``answers.yaml``."""
    loaded: dict[str, Any] = yaml.safe_load(_ANSWERS.read_text(encoding="utf-8"))
    return loaded


def _fill(answers: Answers, item: Fill, hard: float, rng: np.random.Generator) -> None:
    prepared = prepared_answers()["fills"].get(item.number, [])
    answers.texts[item.number], total = {}, 0
    for part, blank in enumerate(item.blanks):
        choices = prepared if _fits(blank, prepared) else _plain_variants(blank)
        right = [v for v in choices if v["points"] == max(c["points"] for c in choices)]
        wrong = [v for v in choices if v not in right]
        pool = right if _knows(answers.ability, hard, rng) or not wrong else wrong
        variant = pool[int(rng.integers(len(pool)))]
        text = "" if pool is wrong and rng.random() < 0.12 else str(variant["text"])
        total += int(variant["points"]) if text else 0
        answers.texts[item.number][part] = text
    answers.steps[item.number] = total


def _fits(blank: Blank, variants: list[dict[str, Any]]) -> bool:
    """Whether the prepared answers were written for this blank: other exams have such numbers too."""
    keys = {*blank.accepted, *(_plain_variants(blank)[0]["text"],)}
    return any(variant["text"] in keys and variant["points"] == blank.steps for variant in variants)


def _plain_variants(blank: Blank) -> list[dict[str, Any]]:
    """Variants for any blank: its key, and something that is surely wrong."""
    key = blank.numeric or blank.check
    right = blank.accepted[0] if blank.accepted else blank.expression
    if key is not None:
        right = shown(key).replace(" ", "")
    return [{"text": right, "points": blank.steps}, {"text": "不知道", "points": 0}]


def _short(answers: Answers, item: ShortAnswer, hard: float, rng: np.random.Generator) -> None:
    prepared = prepared_answers()["criteria"].get(item.number, [])
    fits = len(prepared) == len(item.criteria) and any(
        any(word in right for word in criterion.accepted)
        for criterion, one in zip(item.criteria, prepared, strict=True)
        for right in one["right"]
    )
    sentences, known_ids = [], set()
    for index, criterion in enumerate(item.criteria):
        known = _knows(answers.ability, hard + 0.4 * index - 0.4, rng)
        plain = {"right": [*criterion.accepted[:1], criterion.statement][:1], "wrong": [""]}
        pool = (prepared[index] if fits else plain)["right" if known else "wrong"]
        sentence = str(pool[int(rng.integers(len(pool)))])
        sentences.append(sentence if not sentence or sentence.endswith("。") else f"{sentence}；")
        known_ids |= {criterion.id} if known else set()
    text = "".join(sentences)
    earned = {c.id: _earned(c, c.id in known_ids, text) for c in item.criteria}
    answers.texts[item.number] = {0: text}
    answers.criteria[item.number] = earned
    answers.steps[item.number] = sum(c.steps for c in item.criteria if earned[c.id])


def _earned(criterion: Criterion, known: bool, text: str) -> bool:
    """What a teacher with the rubric gives: a contradiction forfeits, and a wording counts wherever it stands."""
    says = any(all(word in text for word in wording.split("+")) for wording in criterion.accepted)
    return (known or says) and not any(word in text for word in criterion.must_not)


def _essay(answers: Answers, item: Essay, rng: np.random.Generator) -> None:
    """An opening, examples, a closing; more and better examples with more ability.

    Its steps are what the generator would give for the number of good examples, for want of a teacher.
    """
    prepared = prepared_answers()["essays"]
    parts = prepared.get(item.number, next(iter(prepared.values())))
    good = int(np.clip(round(2.0 + answers.ability + rng.normal(0, 0.5)), 0, 4))
    examples = [str(s) for s in rng.permutation(parts["examples"])[:good]]
    weak = [str(s) for s in rng.permutation(parts["weak"])[: 1 if good else 2]] if good < 3 else []
    text = str(rng.choice(parts["openings"])) + "".join(examples + weak) + str(rng.choice(parts["closings"]))
    answers.texts[item.number] = {0: text[: item.characters]}
    answers.steps[item.number] = item.full_steps * (2 + 2 * good) // 10


def _mark_twice(answers: Answers, exam: Exam) -> None:
    item = next((i for i in exam.items if isinstance(i, SingleChoice)), None)
    if item is None:
        return
    marked = answers.choices[item.number].marked or (item.key[0],)
    other = next(option.label for option in item.options if option.label not in marked)
    answers.choices[item.number] = Choice((*marked, other), "double")
    answers.steps[item.number] = 0
