"""Pictures held against texts."""

from __future__ import annotations

import pytest

from core.lattices import BLANK, Step
from marking.normalise import comparable
from models.ctc import Emissions
from models.misses import larger_misses
from models.picture import picture_of
from models.reliability import LogisticMap, maps, read_right, verified
from models.variants import plain, spellings
from models.verification import Question, evidence, posterior


def saying(text: str, sure: float = 0.9995, instead: str = "") -> Emissions:
    """A look that reads a text, with something else in each place that has one."""
    steps: list[Step] = []
    for at, char in enumerate(text):
        other = instead[at : at + 1].strip()
        rest: Step = ((other, 1.0 - sure - 1e-4), (BLANK, 1e-4)) if other else ((BLANK, 1.0 - sure),)
        steps += [((char, sure), *rest), ((BLANK, 1.0),)]
    return Emissions(tuple(steps), 1.0 / max(1, len(steps)))


def test_all_probabilities_together_are_one() -> None:
    found = posterior([saying("0.6N", 0.7, "0.8N")], ["0.6 N", "0.6牛"], ["0.8 N", "6 N"])
    total = sum(p for _, p in (*found.accepted, *found.rivals)) + found.other
    assert total == pytest.approx(1.0, abs=1e-9)
    assert found.best == "0.6n"


def test_what_is_written_is_believed_and_another_digit_is_not() -> None:
    looks = [saying("0.6N", 0.9, "0.8N")]
    assert posterior(looks, ["0.6 N"]).probability > 0.9
    wrong = posterior(looks, ["0.5 N"])
    assert wrong.probability < 0.02
    assert wrong.rivals[0][0] == "0.6n"


def test_an_answer_with_no_resemblance_is_refused_though_its_neighbours_are_no_likelier() -> None:
    assert posterior([saying("光合作用")], ["56"]).probability < 0.02


def test_a_nearly_even_digit_leaves_a_doubt_that_a_second_look_settles() -> None:
    unsure, sure = saying("56", 0.5, "51"), saying("56", 0.985)
    assert not posterior([unsure], ["56"]).is_settled
    assert posterior([unsure, sure], ["56"]).probability > posterior([unsure], ["56"]).probability


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("20x3", "20×3"),
        ("20×3", "20 x 3"),
        ("６０", "60"),
        ("−5", "-5"),
        ("一5", "-5"),
        ("體積", "体积"),
        ("春風，又綠", "春风又绿"),
        ("l2O", "120"),
        ("5m³", "5m^3"),
        ("5m3", "5 m³"),
        ("20°C", "20℃"),
        ("5Ω", "5Ω"),
        ("5um", "5μm"),
        ("NaCl", "nacl"),
        ("12÷4", "12/4"),
        ("答案。", "答案"),
        ("1000", "1,000"),
    ],
)
def test_the_same_writing_is_the_same_answer(written: str, key: str) -> None:
    assert posterior([saying(written)], [key]).probability > 0.9


@pytest.mark.parametrize(
    ("written", "key"),
    [("2.5", "25"), ("5", "-5"), ("17", "77"), ("11", "71"), ("不变", "变大"), ("10³", "103")],
)
def test_a_difference_that_means_something_is_kept(written: str, key: str) -> None:
    assert posterior([saying(written, 0.99999)], [key]).probability < 0.05


def test_capitals_matter_where_the_key_says_so() -> None:
    looks = [saying("MW")]
    assert posterior(looks, ["mW"]).probability > 0.9
    assert posterior(looks, ["mW"], case_sensitive=True).probability < 0.1


def test_of_several_accepted_texts_the_written_one_has_the_probability() -> None:
    found = dict(posterior([saying("55")], ["50", "55"]).accepted)
    assert found["55"] > 0.9 > found["50"]


def test_a_rival_written_like_the_key_is_no_rival() -> None:
    assert "20x3" not in dict(posterior([saying("20×3")], ["20×3"], ["20x3"]).rivals)


def test_a_given_rival_that_is_written_takes_the_probability() -> None:
    found = posterior([saying("速度")], ["加速度"], ["速度"])
    assert dict(found.rivals)["速度"] > 0.9


def test_without_a_look_only_the_prior_is_known() -> None:
    found = posterior([], ["5"], ["6"], facility=0.8)
    assert found.probability == pytest.approx(0.8)
    assert found.best == ""


@pytest.mark.parametrize(("accepted", "facility"), [((), 0.5), (("5",), 0.0), (("5",), 1.0)])
def test_a_question_without_sense_is_an_error(accepted: tuple[str, ...], facility: float) -> None:
    with pytest.raises(ValueError, match="accepted texts, facility"):
        Question(accepted, facility=facility)


def test_evidence_grows_with_the_picture() -> None:
    odds = [evidence([saying("56", sure, "51")], Question(("56",))).odds for sure in (0.3, 0.6, 0.9)]
    assert odds == sorted(odds)


def test_silent_steps_in_a_row_count_once() -> None:
    long = Emissions((((BLANK, 1.0),),) * 50 + saying("5").steps, 0.01)
    assert len(picture_of([long]).looks[0]) == 3


@pytest.mark.parametrize("char", "×÷−–。，＂'％º∶ＡａΩµ０９體國（）［］～")
def test_plain_characters_are_those_in_which_marking_compares(char: str) -> None:
    between = f"1{char}1"
    assert comparable(between) == comparable(f"1{plain(char)}1")


def test_spellings_are_plain_already() -> None:
    for text in ("5 m³", "20 ℃", "½", "10³", "１，０００"):
        for spelling in spellings(text):
            assert all(plain(char) == char for char in spelling)


@pytest.mark.parametrize(
    ("text", "miss"),
    [
        ("-5", "5"),
        ("2.5", "25"),
        ("50", "5"),
        ("5cm", "5m"),
        ("5cm", "5"),
        ("变大", "不变大"),
        ("x>3", "x<3"),
    ],
)
def test_larger_misses_have_one_thing_wrong(text: str, miss: str) -> None:
    assert miss in larger_misses(text)
    assert text not in larger_misses(text)


def test_larger_misses_leave_out_digits_for_digits() -> None:
    assert "0.8" not in larger_misses("0.6") and "06" in larger_misses("0.6")


def test_nothing_can_be_missed_in_nothing() -> None:
    assert larger_misses("") == ()


def test_the_shipped_maps_rise_with_every_sign() -> None:
    for found in maps().values():
        assert found.weights[0] > 0 and min(found.weights) >= 0
    chances = [verified(odds, 1.0) for odds in (-30, -5, 0, 5, 30)]
    assert chances == sorted(chances) and chances[0] > 0 and chances[-1] < 1
    assert verified(3.0, 20.0) <= verified(3.0, 0.0)
    assert read_right(0.5, [0.5, 0.9]) <= read_right(0.99, [0.99, 0.99])
    assert read_right(0.9, []) < 1e-3


def test_a_map_stays_within_its_bounds() -> None:
    assert 0 < LogisticMap(0.0, (1.0,))(-1e9) < LogisticMap(0.0, (1.0,))(1e9) < 1
