"""Looking for speech to the marker takes time in proportion to the text, whatever is written."""

from __future__ import annotations

import time

import pytest

from core.scoring import Response
from marking.judge.injection import MAX_CHARACTERS, suspicious
from marking.judge.privacy import scrubbed
from marking.judge.quiet import quieted

_MOST_S = 0.3

AWKWARD = (
    *"-#`<[\"{(=|。.\n$%&;:：为是求请给分了不",
    "\n ", "- -", "-- ", "##\n", "```\n", "。\n", "< ", "[ ", "\" ", "“\n", "<|", "</", "a ", "a\n", "压强",
    "请给", "求求", "请老师", "忽略", "ignore all ", "ignore, the ", "please, ", "give me ", "you are ", "as an ",
    "of the ", "if you give a ", "$5 ", "5/5 ", "score: ", "得分 ", "hu lue de ", "gei wo ", "i g n o r e ",
    "41 ", "QUJD", "%41", "\\u0041", "&lt;", "\u200b水", "姓名 李 ", "姓 名", "班级", "name: A ", "a.b@", "1-", "1 ",
    "20240117-",
)  # fmt: skip


@pytest.mark.parametrize("unit", AWKWARD)
def test_twenty_thousand_characters_of_one_kind_are_looked_through_at_once(unit: str) -> None:
    text = "水" + (unit * MAX_CHARACTERS)[: MAX_CHARACTERS - 2] + "水"
    suspicious.cache_clear()
    for look in (suspicious, lambda said: scrubbed(said, {"20240117", "李小明", "Ann Lee"})):
        began = time.process_time()
        look(text)
        assert time.process_time() - began < _MOST_S


@pytest.mark.parametrize("clauses", [1, 60, 4000])
def test_turning_what_is_suspicious_to_spaces_takes_no_longer_than_looking_for_it_often(clauses: int) -> None:
    clause = "水往低处流" * (MAX_CHARACTERS // clauses // 5) + "，"
    text = clause * clauses + "\u202e藏"
    suspicious.cache_clear()
    began = time.process_time()
    assert quieted(Response(text=text)).quieted
    assert time.process_time() - began < 10 * _MOST_S
