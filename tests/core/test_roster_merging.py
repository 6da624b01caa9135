"""Reading a roster again: who is whom."""

from __future__ import annotations

import pytest

from core.errors import RosterInvalid
from core.roster_files import merge_roster, read_pasted
from core.rosters import Roster

HEADER = "考号\t姓名\t班级\n"


def roster(lines: str) -> Roster:
    return read_pasted(HEADER + lines).roster


def ids(merged: Roster) -> dict[str, str]:
    return {f"{c.class_name}{c.name}{c.number}": c.id for c in merged.candidates}


def test_the_same_file_twice_changes_nothing() -> None:
    text = HEADER + "0001\t张三\t1\n\t李四\t1\n\t李四\t1\n0004\t王五\t2"
    old = read_pasted(text).roster
    assert merge_roster(old, read_pasted(text)) == old


def test_an_empty_roster_takes_all_that_was_read() -> None:
    read = read_pasted(HEADER + "0001\t张三\t1")
    assert merge_roster(Roster(), read).candidates == read.candidates


def test_a_number_that_was_missing_is_filled_in_under_the_old_id() -> None:
    old = roster("\t张三\t1\n0002\t李四\t1")
    merged = merge_roster(old, read_pasted(HEADER + "0001\t张三\t1\n0002\t李四\t1"))
    assert [c.number for c in merged.candidates] == ["0001", "0002"]
    assert merged.candidates[0].id == old.candidates[0].id


def test_a_corrected_name_keeps_the_id_of_its_number() -> None:
    old = roster("0001\t张山\t1")
    merged = merge_roster(old, read_pasted(HEADER + "0001\t张三\t2"))
    assert ids(merged) == {"2班张三0001": old.candidates[0].id}


def test_a_corrected_number_in_the_whole_list_keeps_the_id_of_its_name() -> None:
    old = roster("0001\t张三\t1\n0002\t李四\t1")
    merged = merge_roster(old, read_pasted(HEADER + "0009\t张三\t1\n0002\t李四\t1"))
    assert ids(merged)["1班张三0009"] == old.candidates[0].id


def test_a_transfer_pupil_with_a_known_name_is_somebody_new() -> None:
    old = roster("0001\t张三\t1\n0002\t李四\t1\n0003\t王五\t1")
    merged = merge_roster(old, read_pasted(HEADER + "0050\t张三\t1"))
    assert [c.number for c in merged.candidates] == ["0001", "0002", "0003", "0050"]
    assert len({c.id for c in merged.candidates}) == 4


def test_equal_names_are_matched_by_number_alone() -> None:
    old = roster("0001\t张伟\t1\n0002\t张伟\t1")
    merged = merge_roster(old, read_pasted(HEADER + "0002\t张伟\t1\n0001\t张伟\t1\n0003\t张伟\t1"))
    assert [c.id for c in merged.candidates] == [*(c.id for c in old.candidates), "n0003"]


def test_candidates_that_the_file_leaves_out_stay() -> None:
    old = roster("0001\t张三\t1\n0002\t李四\t1")
    assert merge_roster(old, read_pasted(HEADER + "0002\t李四\t3")).by_number().keys() == {"0001", "0002"}


def test_empty_values_never_overwrite() -> None:
    old = roster("0001\t张三\t1")
    assert merge_roster(old, read_pasted("考号\n0001")).candidates == old.candidates


def test_an_id_that_somebody_else_has_for_good_is_not_given_again() -> None:
    old = roster("0001\t张三\t1\n0002\t李四\t1")
    moved = merge_roster(old, read_pasted(HEADER + "0005\t张三\t1\n0002\t李四\t1"))
    merged = merge_roster(moved, read_pasted(HEADER + "0001\t赵六\t1"))
    assert len({c.id for c in merged.candidates}) == 3


def test_a_merge_that_would_give_one_number_twice_is_refused_with_both_names() -> None:
    old = roster("\t张三\t1\n0002\t李四\t1")
    read = read_pasted(HEADER + "0002\t李四\t1\n0003\t张三\t1")
    clash = read.model_copy(
        update={
            "candidates": (
                *read.candidates,
                read.candidates[1].model_copy(update={"id": "x", "name": "赵六"}),
            )
        }
    )
    with pytest.raises(RosterInvalid, match="0003 会同时属于"):
        merge_roster(old, clash)
