"""The language model: symbols, counting and pruning, its file, what context may add."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.expectations import Expectation
from models.language import CharacterModel, default_language, prior_for
from models.language.hints import Hints
from models.language.ngram import is_plain
from models.language.prior import KEY_LIMIT, LIMIT, ContextPrior, language_share
from models.language.symbols import symbol, symbols_of
from models.training.ngram import encoded, model_file
from models.training.ngram_counts import counted, estimated, probability, pruned

TEXTS = ("压强与受力面积有关", "压强与压力有关", "受力面积越大压强越小", "the cat sat on the mat") * 5


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> CharacterModel:
    path: Path = tmp_path_factory.mktemp("language") / "small.ngram"
    path.write_bytes(model_file([(list(symbols_of(t)), 1) for t in TEXTS], (99, 60, 60, 60), least=1))
    return CharacterModel.from_file(path)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("３５ 页", "00页"),
        ("a  b", "a b"),
        ("力 F", "力F"),
        ("对，错。", "对,错."),
        ("“好”", '"好"'),
        ("①", "0"),
        ("℃", "℃"),
        ("", ""),
    ],
)
def test_what_need_not_be_told_apart_is_one_symbol(text: str, symbols: str) -> None:
    assert "".join(symbols_of(text)) == symbols


def test_every_symbol_is_one_character() -> None:
    assert all(len(symbol(chr(code))) == 1 for code in range(0x20, 0xFFFF) if not 0xD800 <= code < 0xE000)


def test_ngrams_are_counted_within_lines_only() -> None:
    ids, times = encoded([(["a", "b"], 2), (["b", "a"], 1)], "ab")
    keys, counts = counted(ids, times, 2)
    assert [(int(key) >> 14, int(key) & 0x3FFF) for key in keys] == [(1, 2), (2, 1)]
    assert counts.tolist() == [2, 1]


@pytest.mark.parametrize("most", [(9, 99, 99, 99), (9, 12, 9, 4)])
def test_the_probabilities_after_any_context_sum_to_one(most: tuple[int, ...]) -> None:
    rng = np.random.default_rng(5)
    rows = [(["a", *rng.choice(list("abcd"), 12, p=[0.5, 0.3, 0.15, 0.05])], 1) for _ in range(20)]
    orders = pruned(estimated(*encoded(rows, "abcd"), 4), most)
    for context in ((), (1,), (1, 2), (4, 4), (3, 1, 2), (4, 3, 4)):
        keys = [0] * 4
        for at, last in enumerate((1, 2, 3, 4)):
            for said in (*context, last):
                keys[at] = keys[at] << 14 | said
        total = probability(orders, np.array(keys, dtype=np.uint64), len(context) + 1).sum()
        assert total == pytest.approx(1.0, abs=1e-6)


def test_the_file_gives_what_was_estimated(small: CharacterModel) -> None:
    known = math.exp(small.log_after(tuple(map(small.id_of, "受力面")), "积"))
    assert known > 0.8
    assert math.exp(small.log_after(tuple(map(small.id_of, "受力面")), "压")) < 0.05
    assert small.log_probability("压强与压力有关") > small.log_probability("压强与压方有关") + 2


def test_after_an_unknown_character_the_rest_still_counts(small: CharacterModel) -> None:
    assert small.id_of("龘") == 0
    assert small.log_after((0, small.id_of("面")), "积") == small.log_after((small.id_of("面"),), "积")
    assert math.isfinite(small.log_after((), "龘"))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.ngram"
    path.write_bytes(b"{}" * 50)
    with pytest.raises(ValueError, match="not a language model"):
        CharacterModel.from_file(path)


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("物体受到重力的作用", "物体受到重刀的作用"),
        ("because the water", "because tlie vvater"),
        ("責任", "责仼"),
    ],
)
def test_the_shipped_model_knows_chinese_and_english(likely: str, unlikely: str) -> None:
    model = default_language()
    assert model.log_probability(likely) > model.log_probability(unlikely) + 1


def test_no_digit_is_likelier_than_another() -> None:
    model = default_language()
    context = tuple(map(model.id_of, "201"))
    assert len({model.log_after(context, digit) for digit in "0123456789８"}) == 1


@pytest.mark.parametrize(
    ("char", "plain"), [("国", True), ("國", False), ("龘", False), ("a", True), ("珺", False)]
)
def test_the_national_standard_tells_common_characters(char: str, plain: bool) -> None:
    assert is_plain(char) is plain


def test_running_language_and_unrelated_characters_are_told_apart() -> None:
    model = default_language()
    assert language_share(model, "物体受到的浮力等于排开液体的重力") > 0.9
    assert language_share(model, "岭钢捉豁臻瓣埃坛颈铱伊链害") < 0.2
    assert language_share(model, "x=3") == language_share(model, "")


def test_on_a_line_of_unrelated_characters_the_leaning_to_frequent_ones_is_taken_back() -> None:
    prior = prior_for(default_language(), "岭钢捉豁臻瓣埃坛颈铱伊链害", Expectation())
    assert prior.step((), "铱")[0] > 1 > prior.step((), "的")[0]


def test_words_of_the_item_become_likelier_all_alike() -> None:
    model = default_language()
    without = prior_for(model, "", Expectation())
    hinted = prior_for(model, "", Expectation(words=("泊松亮斑", "菲涅耳透镜")))
    context = (model.id_of("松"),)
    assert hinted.step(context, "亮")[0] > without.step(context, "亮")[0]
    hints = Hints(("甲乙", "丙丁"), model)
    assert hints.probability((), "甲") == hints.probability((), "丙") == 0.5
    assert hints.probability((), "乙") == 0.0


def test_context_never_adds_more_than_its_limit() -> None:
    model = default_language()
    prior = ContextPrior(model, 0.95)
    contexts = [tuple(map(model.id_of, text)) for text in ("", "电磁感", "的", "th")]
    odds = [prior.step(context, char)[0] for context in contexts for char in "应的一龘國，e ７"]
    assert all(math.exp(-LIMIT) - 1e-9 <= value <= math.exp(LIMIT) + 1e-9 for value in odds)
    keyed = prior_for(model, "", Expectation(accepted=("电磁感应",), rivals=("静电感应",)))
    odds = [keyed.step(context, char)[0] for context in contexts for char in "应的龘"]
    assert all(math.exp(-KEY_LIMIT) - 1e-9 <= value <= math.exp(KEY_LIMIT) + 1e-9 for value in odds)


@pytest.mark.parametrize("char", "7=-×,。.'()①℃√ ")
def test_digits_signs_and_punctuation_are_the_picture_s_to_say(char: str) -> None:
    model = default_language()
    prior = prior_for(model, "", Expectation(words=(f"水{char}",)))
    assert all(prior.step(context, char)[0] == 1.0 for context in ((), (model.id_of("水"),), (0,)))


def test_spaces_beside_chinese_say_nothing_and_between_words_they_part_them() -> None:
    prior = ContextPrior(default_language(), 0.95)
    assert prior.step((), " ")[0] == 1.0
    assert prior.log_odds("重 力") == prior.log_odds("重力")
    assert prior.log_odds("力 F 力") == prior.log_odds("力F力")
    assert prior.log_odds("of the") > prior.log_odds("ofthe")
