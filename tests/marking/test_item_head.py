"""A head learns an item from its teacher's marks, and says what it goes by."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import BadInput
from core.exams import Criterion
from core.marks import Award, Evidence, Verdict
from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.scoring import item_head
from marking.scoring.item_head import LEAST_MARKS, ItemHead
from marking.scoring.item_heads.spread import odds_by_criterion, steps_by_criterion, total_odds
from marking.scoring.item_heads.step_odds import StepOdds
from marking.scoring.item_heads.trees import TREES_FROM

ENGLISH = Question(stem="Why do ships float?", language="en")
CHINESE = Question(stem="为什么冬天水管容易冻裂？")
WHOLE = Rubric(full_steps=2, references=("They displace water and the upthrust balances the weight.",))
PARTS = Rubric(
    full_steps=3,
    criteria=(
        Criterion(id="a", steps=2, statement="水结冰体积膨胀"),
        Criterion(id="b", steps=1, statement="水管被胀破"),
    ),
)


class Even:
    """A base scorer that knows nothing: every number of steps is as likely, and it says so."""

    name = "even-1"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        targets = [(c.id, c.steps) for c in rubric.criteria] or [("", rubric.full_steps)]
        return tuple(tuple(_even(name, full, one) for name, full in targets) for one in responses)


def _even(name: str, full: int, response: Response) -> Award:
    share = 1 / (full + 1)
    return Award(
        criterion=name,
        steps=0,
        full_steps=full,
        reason="even",
        confidence=share,
        distribution=tuple((steps, share) for steps in range(full + 1)),
        evidence=(Evidence(text=response.text[:2], start=0, end=2),) if response.text else (),
        verdicts=((Verdict.CONTRADICTED, 0.25), (Verdict.NOT_ADDRESSED, 0.75)),
    )


_FILLERS = (
    "the ship is big",
    "I think so",
    "because of physics",
    "in the sea",
    "metal is heavy",
    "it goes on",
)


def english_answers(count: int, seed: int = 0) -> list[MarkedResponse]:
    """Answers to ENGLISH: one step for displacing water, one for upthrust."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        parts = chance.sample(_FILLERS, 2)
        steps = 0
        if chance.random() < 0.5:
            parts.append(chance.choice(("they displace water", "water is displaced by it")))
            steps += 1
        if chance.random() < 0.5:
            parts.append(chance.choice(("upthrust balances the weight", "the weight equals the upthrust")))
            steps += 1
        chance.shuffle(parts)
        found.append(MarkedResponse(response=Response(text=", ".join(parts) + "."), steps=steps))
    return found


def chinese_answers(count: int, *, told: bool, seed: int = 0) -> list[MarkedResponse]:
    """Answers to CHINESE: two steps for 膨胀, one for 胀破; told by criterion or in total."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        parts = chance.sample(["冬天很冷", "天气的原因", "水管老化了", "气温低", "我觉得是这样"], 2)
        first = 2 * (chance.random() < 0.5)
        second = int(chance.random() < 0.5)
        parts += ["水结成冰体积膨胀"] * (first > 0) + ["把水管胀破了"] * second
        chance.shuffle(parts)
        by = (("a", first), ("b", second)) if told else ()
        response = Response(text="，".join(parts) + "。")
        found.append(MarkedResponse(response=response, steps=first + second, by_criterion=by))
    return found


def fit_english(k: int, others: int = 60) -> tuple[ItemHead, list[MarkedResponse]]:
    unseen = english_answers(others, seed=9)
    head = ItemHead.fit(ENGLISH, WHOLE, english_answers(k), Even(), None, [one.response for one in unseen])
    return head, unseen


def right_share(
    head: ItemHead, question: Question, rubric: Rubric, answers: Sequence[MarkedResponse]
) -> float:
    scored = head.score_all(question, rubric, [one.response for one in answers])
    given = [sum(award.steps for award in awards) for awards in scored]
    return float(np.mean([steps == one.steps for steps, one in zip(given, answers, strict=True)]))


def test_below_five_marks_the_base_scorers_awards_come_back_unchanged() -> None:
    head, unseen = fit_english(LEAST_MARKS - 1)
    responses = [one.response for one in unseen]
    assert not head.takes_part
    assert head.score_all(ENGLISH, WHOLE, responses) == Even().score_all(ENGLISH, WHOLE, responses)


def test_from_five_marks_on_it_takes_part_and_awards_say_from_how_many() -> None:
    head, unseen = fit_english(LEAST_MARKS)
    award = head.score_all(ENGLISH, WHOLE, [unseen[0].response])[0][0]
    assert (head.k, award.model) == (5, head.name)
    assert re.fullmatch(r"item-head-1 k=5 [0-9a-f]{8} on even-1", head.name)


def test_heads_of_other_marks_have_other_names_and_of_the_same_marks_the_same() -> None:
    marked = english_answers(8)
    other = [*marked[:-1], marked[-1].model_copy(update={"steps": 2 - marked[-1].steps})]
    heads = [
        ItemHead.fit(ENGLISH, WHOLE, several, Even(), None)
        for several in (marked, list(reversed(marked)), other, marked[:-1])
    ]
    first, turned, changed, fewer = (head.name for head in heads)
    assert first == turned
    assert len({first, changed, fewer}) == 3


def test_of_very_many_marks_the_newest_teach_and_all_answers_are_scored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name, size in ((item_head, "MOST_MARKS", 30), (item_head, "MOST_UNMARKED", 20)):
        monkeypatch.setattr(module, name, size)
    whole, unseen = fit_english(50), english_answers(70, seed=9)
    newest = ItemHead.fit(
        ENGLISH, WHOLE, english_answers(50)[-30:], Even(), None, [one.response for one in unseen[:60]]
    )
    assert (whole[0].k, whole[0].name) == (30, newest.name)
    monkeypatch.setattr(item_head, "_TOGETHER", 7)
    responses = [one.response for one in unseen]
    said = [awards[0].steps for awards in whole[0].score_all(ENGLISH, WHOLE, responses)]
    monkeypatch.setattr(item_head, "_TOGETHER", 1000)
    assert said == [awards[0].steps for awards in whole[0].score_all(ENGLISH, WHOLE, responses)]
    assert len(said) == 70


def test_more_marks_teach_more() -> None:
    few, many = (right_share(*_with(fit_english(k))) for k in (5, 60))
    assert many >= 0.85
    assert many >= few


def _with(
    fitted: tuple[ItemHead, list[MarkedResponse]],
) -> tuple[ItemHead, Question, Rubric, list[MarkedResponse]]:
    return fitted[0], ENGLISH, WHOLE, fitted[1]


def test_with_hundreds_of_marks_trees_take_part_and_foresight_is_honest() -> None:
    head, unseen = fit_english(TREES_FROM)
    assert right_share(head, ENGLISH, WHOLE, unseen) >= 0.9
    foreseen = float((head.left_out_steps == head.marked_steps).mean())
    assert abs(foreseen - right_share(head, ENGLISH, WHOLE, unseen)) < 0.15


def test_each_criterion_is_learned_where_the_marks_tell_them() -> None:
    head = ItemHead.fit(CHINESE, PARTS, chinese_answers(40, told=True), Even(), None)
    both, first, second, none = head.score_all(
        CHINESE,
        PARTS,
        [
            Response(text="水结成冰体积膨胀，把水管胀破了。"),
            Response(text="水结成冰体积膨胀，天气的原因。"),
            Response(text="气温低，把水管胀破了。"),
            Response(text="水管老化了，我觉得是这样。"),
        ],
    )
    assert [[award.steps for award in awards] for awards in (both, first, second, none)] == [
        [2, 1],
        [2, 0],
        [0, 1],
        [0, 0],
    ]
    assert [award.criterion for award in both] == ["a", "b"]


def test_with_totals_alone_the_criteria_add_up_to_what_was_learned() -> None:
    head = ItemHead.fit(CHINESE, PARTS, chinese_answers(60, told=False), Even(), None)
    unseen = chinese_answers(40, told=False, seed=5)
    assert right_share(head, CHINESE, PARTS, unseen) >= 0.8
    for awards in head.score_all(CHINESE, PARTS, [one.response for one in unseen]):
        assert [award.criterion for award in awards] == ["a", "b"]
        assert all(
            sum(share for _, share in award.distribution) == pytest.approx(1, abs=1e-6) for award in awards
        )


def test_the_same_marks_give_the_same_awards() -> None:
    first, unseen = fit_english(30)
    second, _ = fit_english(30)
    responses = [one.response for one in unseen]
    assert first.score_all(ENGLISH, WHOLE, responses) == second.score_all(ENGLISH, WHOLE, responses)


def test_an_award_is_a_distribution_with_a_confidence_that_it_holds() -> None:
    head, unseen = fit_english(60)
    scored = head.score_all(ENGLISH, WHOLE, [one.response for one in unseen])
    awards = [awards[0] for awards in scored]
    for award in awards:
        assert dict(award.distribution)[award.steps] == pytest.approx(award.confidence, abs=1e-3)
        assert sum(share for _, share in award.verdicts) == pytest.approx(1, abs=1e-6)
    right = float(np.mean([a.steps == one.steps for a, one in zip(awards, unseen, strict=True)]))
    assert abs(right - float(np.mean([award.confidence for award in awards]))) < 0.2


@pytest.mark.parametrize(
    ("question", "rubric", "words"),
    [
        (ENGLISH, WHOLE, ("similar to", "marked before")),
        (CHINESE, PARTS, ("与老师判过的第", "介于老师判过的")),
    ],
)
def test_the_reason_names_marked_answers_in_the_questions_language(
    question: Question, rubric: Rubric, words: tuple[str, ...]
) -> None:
    marked = english_answers(12) if question is ENGLISH else chinese_answers(12, told=True)
    head = ItemHead.fit(question, rubric, marked, Even(), None)
    for awards in head.score_all(question, rubric, [one.response for one in marked]):
        assert all(any(word in award.reason for word in words) for award in awards)


def test_words_that_tell_are_evidence_where_they_stand() -> None:
    head, _ = fit_english(60)
    text = "Metal is heavy, but Water is displaced by it and the weight equals the upthrust."
    award = head.score_all(ENGLISH, WHOLE, [Response(text=text)])[0][0]
    assert award.steps == 2
    assert all(text[one.start : one.end] == one.text for one in award.evidence)
    said = " ".join(one.text.lower() for one in award.evidence)
    assert any(word in said for word in ("displaced", "upthrust", "weight"))


def test_a_blank_answer_is_the_base_scorers_and_teaches_nothing() -> None:
    blank = MarkedResponse(response=Response(text=" \n"), steps=0)
    head = ItemHead.fit(ENGLISH, WHOLE, [*english_answers(6), blank], Even(), None)
    assert head.k == 6
    assert head.score_all(ENGLISH, WHOLE, [blank.response])[0][0].reason == "even"


def test_marks_that_are_all_equal_are_learned_as_they_are() -> None:
    marked = [one.model_copy(update={"steps": 1}) for one in english_answers(20)]
    head = ItemHead.fit(ENGLISH, WHOLE, marked, Even(), None)
    assert {
        awards[0].steps for awards in head.score_all(ENGLISH, WHOLE, [one.response for one in marked])
    } == {1}


def test_answers_of_a_single_word_are_learned() -> None:
    texts = ["yes", "no", "yes", "no", "yes", "no", "no"]
    marked = [MarkedResponse(response=Response(text=text), steps=2 * (text == "yes")) for text in texts]
    head = ItemHead.fit(ENGLISH, WHOLE, marked, Even(), None)
    yes, no = head.score_all(ENGLISH, WHOLE, [Response(text="yes"), Response(text="no")])
    assert (yes[0].steps, no[0].steps) == (2, 0)


def test_an_encoder_takes_part_where_there_is_one() -> None:
    asked: list[int] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        asked.append(len(texts))
        return np.array([["upthrust" in t, "displace" in t, 1] for t in texts], dtype=np.float32)

    unseen = english_answers(40, seed=3)
    plain = ItemHead.fit(ENGLISH, WHOLE, english_answers(10), Even(), None)
    head = ItemHead.fit(ENGLISH, WHOLE, english_answers(10), Even(), embed)
    assert asked
    assert right_share(head, ENGLISH, WHOLE, unseen) >= right_share(plain, ENGLISH, WHOLE, unseen)


@pytest.mark.parametrize(
    ("rubric", "one", "part"),
    [
        (WHOLE, MarkedResponse(response=Response(text="x"), steps=3), "3 steps of 2"),
        (
            PARTS,
            MarkedResponse(response=Response(text="x"), steps=3, by_criterion=(("a", 3),)),
            "3 steps for criterion 'a', which gives 2",
        ),
        (
            PARTS,
            MarkedResponse(response=Response(text="x"), steps=1, by_criterion=(("c", 1),)),
            "criterion 'c', which gives 0",
        ),
    ],
)
def test_marks_that_cannot_be_are_refused(rubric: Rubric, one: MarkedResponse, part: str) -> None:
    with pytest.raises(BadInput, match=part):
        ItemHead.fit(CHINESE, rubric, [one], Even(), None)


def test_a_hundred_marks_are_learned_within_two_seconds() -> None:
    marked, others = english_answers(100), [one.response for one in english_answers(100, seed=4)]
    began = time.process_time()
    ItemHead.fit(ENGLISH, WHOLE, marked, Even(), None, others)
    assert time.process_time() - began < 2


def test_odds_of_a_total_lift_the_criteria_that_make_it_up() -> None:
    parts = [np.array([0.5, 0.5]), np.array([0.9, 0.1])]
    sure_of_one = np.array([0.0, 1.0, 0.0])
    first, second = odds_by_criterion(parts, sure_of_one)
    assert first[1] == pytest.approx(0.9)
    assert second[1] == pytest.approx(0.1)
    assert steps_by_criterion(parts, 1) == (1, 0)
    assert steps_by_criterion(parts, 2) == (1, 1)
    assert total_odds([one[None] for one in parts])[0] == pytest.approx([0.45, 0.5, 0.05])


def test_step_odds_come_out_as_often_as_the_teacher_gives_the_steps() -> None:
    chance = np.random.default_rng(0)
    worth = chance.normal(0.5, 0.2, 400)
    steps = np.digitize(worth + chance.normal(0, 0.1, 400), [0.3, 0.6])
    odds = StepOdds(worth, steps, 2, worth, np.full(3, 1 / 3), 3.0)
    mean = odds.odds(worth).mean(0)
    assert mean == pytest.approx(np.bincount(steps) / 400, abs=0.02)
    assert 0.5 < odds.agreement < 1
