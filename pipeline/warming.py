"""Loading what reading and marking need before the first page waits for it."""

from __future__ import annotations

import importlib
import logging

from core.errors import ZhupiError
from core.settings import Settings
from core.typesetting import chinese_family

_log = logging.getLogger(__name__)

#: Loaded late by their users, since only some exams need them.
_LATE = ("pipeline.perform", "sympy", "opencc")


def warm_up(settings: Settings) -> None:
    """Import the engines and open the models of this process, about two seconds of work.

    What is missing is only noted: the first job that needs it says so to a person.
    """
    for name in _LATE:
        importlib.import_module(name)
    from pipeline.engines import choose_device, digit_recogniser, text_engine  # noqa: PLC0415  (after the imports above)

    try:
        choose_device(settings)
        digit_recogniser()
        text_engine(settings)
        chinese_family()
    except ZhupiError as error:
        _log.warning("Not ready yet: %s", error)
