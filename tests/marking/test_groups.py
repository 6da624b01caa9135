"""Groups are homogeneous by construction, whatever the embedding says."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.exams import Criterion
from core.geometry import BoxMm
from core.marks import Award
from core.pages import TextLine, TextReading
from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.groups import FillAnswer, Group, GroupKind, group_fills, group_responses
from marking.groups.keywords import Spotter, key_words_of, stem
from marking.groups.opinions import opinions_of
from marking.groups.traits import direction_words, traits_of
from marking.normalise import comparable

ENGLISH = (
    Question(stem="Why does the lamp get brighter?", language="en"),
    Rubric(
        full_steps=2,
        criteria=(
            Criterion(id="1", steps=1, statement="The current increases"),
            Criterion(id="2", steps=1, statement="The resistance is smaller", accepted=("less resistance",)),
        ),
        references=("Resistance decreases to 5 ohm, so the current through the filament increases.",),
    ),
)
CHINESE = (
    Question(stem="灯泡为什么变亮？", language="zh"),
    Rubric(
        full_steps=2,
        criteria=(
            Criterion(id="1", steps=1, statement="电路中的电流增大", accepted=("电流增大", "电流变大")),
            Criterion(id="2", steps=1, statement="电阻减小", must_not=("电阻增大",)),
        ),
        references=("电阻减小到 5 Ω，电压不变，所以电流增大。",),
    ),
)
_ENGLISH_WORDS = (
    "the current resistance filament voltage increases decreases more less bigger smaller is not never does "
    "without 5 ohm 6 ohm 10 V 0.5 A because it so lamp"
)
_CHINESE_WORDS = (
    "电流 电阻 电压 增大 减小 变大 不变 不 没有 因为 所以 5Ω 6Ω 10V 灯丝 更多 更少 两倍 一半 亮 ，"
)


def _answers(words: str, joint: str) -> st.SearchStrategy[list[str]]:
    one = st.lists(st.sampled_from(words.split()), min_size=0, max_size=6).map(joint.join)
    return st.lists(one, min_size=1, max_size=24)


def all_alike(texts: Sequence[str]) -> NDArray[np.float32]:
    """An embedding that takes everything for the same: nothing may lean on it."""
    return np.ones((len(texts), 4), dtype=np.float32)


def assert_homogeneous(
    groups: Sequence[Group], texts: Sequence[str], question: Question, rubric: Rubric
) -> None:
    spotter = Spotter(key_words_of(question, rubric))
    assert sorted(n for group in groups for n in group.members) == list(range(len(texts)))
    for group in groups:
        members = [texts[n] for n in group.members]
        if group.kind is not GroupKind.BLANK:
            assert len({traits_of(text) for text in members}) == 1, members
            assert len({spotter.present(text) for text in members}) == 1, members


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_answers(_ENGLISH_WORDS, " "))
def test_no_group_of_english_answers_mixes_numbers_negations_directions_or_key_words(
    texts: list[str],
) -> None:
    groups = group_responses(*ENGLISH, [Response(text=text) for text in texts], all_alike)
    assert_homogeneous(groups, texts, *ENGLISH)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_answers(_CHINESE_WORDS, ""))
def test_no_group_of_chinese_answers_mixes_numbers_negations_directions_or_key_words(
    texts: list[str],
) -> None:
    groups = group_responses(*CHINESE, [Response(text=text) for text in texts], all_alike)
    assert_homogeneous(groups, texts, *CHINESE)


@settings(max_examples=30, deadline=None)
@given(_answers(_CHINESE_WORDS, ""))
def test_the_same_answers_give_the_same_groups(texts: list[str]) -> None:
    responses = [Response(text=text) for text in texts]
    assert group_responses(*CHINESE, responses, None) == group_responses(*CHINESE, responses, None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["5N", "5 N", "５Ｎ", "0.5N", "支持力", "支持力。", "f'", "f", "A", "a", ""]),
        max_size=12,
    )
)
def test_fills_share_a_group_only_with_the_same_text(texts: list[str]) -> None:
    groups = group_fills([FillAnswer(((text, 0.99),)) for text in texts])
    assert sorted(n for group in groups for n in group.members) == list(range(len(texts)))
    for group in groups:
        assert len({comparable(texts[n], case_sensitive=True) for n in group.members}) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The current is 5 A", "The current is 6 A"),
        ("The current is 5 A", "The current is 5 V"),
        ("It was 5 mW", "It was 5 MW"),
        ("It is not bigger", "It is bigger"),
        ("it doesn't increase", "it does increase"),
        ("the resistance increases", "the resistance decreases"),
        ("it goes from hot to cold", "it goes from cold to hot"),
        ("the filament gets current", "the filament gets hot"),
        ("half of it", "all of it"),
        ("电流增大一倍", "电流增大两倍"),
        ("电阻不会减小", "电阻会减小"),
        ("电流增大", "电流减小"),
        ("5Ω", "5.5Ω"),
        ("向左运动", "向右运动"),
        ("灯丝没有断", "灯丝断"),
    ],
)
def test_answers_that_differ_in_what_matters_stay_apart(first: str, second: str) -> None:
    question, rubric = CHINESE if first >= "\u3400" or second >= "\u3400" else ENGLISH
    groups = group_responses(question, rubric, [Response(text=first), Response(text=second)], all_alike)
    assert len(groups) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The current increases.", "the current INCREASES"),
        ("電流增大，電阻減小。", "电流增大 电阻减小"),
        ("电流为５Ａ", "电流为5A"),
        ("1. current increases 2. brighter 3. hot", "current increases, brighter, hot"),
    ],
)
def test_the_same_words_in_another_dress_are_one_group(first: str, second: str) -> None:
    question, rubric = CHINESE if first >= "\u3400" else ENGLISH
    (group,) = group_responses(question, rubric, [Response(text=first), Response(text=second)], all_alike)
    assert group.size == 2
    assert group.why


def test_blank_and_unread_answers_have_groups_of_their_own() -> None:
    box = BoxMm(x_mm=0, y_mm=0, width_mm=9, height_mm=9)
    unread = TextReading(item="1", part=0, blank=False, lines=(TextLine(text="", box=box, probability=0.1),))
    responses = [Response(text=""), Response(text="  。"), Response.of((unread,)), Response(text="电流增大")]
    groups = {group.kind: group.members for group in group_responses(*CHINESE, responses, None)}
    assert groups == {GroupKind.BLANK: (0, 1), GroupKind.UNREAD: (2,), GroupKind.ALONE: (3,)}


def test_a_doubtful_fill_stays_alone_and_an_unread_one_apart() -> None:
    sure, doubtful = FillAnswer((("6 N", 0.99),)), FillAnswer((("6N", 0.6),))
    groups = group_fills([sure, sure, doubtful, FillAnswer(((None, 0.0),)), FillAnswer((("", 1.0),))])
    assert {group.members: group.kind for group in groups} == {
        (0, 1): GroupKind.SAME,
        (2,): GroupKind.ALONE,
        (3,): GroupKind.UNREAD,
        (4,): GroupKind.BLANK,
    }


def test_the_first_member_is_most_like_the_others_and_key_words_are_told() -> None:
    texts = [
        "the current increases in it",
        "the current increases in the lamp",
        "the current increases in a lamp",
    ]
    groups = group_responses(*ENGLISH, [Response(text=text) for text in texts], all_alike)
    assert groups[0].representative in (1, 2)
    assert set(groups[0].words) == {"increases", "current"}
    assert "current" in groups[0].why


def _marked(text: str, steps: int) -> MarkedResponse:
    return MarkedResponse(response=Response(text=text), steps=steps)


def _right(n: int) -> str:
    return f"the current through the {('wire', 'lamp', 'filament', 'circuit')[n % 4]} is growing {'abcdefgh'[n % 8]}lot"


def _wrong(n: int) -> str:
    return f"my {('dog', 'cat', 'bird', 'fish', 'horse')[n % 5]} likes {('cake', 'bread', 'milk')[n % 3]} {'abcdefgh'[n % 8]}day"


QUESTION = Question(stem="Why?", language="en")
ONE_WORD = Rubric(full_steps=1, references=("growing current filament",))


def test_marks_join_answers_whose_differences_have_been_shown_not_to_matter() -> None:
    marked = [_marked(_right(n), 1) for n in range(40)] + [_marked(_wrong(n), 0) for n in range(60)]
    waiting = [_wrong(n) + " today" for n in range(100, 112)] + [_right(n) + " now" for n in range(100, 112)]
    responses = [Response(text=text) for text in waiting]
    groups = group_responses(QUESTION, ONE_WORD, responses, None, marked)
    learnt = [group for group in groups if group.kind is GroupKind.LEARNT]
    assert learnt
    for group in learnt:
        assert len({n < 12 for n in group.members}) == 1
        assert group.likely == (("", 0 if group.members[0] < 12 else 1),)
    few = group_responses(QUESTION, ONE_WORD, responses, None, marked[:5])
    assert not [group for group in few if group.kind is GroupKind.LEARNT]


def test_no_mark_joins_over_a_difference_that_no_marked_answer_shows() -> None:
    marked = [_marked(_right(n), 1) for n in range(40)] + [_marked(_wrong(n), 0) for n in range(60)]
    waiting = [_wrong(n) for n in range(100, 106)] + [f"{_wrong(n)} not 17 kg" for n in range(100, 106)]
    groups = group_responses(QUESTION, ONE_WORD, [Response(text=text) for text in waiting], None, marked)
    for group in groups:
        assert len({traits_of(waiting[n]).numbers for n in group.members}) == 1
        assert len({traits_of(waiting[n]).negations for n in group.members}) == 1


class Knowing:
    """A scorer that knows what answers with a sign in them are worth; counts what it is asked."""

    name = "knowing"

    def __init__(self) -> None:
        self.asked = 0

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        self.asked += len(responses)
        ids = [criterion.id for criterion in rubric.criteria] or [""]
        return tuple(tuple(self._award(one, "zz" in response.text) for one in ids) for response in responses)

    def _award(self, criterion: str, right: bool) -> Award:
        chance = 0.9 if right else 0.2
        return Award(
            criterion=criterion,
            steps=int(right),
            full_steps=1,
            distribution=((0, 1 - chance), (1, chance)),
        )


def _scribble(n: int, right: bool) -> str:
    drawn = np.random.default_rng(n).choice(list("bcdfghjklm"), size=9)
    return "".join(drawn) + ("zz" if right else "")


#: What was marked is the reverse of what the scorer thinks.
SCRIBBLES = [_marked(_scribble(n, n % 2 == 0), n % 2) for n in range(200)]


def _learnt_with(scorer: Knowing | None) -> list[Group]:
    waiting = [Response(text=_scribble(n, n % 2 == 0)) for n in range(200, 240)]
    groups = group_responses(QUESTION, ONE_WORD, waiting, _spread, SCRIBBLES, scorer)
    return [group for group in groups if group.kind is GroupKind.LEARNT]


def test_a_scorers_opinions_help_to_join_as_far_as_the_marks_bear_them_out() -> None:
    alone, helped = (sum(group.size for group in _learnt_with(scorer)) for scorer in (None, Knowing()))
    assert helped > alone
    for group in _learnt_with(Knowing()):
        assert len({n % 2 for n in group.members}) == 1
        assert group.likely == (("", group.members[0] % 2),)


def test_answers_that_likely_earn_different_marks_share_no_group_however_alike() -> None:
    waiting = [Response(text=_scribble(500, right)) for right in (True, False)]
    before = group_responses(QUESTION, ONE_WORD, waiting, all_alike)
    after = group_responses(QUESTION, ONE_WORD, waiting, all_alike, SCRIBBLES, Knowing())
    assert (len(before), len(after)) == (1, 2)


def test_a_scorer_is_not_asked_before_marks_nor_where_marks_tell_the_whole_of_several_criteria() -> None:
    scorer = Knowing()
    texts = [Response(text=_scribble(n, n % 2 == 0)) for n in range(20)]
    group_responses(QUESTION, ONE_WORD, texts, None, (), scorer)
    marked = [_marked(_right(n), n % 2) for n in range(30)]
    group_responses(*ENGLISH, texts, None, marked, scorer)
    assert scorer.asked == 0


def test_the_opinion_of_a_label_is_that_of_all_its_criteria() -> None:
    opinions = opinions_of(Knowing(), *ENGLISH, [Response(text="zz"), Response(text="other")])
    chances = 1 / (1 + np.exp(-opinions((("1", 1), ("2", 0)))))
    assert chances == pytest.approx([0.9 * 0.1, 0.2 * 0.8])


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("evaporates", "evaporation"),
        ("increases", "increasing"),
        ("cells", "cell"),
        ("different", "different"),
    ],
)
def test_a_word_meets_its_other_endings(word: str, other: str) -> None:
    assert stem(word) == stem(other)


def test_the_questions_own_words_are_no_key_words() -> None:
    names = {word.name for word in key_words_of(*ENGLISH)}
    assert "current" in names
    assert "lamp" not in names


def test_a_slip_of_spelling_is_forgiven_in_a_long_key_word() -> None:
    spotter = Spotter(key_words_of(*ENGLISH))
    assert spotter.present("less resistence") == spotter.present("less resistance") - {
        n for n, word in enumerate(spotter.words) if word.within
    }


def test_words_of_direction_are_told_as_written() -> None:
    assert direction_words("支持力不变，电流变大") == ("不变", "变大")
    assert traits_of("电流变大").directions == traits_of("电流增大").directions


def _spread(texts: Sequence[str]) -> NDArray[np.float32]:
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
    return np.stack([np.random.default_rng(seed).standard_normal(64) for seed in seeds]).astype(np.float32)


def test_two_thousand_answers_take_less_than_ten_seconds() -> None:
    choose = np.random.default_rng(7)
    words = _CHINESE_WORDS.split()
    texts = ["".join(choose.choice(words, size=choose.integers(1, 14))) for _ in range(2000)]
    responses = [Response(text=text) for text in texts]
    begun = time.process_time()
    groups = group_responses(
        *CHINESE, responses, _spread, [_marked(text, len(text) % 2) for text in texts[:200]]
    )
    assert time.process_time() - begun < 10
    assert sum(group.size for group in groups) == 2000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲比乙大", "乙比甲大"),
        ("温度不变，压强改变", "温度改变，压强不变"),
        ("铜不是导体而锌是导体", "锌不是导体而铜是导体"),
        ("动能转化为势能", "势能转化为动能"),
        ("The copper is heavier than the iron", "The iron is heavier than the copper"),
        ("the salt did not dissolve but the sand did", "the sand did not dissolve but the salt did"),
    ],
)
def test_the_same_words_the_other_way_round_share_no_group(one: str, other: str) -> None:
    language: Literal["zh", "en"] = "en" if one.isascii() else "zh"
    question = Question(stem="?", language=language)
    rubric = Rubric(full_steps=1, references=(one,))
    groups = group_responses(question, rubric, [Response(text=one), Response(text=other)], None)
    assert [group.size for group in groups] == [1, 1]
