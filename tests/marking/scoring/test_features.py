"""What is counted about an answer beside a statement."""

from __future__ import annotations

import numpy as np
import pytest

from marking.scoring.features import FEATURE_NAMES, pair_features
from marking.scoring.features.alignment import aligned
from marking.scoring.features.stems import stem
from marking.scoring.features.texts import prepared


def feature(name: str, statement: str, answer: str, question: str = "", language: str = "zh") -> float:
    row = pair_features(question, statement, answer, language)
    return float(row[FEATURE_NAMES.index(name)])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("evaporated", "evaporates"),
        ("heavier", "heavy"),
        ("stopped", "stops"),
        ("dissolving", "dissolves"),
        ("bodies", "body"),
        ("made", "makes"),
        ("biggest", "big"),
    ],
)
def test_forms_of_one_word_have_one_stem(first: str, second: str) -> None:
    assert stem(first) == stem(second)


@pytest.mark.parametrize(("first", "second"), [("gas", "gases"), ("this", "this"), ("class", "class")])
def test_an_s_that_is_part_of_the_word_stays(first: str, second: str) -> None:
    assert stem(first) == stem(second)
    assert stem(first).startswith(first[:3])


def test_the_row_has_a_number_for_every_name() -> None:
    row = pair_features("什么是密度？", "单位体积的质量", "质量与体积的比", "zh")
    assert row.shape == (len(FEATURE_NAMES),)
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    assert np.isfinite(row).all()


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "。", "？？", "🙂", "a", "1", "-", "（", "x" * 5000, "①②③"]
)
def test_any_text_gives_finite_numbers(text: str) -> None:
    for statement, answer, question in ((text, "光合作用", ""), ("光合作用", text, ""), ("a b", "c", text)):
        assert np.isfinite(pair_features(question, statement, answer, "zh")).all()


def test_saying_all_covers_all_and_saying_nothing_covers_nothing() -> None:
    assert feature("covered", "减小受力面积", "减小受力面积可以增大压强") == pytest.approx(1.0)
    assert feature("covered", "减小受力面积", "很好吃") == 0.0


def test_an_answer_that_only_repeats_the_question_says_nothing_new() -> None:
    question = "Why did the puddle dry up on the road?"
    statement = "The water in the puddle evaporated."
    copied = feature("new_words_said", statement, question, question, "en")
    told = feature("new_words_said", statement, "the water evaporated", question, "en")
    assert copied == 0.0
    assert told > 0.9
    assert feature("question_copied", statement, question, question, "en") == pytest.approx(1.0)


def test_a_misspelt_long_word_is_found_and_a_short_one_is_not() -> None:
    assert feature("covered", "evaporation", "evaperation", language="en") == pytest.approx(0.9)
    assert feature("covered", "salt", "malt", language="en") == 0.0


def test_a_synonym_counts_for_part() -> None:
    assert 0 < feature("covered", "big", "large", language="en") < 1
    assert feature("covered", "压强增大", "压强变大") > feature("covered", "压强增大", "压强") + 0.1


def test_particles_come_and_go() -> None:
    assert feature("covered", "增大了压强", "增大压强") == pytest.approx(1.0)
    assert feature("covered", "增大压强", "增大了的压强") == pytest.approx(1.0)
    assert [t.text for t in prepared("目的").tokens] == ["目的"]


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("压强增大", "压强减小"),
        ("货物必须是小型", "货物必须是大型"),
        ("这种说法错误", "这种说法正确"),
        ("吸热", "放热"),
    ],
)
def test_chinese_opposites_clash(statement: str, answer: str) -> None:
    assert feature("clashes", statement, answer) >= 1


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("压强增大", "压强变大"),
        ("错误", "不正确"),
        ("压强增大", "面积减小所以压强增大"),
        ("大小不变", "大小不变"),
    ],
)
def test_what_is_no_opposite_does_not_clash(statement: str, answer: str) -> None:
    assert feature("clashes", statement, answer) == 0


def test_english_opposites_clash_and_beside_common_words_closely() -> None:
    assert feature("clashes", "the pressure increases", "the pressure decreases", language="en") == 1
    assert feature("clashes_close", "the pressure increases", "the pressure decreases", language="en") == 1
    far = "in winter it decreases and nobody in the whole town knows the reason of that"
    assert feature("clashes_close", "the pressure increases", far, language="en") == 0


@pytest.mark.parametrize(
    ("statement", "answer", "language"),
    [
        ("the water evaporated", "the water did not evaporate", "en"),
        ("the water evaporated", "the water didn't evaporate", "en"),
        ("压强相等", "压强不相等", "zh"),
        ("可以删除栈底元素", "没有办法删除栈底元素", "zh"),
    ],
)
def test_a_denial_on_one_side_alone_is_seen(statement: str, answer: str, language: str) -> None:
    assert feature("denied_share", statement, answer, language=language) > 0
    assert feature("denial_difference", statement, answer, language=language) == 1


def test_a_denial_on_both_sides_is_agreement() -> None:
    assert feature("denied_share", "单链表不可以删除", "单链表不可以删除") == 0


def test_words_that_only_look_like_denials_deny_nothing() -> None:
    assert prepared("不仅增大压强，而且非常锋利，区别在于不断变化").denials == 0


def test_a_denial_does_not_reach_over_a_clause() -> None:
    tokens = prepared("it is not cold, water boils").tokens
    assert {t.text: t.denied for t in tokens}["cold"]
    assert not {t.text: t.denied for t in tokens}["boil"]


def test_swapped_sides_of_a_comparison_are_seen() -> None:
    assert (
        feature(
            "swapped", "the stone is heavier than the cork", "the cork is heavier than the stone", "", "en"
        )
        > 0.5
    )
    assert feature("swapped", "甲的密度比乙的质量大", "甲的密度比乙的质量大") == 0


@pytest.mark.parametrize(
    ("answer", "found", "conflict"),
    [("10 cm", 1.0, 0.0), ("10 m", 0.5, 0.0), ("12 cm", 0.0, 1.0), ("about that", 0.0, 0.0)],
)
def test_numbers_are_the_same_in_another_unit_others_or_missing(
    answer: str, found: float, conflict: float
) -> None:
    assert feature("numbers_found", "The shadow is 10 cm long", answer, language="en") == found
    assert feature("numbers_conflict", "The shadow is 10 cm long", answer, language="en") == conflict


def test_numbers_that_the_question_gives_are_not_asked_for() -> None:
    assert feature("numbers_found", "3 kg sink and 5 float", "5 float", "What do 3 kg do?", "en") == 1.0


def test_markers_of_points_are_no_numbers() -> None:
    assert feature("numbers_wanted", "1. 连续存储 2. 随机访问", "连续") == 0


def test_parts_are_told_by_numbers_sentences_or_a_list() -> None:
    assert feature("parts", "①战略性原则；②适应性原则；③经济性原则", "战略性原则") == 3
    assert feature("parts", "战略性、适应性、经济性", "战略性") == 3
    assert feature("parts_covered", "①战略性原则；②适应性；③经济性", "战略性原则和经济性") == pytest.approx(
        2 / 3
    )


@pytest.mark.parametrize(
    ("answer", "side"), [("正确，因为", 1), ("错误。栈底", -1), ("不对", -1), ("因为", 0)]
)
def test_how_an_answer_takes_sides(answer: str, side: int) -> None:
    assert feature("stance", "错误。栈底元素可以删除", answer) == -side


@pytest.mark.parametrize(
    "answer", ["不知道", "我不会", "I don't know", "idk", "no idea", "", "No submission.", "略"]
)
def test_knowing_nothing_is_known(answer: str) -> None:
    assert feature("no_idea", "压强", answer) == 1.0


@pytest.mark.parametrize("answer", ["不知道为什么会蒸发", "no, it sinks", "无色", "不会做功"])
def test_an_answer_that_begins_like_knowing_nothing_may_say_something(answer: str) -> None:
    assert feature("no_idea", "压强", answer) == 0.0


def test_offsets_point_into_the_original_text() -> None:
    text = "Ｔｈｅ　ｗａｔｅｒ 蒸發了３０％，½ full"
    for token in prepared(text).tokens:
        assert 0 <= token.start < token.end <= len(text)
    water = next(t for t in prepared(text).tokens if t.text == "water")
    assert text[water.start : water.end] == "ｗａｔｅｒ"
    steam = next(t for t in prepared(text).tokens if t.text == "蒸发")
    assert text[steam.start : steam.end] == "蒸發"


def test_links_say_which_word_goes_with_which() -> None:
    alignment = aligned(prepared("salt dissolves"), prepared("it dissolved, the salt"))
    pairs = {
        (alignment.statement.tokens[link.wanted].text, alignment.answer.tokens[link.found].text)
        for link in alignment.links
    }
    assert pairs == {("salt", "salt"), ("dissolv", "dissolv")}
