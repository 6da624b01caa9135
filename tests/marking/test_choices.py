"""Choices by key, and what the machine may settle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.exams import ItemKind, MultipleChoice, PartialRule, SingleChoice, TrueFalse
from core.pages import BubbleVerdict
from marking import Licence, propose
from marking.choices import partial_steps
from tests.marking.readings import bubble, text

SINGLE = SingleChoice(number="1", full_steps=3, key=("B",))


@pytest.mark.parametrize(
    ("rule", "full", "key", "marked", "steps"),
    [
        (PartialRule.NONE, 4, "AC", "AC", 4),
        (PartialRule.NONE, 4, "AC", "A", 0),
        (PartialRule.HALF, 4, "AC", "A", 2),
        (PartialRule.HALF, 3, "ACD", "AD", 1),
        (PartialRule.HALF, 4, "AC", "AB", 0),
        (PartialRule.PER_OPTION, 6, "ABC", "A", 2),
        (PartialRule.PER_OPTION, 6, "ABC", "AC", 4),
        (PartialRule.PER_OPTION, 5, "ABC", "AC", 2),
        (PartialRule.GAOKAO, 6, "AB", "A", 3),
        (PartialRule.GAOKAO, 6, "ABC", "B", 2),
        (PartialRule.GAOKAO, 6, "ABC", "BC", 4),
        (PartialRule.GAOKAO, 6, "ABC", "ABC", 6),
        (PartialRule.GAOKAO, 6, "ABC", "ABD", 0),
        (PartialRule.GAOKAO, 6, "AB", "ABC", 0),
        (PartialRule.GAOKAO, 6, "AB", "", 0),
    ],
)
def test_multiple_choices_give_what_their_rule_says(
    rule: PartialRule, full: int, key: str, marked: str, steps: int
) -> None:
    item = MultipleChoice(number="1", full_steps=full, key=tuple(key), partial=rule)
    assert propose(item, bubble(marked), (), Licence()).steps == steps


@given(st.integers(1, 60), st.integers(1, 8), st.sampled_from(PartialRule))
def test_more_right_options_never_give_less_and_never_more_than_full(
    full: int, size: int, rule: PartialRule
) -> None:
    given_steps = [partial_steps(full, size, right, rule) for right in range(size + 1)]
    assert given_steps == sorted(given_steps)
    assert given_steps[0] == 0 and given_steps[-1] == full


@pytest.mark.parametrize(
    ("marked", "steps", "reason"),
    [("B", 3, "选 B，正确"), ("A", 0, "选 A，答案是 B"), ("", 0, "未作答"), ("AB", 0, "单选题涂了 AB 2 项")],
)
def test_single_choices_give_all_or_nothing(marked: str, steps: int, reason: str) -> None:
    proposal = propose(SINGLE, bubble(marked), (), Licence())
    assert (proposal.steps, proposal.reason, proposal.settles) == (steps, reason, True)


def test_a_single_choice_with_two_right_answers_takes_either() -> None:
    item = SingleChoice(number="1", full_steps=2, key=("A", "C"))
    assert [propose(item, bubble(m), (), Licence()).steps for m in ("A", "C", "B", "AC")] == [2, 2, 0, 0]


@pytest.mark.parametrize(
    ("marked", "right"),
    [("T", True), ("对", True), ("√", True), ("F", False), ("错", False), ("×", False), ("?", None)],
)
def test_true_false_bubbles_may_carry_any_usual_label(marked: str, right: bool | None) -> None:
    for key in (True, False):
        item = TrueFalse(number="1", full_steps=1, key=key)
        expected = int(right is key) if right is not None else 0
        assert propose(item, bubble(marked), (), Licence()).steps == expected


def test_a_doubtful_reading_is_proposed_and_never_settled() -> None:
    proposal = propose(SINGLE, bubble("B", 0.999, BubbleVerdict.DOUBTFUL, "erased"), (), Licence())
    assert (proposal.steps, proposal.settles) == (3, False)
    assert "erased" in proposal.reason


@pytest.mark.parametrize(("confidence", "settles"), [(0.979, False), (0.98, True), (1.0, True)])
def test_the_licence_decides_from_which_confidence_on_a_mark_is_settled(
    confidence: float, settles: bool
) -> None:
    assert propose(SINGLE, bubble("B", confidence), (), Licence()).settles is settles


def test_a_licence_of_none_settles_nothing() -> None:
    licence = Licence().without(ItemKind.SINGLE_CHOICE)
    assert not propose(SINGLE, bubble("B", 1.0), (), licence).settles


def test_a_missing_field_offers_no_steps() -> None:
    proposal = propose(SINGLE, None, (text("B"),), Licence())
    assert (proposal.steps, proposal.settles) == (None, False)


def test_essays_can_never_be_licensed() -> None:
    with pytest.raises(ValidationError, match="essays are marked by people only"):
        Licence.model_validate({"essay": 0.99})
    assert not Licence().allows(ItemKind.ESSAY, 1.0)


@pytest.mark.parametrize("threshold", [0.3, 1.5])
def test_a_licence_below_an_even_chance_or_above_certainty_is_refused(threshold: float) -> None:
    with pytest.raises(ValidationError):
        Licence(fill=threshold)
