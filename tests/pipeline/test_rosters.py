"""A roster of names gets its 考号; somebody entered by mistake leaves it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound
from core.exam_files import read_exam
from core.jobs import JobKind
from core.rosters import Candidate
from pipeline.numbers import numbered
from pipeline.requests import ask_settle
from pipeline.rosters import generate_numbers, paste_roster, remove_candidate
from tests.pipeline.homes import OFFICE, Home, found_exam
from tests.pipeline.small_exam import SMALL_EXAM

NAMES = "姓名\t班级\n甲\t八(1)班\n乙\t八(1)班\n丙\t八(12)班\n丁\t实验班\n戊\t"


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Home]:
    """An exam (6 digits on the card) whose roster has names alone."""
    home = found_exam(tmp_path / "home", roster=NAMES, card=False)
    yield home
    home.tb.store.close()


def _numbers(home: Home) -> dict[str, str]:
    with home.tb.store.read() as uow:
        return {c.name: c.number for c in uow.candidates.roster(home.exam_id).candidates}


def test_names_get_numbers_of_class_and_running_number_as_long_as_on_the_card(names: Home) -> None:
    before = {c.name: c.id for c in _candidates(names)}
    given = generate_numbers(names.tb, names.exam_id, OFFICE)
    assert len(given) == 5
    assert _numbers(names) == {
        "甲": "080101", "乙": "080102", "丙": "081201", "丁": "000201", "戊": "000001",
    }  # fmt: skip
    assert {c.name: c.id for c in _candidates(names)} == before
    with names.tb.store.read() as uow:
        (line,) = (x for x in uow.audit.lines(names.exam_id) if x.action == "roster.numbers")
    assert (line.by, line.after[:2]) == (OFFICE, "5:")


def _candidates(home: Home) -> tuple[Candidate, ...]:
    with home.tb.store.read() as uow:
        return uow.candidates.roster(home.exam_id).candidates


def test_a_number_that_is_there_is_never_changed_nor_given_again(names: Home) -> None:
    generate_numbers(names.tb, names.exam_id, OFFICE)
    before = _numbers(names)
    assert generate_numbers(names.tb, names.exam_id, OFFICE) == ()
    paste_roster(names.tb, names.exam_id, "考号\t姓名\t班级\n080103\t己\t八(1)班\n\t庚\t八(1)班", OFFICE)
    generate_numbers(names.tb, names.exam_id, OFFICE)
    assert _numbers(names) == before | {"己": "080103", "庚": "080104"}


@pytest.mark.parametrize(
    ("class_name", "digits", "date", "number"),
    [
        ("1班", 8, "2026-11-20", "20260101"),
        ("八年级(3)班", 8, "2026-11-20", "26080301"),
        ("高一(3)班", 6, "2026-11-20", "010301"),
        ("十二班", 6, "2026-11-20", "261201"),
        ("1班", 6, "", "000101"),
        ("八(1)班", 4, "2026-11-20", "0001"),
    ],
)
def test_the_year_fills_the_left_where_there_is_room(
    class_name: str, digits: int, date: str, number: str
) -> None:
    exam = read_exam(SMALL_EXAM).model_copy(update={"date": date})
    (made,) = numbered((Candidate(id="a", name="甲", class_name=class_name),), exam, digits)
    assert made.number == number


def test_a_large_class_gets_three_running_digits_and_all_numbers_differ() -> None:
    people = tuple(Candidate(id=f"c{n}", name=f"生{n}", class_name="1班") for n in range(150))
    made = numbered(people, read_exam(SMALL_EXAM), 6)
    assert len({c.number for c in made}) == 150
    assert {len(c.number) for c in made} == {6}
    assert made[149].number == "001150"


def test_too_few_digits_are_refused() -> None:
    people = tuple(Candidate(id=f"c{n}", name=f"生{n}") for n in range(10_000))
    with pytest.raises(Conflict, match="4 位考号不够用"):
        numbered(people, read_exam(SMALL_EXAM), 4)


def test_a_candidate_without_pages_leaves_the_roster(home: Home) -> None:
    paste_roster(home.tb, home.exam_id, "考号\t姓名\n279999\t误录生", OFFICE)
    home.work()
    gone = remove_candidate(home.tb, home.exam_id, home.candidate("279999"), OFFICE)
    assert gone.name == "误录生"
    assert "279999" not in _numbers(home).values()
    assert JobKind.SETTLE in [job.kind for job in home.jobs if job.finished_at is None]
    with pytest.raises(NotFound):
        remove_candidate(home.tb, home.exam_id, gone.id, OFFICE)


def test_a_candidate_with_pages_stays(home: Home) -> None:
    with pytest.raises(Conflict, match="已有 1 页答卷"):
        remove_candidate(home.tb, home.exam_id, home.candidate("270101"), OFFICE)


def test_numbers_made_after_the_scan_are_settled_again(home: Home) -> None:
    ask_settle(home.tb, home.exam_id)
    home.work()
    paste_roster(home.tb, home.exam_id, "姓名\t班级\n新来的\t八(1)班", OFFICE)
    home.work()
    generate_numbers(home.tb, home.exam_id, OFFICE)
    assert [job.kind for job in home.jobs if job.finished_at is None] == [JobKind.SETTLE]
