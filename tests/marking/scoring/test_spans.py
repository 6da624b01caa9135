"""Evidence: which words of an answer say a statement, and where they stand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.scoring import Response
from marking.scoring.spans import (
    MOST,
    Span,
    clash_words,
    contradicting_spans,
    evidence_in,
    missing_words,
    said_spans,
    whole_phrases,
)
from tests.marking.readings import text as reading


def words(answer: str, spans: tuple[Span, ...]) -> list[str]:
    return [answer[span.start : span.end] for span in spans]


def test_the_words_that_say_the_statement_are_found_whole() -> None:
    answer = "磨薄刀刃可以减小受力面积，所以好切"
    assert words(answer, said_spans("减小了受力面积", answer)) == ["减小受力面积"]


def test_english_words_are_quoted_as_written_not_as_stems() -> None:
    answer = "We let the Water evaporate in the sun."
    assert words(answer, said_spans("The water was evaporated", answer)) == ["Water evaporate"]


def test_far_apart_words_make_spans_of_their_own_in_the_order_of_the_answer() -> None:
    answer = "顺序表空间连续。写代码的时候要小心边界。链表不需要连续的空间，插入方便。"
    found = said_spans("链表插入方便；顺序表空间连续", answer)
    assert 2 <= len(found) <= MOST
    assert [s.start for s in found] == sorted(s.start for s in found)


def test_there_are_never_more_than_three_spans() -> None:
    statement = "alpha beta gamma delta epsilon"
    answer = ". ".join(f"{word} and something quite other" for word in statement.split())
    assert len(said_spans(statement, answer)) == MOST


def test_an_answer_that_says_none_of_it_has_no_span() -> None:
    assert said_spans("减小受力面积", "因为它很锋利") == ()


def test_the_opposite_word_is_what_contradicts() -> None:
    answer = "磨薄增大了受力面积"
    assert words(answer, contradicting_spans("减小了受力面积", answer)) == ["增大"]
    assert clash_words("减小了受力面积", answer) == ("减小", "增大")


@pytest.mark.parametrize(
    ("statement", "answer", "quoted"),
    [
        ("the water evaporated", "the water did not evaporate", "evaporate"),
        ("两端压强相等", "两端压强不相等", "不相等"),
    ],
)
def test_a_denial_is_quoted_with_what_it_denies(statement: str, answer: str, quoted: str) -> None:
    (span,) = contradicting_spans(statement, answer)
    assert quoted in answer[span.start : span.end]
    assert any(mark in answer[span.start : span.end] for mark in ("not", "不"))


def test_what_is_missing_is_named_and_what_the_question_says_is_not() -> None:
    assert missing_words("压强与什么有关？", "压强与受力面积有关", "压强与速度有关") == ("受力面积",)
    assert missing_words("", "salt and water", "the water") == ("salt",)
    assert missing_words("", "salt", "salt") == ()


@pytest.mark.parametrize(
    ("statement", "answer", "missing"),
    [
        ("高原上气压低，水的沸点低", "高压锅里气压大沸点低", ("高原上气压低",)),
        ("电流变小", "电流表的示数不变", ("电流变小",)),
        ("总电阻变大", "变阻器的电阻变大了", ()),
        ("沸点低", "水的沸点高", ()),
    ],
)
def test_what_is_missing_is_a_whole_phrase_or_nothing(
    statement: str, answer: str, missing: tuple[str, ...]
) -> None:
    assert missing_words("", statement, answer) == missing


def test_evidence_and_opposites_are_not_cut_within_a_phrase() -> None:
    assert words("浮力大小不变", said_spans("重力小于浮力", "浮力大小不变")) == ["浮力大小不变"]
    assert clash_words("水的沸点低", "水的沸点高") == ("沸点低", "沸点高")
    assert words("水的沸点高", contradicting_spans("水的沸点低", "水的沸点高")) == ["沸点高"]
    text = "锅里，高压时沸点"
    assert words(text, (whole_phrases(text, Span(2, 4)),)) == ["高压时沸点"]


def test_spans_that_grow_into_one_another_are_one() -> None:
    answer = "高原气压低所以沸点低，高压锅里气压大沸点高"
    found = said_spans("高原上气压低，水的沸点低；高压锅内气压大，沸点升高。", answer)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_typed_answers_give_offsets_in_their_text() -> None:
    (found,) = evidence_in(Response(text="abc def"), [Span(4, 7)])
    assert (found.text, found.start, found.end, found.box) == ("def", 4, 7, None)


def test_read_answers_give_boxes_and_offsets_of_their_own_part() -> None:
    response = Response.of((reading("第二栏写减小面积", part=1), reading("第一栏", part=0)))
    start = response.text.index("减小")
    (found,) = evidence_in(response, [Span(start, start + 4)])
    assert (found.part, found.start, found.end, found.text) == (1, 4, 8, "减小面积")
    assert found.box is not None
    assert found.box.x_mm == pytest.approx(40)
    assert found.box.width_mm == pytest.approx(20)


def test_a_span_over_two_lines_is_two_pieces_of_evidence() -> None:
    response = Response.of((reading("减小受力\n面积"),))
    found = evidence_in(response, [Span(0, len(response.text))])
    assert [piece.text for piece in found] == ["减小受力", "面积"]
