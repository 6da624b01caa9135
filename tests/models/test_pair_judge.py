"""The judge of pairs: rows of tokens, batches, and verdicts that make sense."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelUnusable
from core.marks import Verdict
from models import catalogue
from models.pair_judge import Pair, PairJudge, pair_judge
from models.pair_tokens import Limits, PairTokens, batches, padded
from models.word_table import WordTable

ASKED = "How did you separate the salt from the water?"
STATED = "The water was evaporated, leaving the salt."
SAID = {
    "right": "We let the water evaporate and the salt was left.",
    "beside": "The saxophone has the longest tube.",
    "little": "I do not know.",
}


def a_judge() -> PairJudge:
    judge = pair_judge("en")
    assert judge is not None
    return judge


def tokens(limits: Limits | None = None) -> PairTokens:
    return PairTokens.read(catalogue.find("english-tokens"), limits or Limits())


def test_a_right_answer_is_credited_and_one_beside_the_point_is_not() -> None:
    found = a_judge().judge([Pair(ASKED, STATED, answer) for answer in SAID.values()])
    best = found.verdicts.argmax(axis=1)
    assert best[0] == list(Verdict).index(Verdict.CREDITED)
    assert all(best[1:] != list(Verdict).index(Verdict.CREDITED))
    assert found.share[0] > 0.6 > 0.4 > max(found.share[1:])


def test_verdicts_are_probabilities_and_shares_lie_between_nought_and_one() -> None:
    pairs = [Pair("", "", ""), Pair(ASKED, STATED, "salt " * 900), Pair("", STATED, STATED)]
    found = a_judge().judge(pairs)
    assert found.verdicts.shape == (3, len(Verdict))
    np.testing.assert_allclose(found.verdicts.sum(axis=1), 1.0, atol=1e-5)
    assert np.all((found.share >= 0) & (found.share <= 1))


def test_judgements_stand_in_the_order_of_the_pairs_and_repeat() -> None:
    pairs = [Pair(ASKED, STATED, answer) for answer in (*SAID.values(), STATED * 5)]
    one = a_judge().judge(pairs)
    np.testing.assert_array_equal(one.verdicts, a_judge().judge(pairs).verdicts)
    turned = a_judge().judge(pairs[::-1])
    np.testing.assert_allclose(one.verdicts, turned.verdicts[::-1], atol=0.08)


def test_no_pairs_give_no_judgements() -> None:
    found = a_judge().judge([])
    assert found.verdicts.shape == (0, len(Verdict))
    assert found.share.shape == (0,)


def test_a_language_without_weights_has_no_judge() -> None:
    assert pair_judge("fr") is None


def test_a_row_has_the_question_first_and_the_answer_as_its_second_part() -> None:
    row, without = tokens().rows([Pair("Why?", "It is hot.", "hot"), Pair("", "It is hot.", "hot")])
    assert [row.ids.count(sep) for sep in (101, 102)] == [1, 3]
    assert [without.ids.count(sep) for sep in (101, 102)] == [1, 2]
    assert sum(row.types) == sum(without.types) == 2  # the word and the mark after it
    assert row.types == tuple(sorted(row.types))


def test_long_texts_are_cut_and_of_the_question_the_end_is_kept() -> None:
    limits = Limits(question=4, statement=5, answer=6)
    (row,) = tokens(limits).rows([Pair("one two three four five six", "a " * 40, "b " * 40)])
    assert len(row.ids) == 4 + 5 + 6 + 4
    (end,) = tokens(limits).rows([Pair("three four five six", "a " * 40, "b " * 40)])
    assert row == end


def test_rows_never_exceed_the_positions_of_the_encoder() -> None:
    limits = Limits()
    assert limits.question + limits.statement + limits.answer + 4 <= 512


def test_padding_is_masked_and_no_longer_than_the_longest_row() -> None:
    rows = tokens().rows([Pair("", "a b", "c"), Pair("", "a", "c")])
    ids, types, mask = padded(rows)
    assert ids.shape == (2, len(rows[0].ids))
    assert mask.sum() == sum(len(row.ids) for row in rows)
    assert not types[1, -1]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([], []),
        ([9, 1, 5], [[1, 2], [0]]),
        ([4, 4, 4, 4, 4], [[0, 1, 2], [3, 4]]),
        ([50, 50], [[0], [1]]),
    ],
)
def test_batches_hold_rows_of_like_length_within_the_bounds(
    lengths: list[int], expected: list[list[int]]
) -> None:
    assert batches(lengths, cells=12, most=3) == expected


def test_a_word_table_loses_less_than_a_hundredth_of_the_largest_number(tmp_path: Path) -> None:
    table = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    table[3] = 0.0
    WordTable.of(table).save(tmp_path / "words.npz")
    kept = WordTable.read(tmp_path / "words.npz")
    found = kept.words(np.arange(40, dtype=np.int64).reshape(5, 8))
    assert found.shape == (5, 8, 8)
    np.testing.assert_allclose(found.reshape(40, 8), table, atol=np.abs(table).max() / 100)


def test_a_file_that_is_no_word_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.npz"
    path.write_bytes(b"not a table")
    with pytest.raises(ModelUnusable, match=r"words\.npz"):
        WordTable.read(path)


@pytest.mark.parametrize(
    "name", [e.name for e in catalogue.entries() if e.name.startswith(("english-", "chinese-"))]
)
def test_a_damaged_file_of_the_encoders_is_refused(name: str, tmp_path: Path) -> None:
    entry = catalogue.entry(name)
    good = catalogue.find(name).read_bytes()
    (tmp_path / entry.file).write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
    with pytest.raises(ModelUnusable, match="SHA-256"):
        catalogue.find(name, tmp_path)
