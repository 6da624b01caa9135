"""Decoding with context and the search for words, on small lattices that can be checked by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from core.expectations import Expectation
from core.lattices import BLANK, Step
from models.ctc import Emissions, log_probability
from models.decoding import aligned, decode, log_probabilities
from models.spotting import find_words

GAP: Step = ((BLANK, 1.0),)


def line(*places: Sequence[tuple[str, float]], gap: Step = GAP) -> Emissions:
    """One step for each place, what is left of it blank, and a blank between two."""
    steps: list[Step] = []
    for place in places:
        rest = 1.0 - sum(odds for _, odds in place)
        cells = [*place, (BLANK, rest)] if rest > 1e-9 else list(place)
        steps += [tuple(sorted(cells, key=lambda cell: -cell[1])), gap]
    return Emissions(tuple(steps), 1.0 / len(steps))


def written(text: str, odds: float = 0.99) -> Emissions:
    """A line that plainly says a text."""
    return line(*[[(char, odds)] for char in text])


def unsure(text: str, at: int, other: str, odds: float) -> Emissions:
    """A line that plainly says a text but at one place, where another character is so much likelier."""
    rival = odds / (1.0 + odds)
    places = [[(char, 0.99)] for char in text]
    places[at] = [(other, rival), (text[at], 1.0 - rival)]
    return line(*places)


@pytest.mark.parametrize(
    ("text", "at", "other"),
    [("物体受到重力的作用", 4, "力"), ("承担责任", 2, "贵"), ("in the water", 4, "b"), ("光合作用", 1, "舍")],
)
def test_where_the_picture_is_unsure_context_decides(text: str, at: int, other: str) -> None:
    assert decode([unsure(text, at, other, 3.0)]).text == text


@pytest.mark.parametrize(
    ("text", "at", "other"),
    [("物体受到重力的作用", 4, "里"), ("承担责任", 2, "贵"), ("光合作用", 1, "舍"), ("in the water", 4, "b")],
)
def test_what_is_plainly_written_stays_as_written(text: str, at: int, other: str) -> None:
    wrong = text[:at] + other + text[at + 1 :]
    assert decode([unsure(text, at, other, 11.0)]).text == wrong


@pytest.mark.parametrize("accepted", [("压强",), ("压强", "压力"), ("F=ma",), ("60N",)])
def test_a_wrong_answer_is_never_read_as_the_key(accepted: tuple[str, ...]) -> None:
    right = accepted[0]
    expectation = Expectation(accepted=accepted, words=accepted * 3, language="zh")
    for at, other in itertools.product(range(len(right)), "力大小2mv5"):
        wrong = right[:at] + other + right[at + 1 :]
        if wrong != right:
            assert decode([unsure(right, at, other, 4.0)], expectation).text == wrong


def test_the_key_and_its_rivals_are_alike() -> None:
    look = line([("压", 0.99)], [("强", 0.52), ("力", 0.48)])
    one = decode([look], Expectation(accepted=("压强",), rivals=("压力",)))
    other = decode([look], Expectation(accepted=("压力",), rivals=("压强",)))
    assert one == other


@pytest.mark.parametrize("digit", "0123456789")
def test_a_number_is_the_picture_s_alone(digit: str) -> None:
    other = "8" if digit != "8" else "3"
    look = line([("2", 0.99)], [("0", 0.99)], [(digit, 0.51), (other, 0.49)], [("年", 0.99)])
    for hope in (
        Expectation(),
        Expectation(words=(f"20{other}年",)),
        Expectation(accepted=(f"20{other}年",)),
    ):
        assert decode([look], hope).text == f"20{digit}年"


@pytest.mark.parametrize("text", ["x=3", "60 N", "W=Fs=10J", "2Na+Cl₂", "3.5×10³", "-7", "∠ABC=45°"])
def test_formulas_are_not_talked_into_words(text: str) -> None:
    for at in range(len(text)):
        assert decode([unsure(text, at, "的", 0.4)]).text == text


def test_words_of_the_item_help_where_the_picture_is_unsure() -> None:
    look = line([("泊", 0.9)], [("检", 0.65), ("松", 0.35)], [("亮", 0.9)], [("斑", 0.9)])
    assert decode([look], Expectation(words=("泊松亮斑",))).text == "泊松亮斑"


def test_the_texts_are_ranked_and_their_probabilities_sum_to_one() -> None:
    decoded = decode([line([("人", 0.6), ("入", 0.3)], [("口", 0.7)])], keep=50)
    logs = [log for _, log in decoded.texts]
    assert logs == sorted(logs, reverse=True)
    assert sum(map(math.exp, logs)) == pytest.approx(1.0)
    assert decoded.probability == pytest.approx(math.exp(logs[0]))
    assert len(decode([line([("人", 0.6), ("入", 0.3)])], keep=2).texts) == 2


def test_the_characters_stand_where_the_picture_has_them() -> None:
    decoded = decode([unsure("承担责任", 2, "贵", 2.0)])
    assert decoded.text == "".join(char.text for char in decoded.chars) == "承担责任"
    assert [char.start for char in decoded.chars] == [0.0, 0.25, 0.5, 0.75]
    assert [char.end for char in decoded.chars] == [0.125, 0.375, 0.625, 0.875]
    assert [round(char.probability, 2) for char in decoded.chars] == [0.99, 0.99, 0.33, 0.99]
    assert 0.7 < decoded.mean_probability < 0.8


def test_nothing_written_is_nothing_read() -> None:
    decoded = decode([Emissions((GAP, GAP), 0.5)])
    assert (decoded.text, decoded.chars, decoded.mean_probability) == ("", (), 0.0)
    assert decode([Emissions((), 1.0)]).text == ""


def test_a_decoding_needs_a_look() -> None:
    with pytest.raises(ValueError, match="at least one look"):
        decode([])


def test_what_survives_a_second_look_wins() -> None:
    first = line([("甲", 0.52), ("申", 0.48)])
    second = line([("申", 0.9), ("甲", 0.1)])
    assert decode([first]).text == "甲"
    assert decode([first, second]).text == "申"


def random_look(seed: int, steps: int = 5) -> Emissions:
    table = np.random.default_rng(seed).dirichlet(np.ones(4), size=steps)
    return Emissions(
        tuple(tuple(zip(("", "a", "b", "7"), map(float, row), strict=True)) for row in table), 0.2
    )


def paths(look: Emissions) -> dict[str, float]:
    """The probability of every text, by adding up every path."""
    found: dict[str, float] = {}
    for path in itertools.product(*look.steps):
        text = "".join(char for char, _ in itertools.groupby(char for char, _ in path))
        found[text] = found.get(text, 0.0) + math.prod(odds for _, odds in path)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_many_texts_are_scored_as_each_alone(seed: int) -> None:
    look = random_look(seed)
    texts = ("", "a", "ab", "aa", "a7b", "zz", "abab")
    together = log_probabilities(look, texts)
    assert together == pytest.approx([log_probability(look, text) for text in texts], abs=1e-6)


def test_a_text_is_aligned_on_its_best_path() -> None:
    look = line([("a", 0.6), ("b", 0.4)], [("b", 0.9)], [("b", 0.8)])
    assert [(s.char, s.first, s.last) for s in aligned(look, "abb")] == [
        ("a", 0, 0),
        ("b", 2, 2),
        ("b", 4, 4),
    ]
    assert aligned(look, "") == aligned(look, "a" * 9) == ()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("word", ["a", "ab", "ba"])
def test_a_word_is_as_probable_as_all_texts_that_have_it(seed: int, word: str) -> None:
    look = random_look(seed)
    once = sum(odds * text.count(word) for text, odds in paths(look).items())
    (found,) = find_words([look], [word])
    assert found.probability == pytest.approx(min(1.0, once), abs=0.02)


def test_a_word_is_found_that_the_best_text_does_not_have() -> None:
    look = line([("受", 0.9)], [("重", 0.9)], [("刀", 0.6), ("力", 0.4)], [("作", 0.9)], [("用", 0.9)])
    found = {each.word: each for each in find_words([look], ["重力", "作用", "重量"])}
    assert set(found) == {"重力", "作用"}
    assert found["重力"].probability == pytest.approx(0.36, abs=0.03)
    assert found["重力"].log_ratio == pytest.approx(math.log(0.4 / 0.6), abs=0.01)
    assert (found["重力"].start, found["重力"].end) == (0.2, 0.5)
    assert found["作用"].log_ratio == 0.0


def test_a_number_inside_a_longer_one_is_not_found() -> None:
    look = written("110N,3.5")
    found = find_words([look], ["10N", "110N", "110", "11", "3", "5", "3.5"])
    assert {each.word for each in found if each.probability > 0.05} == {"110N", "110", "3.5"}


def test_width_case_script_spaces_and_punctuation_do_not_matter() -> None:
    look = written("重 力，Ｇ = ｍg")
    found = find_words([look], ["重力", "g=mg", "重力G"])
    assert {each.word for each in found if each.probability > 0.8} == {"g=mg", "重力", "重力G"}


def test_a_word_must_be_seen_in_every_look() -> None:
    sure, unseen = written("重力"), written("重刀")
    (found,) = find_words([sure, unseen], ["重力"])
    assert found.probability < 0.02
    assert find_words([unseen, sure], ["重力"]) == ()
    assert find_words([], ["重力"]) == find_words([sure], ["", "，。"]) == ()
