"""The demo's exam and class, as files beside this module."""

from __future__ import annotations

import csv
from pathlib import Path

from core.cards import Card
from core.exam_files import read_exam
from core.exams import CardOptions, Exam, Section, ShortAnswer, SingleChoice
from core.exams import Criterion as Point
from core.rosters import Candidate, Roster
from ocr.cards import design_card

EXAM_FILE = Path(__file__).with_name("physics.yaml")
ROSTER_FILE = Path(__file__).with_name("roster.csv")
_COLUMNS = {"考号": "number", "姓名": "name", "班级": "class_name", "考场": "room", "座位号": "seat"}


def demo_exam() -> Exam:
    """The physics exam of ``physics.yaml``."""
    return read_exam(EXAM_FILE.read_text(encoding="utf-8"), EXAM_FILE.name)


def demo_roster() -> Roster:
    """The 48 pupils of ``roster.csv``, in its order."""
    with ROSTER_FILE.open(encoding="utf-8", newline="") as file:
        rows = [{_COLUMNS[name]: value for name, value in row.items()} for row in csv.DictReader(file)]
    return Roster(candidates=tuple(Candidate(id=f"c{row['number']}", **row) for row in rows))


def other_exam(paper: CardOptions) -> tuple[Exam, Card]:
    """An exam of another subject on the same paper, whose page strays into the stack."""
    exam = Exam(
        id="math-g9-unit3",
        title="九年级数学第三单元练习",
        subject="数学",
        grade="九年级",
        sections=(
            Section(
                title="一、选择题",
                items=tuple(SingleChoice(number=str(n), full_steps=3, key=("C",)) for n in range(1, 13)),
            ),
            Section(
                title="二、解答题",
                items=(
                    ShortAnswer(
                        number="13",
                        full_steps=10,
                        criteria=(Point(id="1", steps=10, statement="方程的解是2和3"),),
                        height_mm=60,
                    ),
                ),
            ),
        ),
        card=paper,
    )
    return exam, design_card(exam, 1)
