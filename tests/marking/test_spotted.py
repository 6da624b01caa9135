"""A criterion's words found in what the reader was torn between."""

from __future__ import annotations

from core.exams import Criterion, ShortAnswer
from marking import Licence, propose
from tests.marking.readings import crossed_first, seen, text

ITEM = ShortAnswer(
    number="1",
    full_steps=2,
    criteria=(Criterion(id="1", steps=2, statement="压强相等", accepted=("压强相等",)),),
)


def test_a_word_that_the_picture_may_show_is_proposed_with_its_probability() -> None:
    read = seen(text("因为压弹相等"), (3, {"弹": 0.5, "强": 0.45}))
    award = propose(ITEM, None, (read,), Licence()).awards[0]
    assert award.steps == 2
    assert "字迹可能是“压强相等”（4" in award.reason
    assert "自由读作“因为压弹相等”" in award.reason
    assert award.confidence < 0.5
    assert award.evidence[0].text == "压强相等"
    assert award.evidence[0].box is not None


def test_a_word_that_the_picture_hardly_shows_is_not() -> None:
    read = seen(text("因为压力相等"), (3, {"力": 0.97, "强": 0.02}))
    assert propose(ITEM, None, (read,), Licence()).awards[0].steps == 0


def test_a_word_that_is_denied_in_place_earns_nothing() -> None:
    read = seen(text("不是压弹相等"), (3, {"弹": 0.5, "强": 0.45}))
    assert propose(ITEM, None, (read,), Licence()).awards[0].steps == 0


def test_a_word_that_is_read_is_not_looked_for() -> None:
    award = propose(ITEM, None, (seen(text("因为压强相等")),), Licence()).awards[0]
    assert award.reason == "第1行写到“压强相等”，符合给分点①"


def test_the_line_in_question_is_named_below_one_that_is_crossed_out() -> None:
    read = crossed_first(seen(text("因为压弹相等"), (3, {"弹": 0.5, "强": 0.45})))
    award = propose(ITEM, None, (read,), Licence()).awards[0]
    assert award.reason.startswith("第1行的字迹可能是“压强相等”")
    assert "自由读作“因为压弹相等”" in award.reason
