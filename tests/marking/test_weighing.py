"""Fills marked from the picture: what the reader was torn between is held against the key."""

from __future__ import annotations

import pytest

from core.exams import Blank, Fill, NumericKey
from marking import Licence, propose
from marking.weighing import weigh
from tests.marking.readings import seen, text

FORCE = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, numeric=NumericKey(value="10", unit="N")),))
TERM = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, accepted=("熔化",), wrong=("溶化",)),))


def test_a_clear_answer_settles_with_its_odds() -> None:
    proposal = propose(FORCE, None, (seen(text("10N")),), Licence())
    assert (proposal.steps, proposal.settles) == (2, True)
    assert proposal.awards[0].odds[0][1] > 0.97


def test_a_slip_of_the_reader_does_not_cost_the_answer() -> None:
    read = seen(text("1oN"), (1, {"o": 0.5, "0": 0.45}))
    proposal = propose(FORCE, None, (read,), Licence())
    assert proposal.steps == 2


def test_an_answer_that_is_torn_between_right_and_wrong_goes_to_a_person() -> None:
    read = seen(text("16N"), (1, {"6": 0.5, "0": 0.45}))
    proposal = propose(FORCE, None, (read,), Licence())
    assert not proposal.settles
    said = dict(proposal.awards[0].odds)
    assert {"10N", "16N"} <= set(said)
    assert 0.1 < said["10N"] < 0.98


def test_a_clearly_wrong_number_settles_at_nothing() -> None:
    proposal = propose(FORCE, None, (seen(text("12N")),), Licence())
    assert (proposal.steps, proposal.settles) == (0, True)


@pytest.mark.parametrize("written", ["1.0N", "100N", "-10N"])
def test_a_number_that_differs_by_a_point_a_sign_or_a_nought_goes_to_a_person(written: str) -> None:
    proposal = propose(FORCE, None, (seen(text(written)),), Licence())
    assert (proposal.steps, proposal.settles) == (0, False)


@pytest.mark.parametrize("written", ["F=10N", "10 N", "约10N"])
def test_what_stands_around_the_number_does_not_matter(written: str) -> None:
    assert propose(FORCE, None, (seen(text(written)),), Licence()).steps == 2


def test_a_known_wrong_answer_is_told_from_the_key() -> None:
    read = seen(text("溶化"), (0, {"溶": 0.9, "熔": 0.08}))
    proposal = propose(TERM, None, (read,), Licence())
    assert (proposal.steps, proposal.awards[0].odds[0][0]) == (0, "溶化")


def test_a_changed_key_is_held_against_the_same_picture() -> None:
    read = seen(text("16N"), (1, {"6": 0.55, "0": 0.4}))
    other = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, numeric=NumericKey(value="16", unit="N")),))
    first, second = (propose(item, None, (read,), Licence()) for item in (FORCE, other))
    assert first.awards[0].odds != second.awards[0].odds
    assert second.steps == 2


def test_all_that_a_picture_may_say_is_one() -> None:
    weighed = weigh(FORCE.blanks[0], seen(text("16N"), (1, {"6": 0.5, "0": 0.45})))
    assert weighed.verified
    assert sum(p.probability for p in weighed.texts) + weighed.other == pytest.approx(1.0)


def test_readings_without_looks_are_weighed_by_their_own_probabilities() -> None:
    weighed = weigh(FORCE.blanks[0], text("10N", 0.9))
    assert not weighed.verified
    assert weighed.texts[0].text == "10N"


@pytest.mark.parametrize(("first", "second"), [(0.74, 0.25), (0.8, 0.19), (0.85, 0.14)])
def test_a_torn_picture_never_settles_whatever_pupils_usually_write(first: float, second: float) -> None:
    key = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, numeric=NumericKey(value="16")),))
    assert not propose(key, None, (seen(text("16"), (1, {"6": first, "0": second})),), Licence()).settles


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (Blank(steps=2, accepted=("Na",), case_sensitive=True), "na"),
        (Blank(steps=2, accepted=("CO",), case_sensitive=True), "Co"),
        (Blank(steps=2, accepted=("Na",), wrong=("NA",), case_sensitive=True), "NA"),
        (Blank(steps=2, numeric=NumericKey(value="5", unit="MW")), "5mW"),
        (Blank(steps=2, expression="3*x"), "3X"),
        (Blank(steps=2, expression="x**2"), "x2"),
        (Blank(steps=2, accepted=("f'(x)",)), "f(x)"),
        (Blank(steps=2, accepted=("3!",)), "3"),
        (Blank(steps=2, accepted=("1~2",)), "12"),
        (Blank(steps=2, accepted=("2…1",)), "21"),
        (Blank(steps=2, accepted=("2…1",)), "2.1"),
    ],
)
def test_capitals_and_signs_that_mean_something_are_not_read_into_an_answer(key: Blank, written: str) -> None:
    item = Fill(number="1", full_steps=2, blanks=(key,))
    proposal = propose(item, None, (seen(text(written)),), Licence())
    assert not (proposal.settles and proposal.steps)


@pytest.mark.parametrize("key", ["Na", "CO"])
def test_the_right_capitals_earn_the_steps(key: str) -> None:
    item = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, accepted=(key,), case_sensitive=True),))
    assert propose(item, None, (seen(text(key)),), Licence()).steps == 2


def test_a_look_alike_word_goes_to_a_person() -> None:
    item = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, accepted=("重力",)),))
    read = seen(text("重里"), (1, {"里": 0.9, "力": 0.09}))
    assert not propose(item, None, (read,), Licence()).settles


@pytest.mark.parametrize(("key", "written"), [("不变", "没有变"), ("倒立放大", "放大倒立")])
def test_other_words_that_may_mean_the_same_go_to_a_person(key: str, written: str) -> None:
    item = Fill(number="1", full_steps=2, blanks=(Blank(steps=2, accepted=(key,)),))
    proposal = propose(item, None, (seen(text(written)),), Licence())
    assert (proposal.steps, proposal.settles) == (0, False)
