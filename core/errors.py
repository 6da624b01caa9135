"""The tree of errors. Each says what is wrong and what the person can do next.

``ZhupiError`` carries two sentences: ``message`` (what is wrong, with the file, page, line and the
values seen) and ``remedy`` (what to do). Entry points print both; ``exit_code`` is what the command
line returns and ``http_status`` what the web returns. See ``docs/errors.md``.
"""

from __future__ import annotations

from typing import ClassVar


class ZhupiError(Exception):
    """Anything that Zhupi refuses with a message for a person.

    Args:
        message: what is wrong, with the file, page or line and the value seen.
        remedy: what the person can do next; empty only when nothing can be done.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 400

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class BadInput(ZhupiError):
    """The given file, text or value cannot be used; everything else is untouched."""

    exit_code: ClassVar[int] = 2


class ExamInvalid(BadInput):
    """An exam definition is wrong; the message names file, line and field."""


class RosterInvalid(BadInput):
    """A roster is wrong; the message names file and row."""


class CardInvalid(BadInput):
    """A card or an imported template cannot be used."""


class UnsafeUpload(BadInput):
    """A file was refused because reading it could harm the machine (bombs, slips, scripts)."""

    http_status: ClassVar[int] = 413


class ScanUnreadable(BadInput):
    """A scan file or one of its pages cannot be decoded."""


class NotFound(ZhupiError):
    """The named exam, page, item or person does not exist."""

    exit_code: ClassVar[int] = 3
    http_status: ClassVar[int] = 404


class NotAllowed(ZhupiError):
    """The person's role does not permit this."""

    exit_code: ClassVar[int] = 4
    http_status: ClassVar[int] = 403


class Conflict(ZhupiError):
    """The state of the exam does not permit this now (an unbalanced ledger, an open queue)."""

    exit_code: ClassVar[int] = 5
    http_status: ClassVar[int] = 409


class MachineProblem(ZhupiError):
    """The machine, not the input, is at fault: no font, no disk space, a model that is missing."""

    exit_code: ClassVar[int] = 6
    http_status: ClassVar[int] = 503


class ModelUnusable(MachineProblem):
    """A model file is missing, or its SHA-256 is not the catalogue's."""


class EngineUnavailable(MachineProblem):
    """A reading or scoring engine cannot be reached or is not installed."""
