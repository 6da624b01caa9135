"""Exam definitions as YAML that teachers write: read, checked with file, line and field, and written.

The format is described by example in ``docs/exam-format.md``.
"""

from core.exam_files.reader import read_exam
from core.exam_files.writer import write_exam

__all__ = ["read_exam", "write_exam"]
