"""Which essays have long passages in common: through misread signs, past the paper and common phrases."""

from __future__ import annotations

import random
import time

import pytest

from core.essays import EssayText, PaperText
from marking.essays import alike_pairs
from marking.essays.grain import ground, shingle_hashes
from tests.marking.essays.made import essay, misread, prose


def essays(count: int, seed: int = 5) -> list[str]:
    rng = random.Random(seed)
    return [prose(rng) for _ in range(count)]


def made(texts: list[str]) -> list[EssayText]:
    return [essay(f"p{n:04d}", text) for n, text in enumerate(texts)]


@pytest.mark.parametrize(("signs", "share"), [(80, 0.0), (80, 0.05), (150, 0.1), (300, 0.15), (600, 0.15)])
def test_a_passage_copied_is_found_although_both_were_misread(signs: int, share: float) -> None:
    texts = essays(40)
    rng = random.Random(signs)
    taken = texts[3][100 : 100 + signs]
    texts[17] = (texts[17][:150] + taken + texts[17][150 + signs :])[:600]
    texts[3], texts[17] = misread(texts[3], share, rng), misread(texts[17], share, rng)
    pairs = alike_pairs(made(texts))
    assert [(p.first, p.second) for p in pairs] == [("p0003", "p0017")]
    assert 0.25 * signs < pairs[0].characters < 1.3 * signs
    for passage in pairs[0].passages:
        assert passage.first in made(texts)[3].text
        assert passage.second in made(texts)[17].text


def test_essays_that_nobody_copied_are_no_pairs() -> None:
    assert alike_pairs(made(essays(60))) == ()


def test_what_everybody_had_before_them_is_no_copying() -> None:
    texts = essays(30)
    quoted = prose(random.Random(99), 120)
    for n in (2, 9):
        texts[n] = texts[n][:200] + quoted + texts[n][320:]
    assert alike_pairs(made(texts), [PaperText(name="材料", text=quoted)]) == ()
    assert len(alike_pairs(made(texts))) == 1


def test_a_phrase_that_many_write_speaks_for_no_pair() -> None:
    texts = essays(40)
    phrase = "时间就像一条静静流淌的大河带走了童年也带来了成长的力量"
    for n in range(20):
        texts[n] = texts[n][:300] + phrase + texts[n][328:]
    assert alike_pairs(made(texts)) == ()


def test_english_essays_are_compared_too() -> None:
    rng = random.Random(3)
    words = [
        "river",
        "stone",
        "window",
        "garden",
        "letter",
        "winter",
        "teacher",
        "brother",
        "quiet",
        "lamp",
        "bridge",
        "market",
        "song",
        "story",
    ]

    def english() -> str:
        return " ".join(f"The {rng.choice(words)} near my {rng.choice(words)} was {rng.choice(words)} and I "
                        f"remembered {rng.choice(words)} with {rng.choice(words)}." for _ in range(12))  # fmt: skip

    texts = [english() for _ in range(20)]
    taken = "Nobody had told us that the lighthouse keeper kept bees behind the tower, so we ran across the field laughing. "
    texts[4], texts[11] = taken + texts[4], texts[11] + " " + taken.upper().replace(",", "")
    pairs = alike_pairs(made(texts))
    assert ("p0004", "p0011") in {(p.first, p.second) for p in pairs}


def test_the_same_answers_give_the_same_pairs_whatever_their_order() -> None:
    texts = essays(30)
    texts[5] = texts[6][:300] + texts[5][300:]
    texts[20] = texts[21][100:250] + texts[20][150:]
    several = made(texts)
    first = alike_pairs(several)
    again = alike_pairs(list(reversed(several)))
    assert {frozenset((p.first, p.second)) for p in first} == {frozenset((p.first, p.second)) for p in again}
    assert alike_pairs(several) == first


def test_nothing_written_is_compared_with_nothing() -> None:
    assert alike_pairs([]) == ()
    assert alike_pairs([EssayText(id="a"), EssayText(id="b"), essay("c", "短")]) == ()


def test_equal_runs_have_equal_hashes_and_others_have_not() -> None:
    hashes = shingle_hashes("甲乙丙丁甲乙丙", 3)
    assert len(hashes) == 5
    assert hashes[0] == hashes[4]
    assert len(set(hashes.tolist())) == 4
    assert len(shingle_hashes("甲乙", 3)) == 0


def test_grinding_keeps_where_each_sign_stood() -> None:
    text = "Ａ b，\n１２ 。好"
    ground_ = ground(text)
    assert ground_.signs == "ab12好"
    assert [text[slice(*ground_.span(n, n + 1))] for n in range(5)] == ["Ａ", "b", "１", "２", "好"]


def test_four_hundred_essays_take_a_moment() -> None:
    several = made(essays(400))
    start = time.process_time()
    alike_pairs(several)
    assert time.process_time() - start < 4  # two thousand take about one second where nobody else works
