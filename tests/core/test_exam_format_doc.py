"""The documented example is a real exam."""

from __future__ import annotations

import re
from pathlib import Path

from core.exam_files import read_exam, write_exam

DOC = Path(__file__).parents[2] / "docs" / "exam-format.md"


def test_the_example_in_the_documentation_is_read_and_written_back() -> None:
    example = re.findall(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert len(example) == 1
    exam = read_exam(example[0], "docs/exam-format.md")
    assert read_exam(write_exam(exam)) == exam
