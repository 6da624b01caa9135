"""What of an answer may be read elsewhere: names and numbers of people are covered, place for place."""

from __future__ import annotations

import re
from collections.abc import Iterable

COVER = "□"

#: What follows a label: a Chinese name, perhaps with spaces in it, or one word.
_LABELLED = re.compile(
    r"(?i:姓\s*名|名\s*字|学\s*号|考\s*号|考\s*籍\s*号|准\s*考\s*证\s*号?|座\s*位?\s*号|班\s*级|学\s*校|身\s*份\s*证\s*号?"
    r"|电\s*话|手\s*机\s*号?|qq|微信号?)\s*码?\s*[:：为是]\s*"
    r"(?P<who>(?:[\u4e00-\u9fff·]\s?){2,4}(?=[\s，,。；;]|$)|[^\s，,。；;]{1,30})"
)
_ENGLISH = re.compile(
    r"\b(?i:(?:student|candidate|exam|seat|id|admission)\s*(?:name|number|no\.?|id)|name|class|e-?mail|phone)\s*[:：#]\s*"
    r"(?P<who>[A-Z][\w'-]*(?: [A-Z][\w'.-]*){0,2}|[^\s,;]{1,40})"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Mobile telephone and identity numbers of mainland China.
_NUMBER = re.compile(r"(?<![\d.])(?:1[3-9]\d{9}|\d{17}[\dXx])(?![\d.])")


def scrubbed(text: str, names: Iterable[str] = ()) -> str:
    """The text with what names a person covered by as many ``□``: offsets stay as they were.

    Args:
        names: names and numbers of the roster. Names of one character are left alone; those of letters
            and digits are covered as whole words only.
    """
    covered = text
    for pattern in (_LABELLED, _ENGLISH):
        covered = pattern.sub(_cover_who, covered)
    for pattern in (_MAIL, _NUMBER):
        covered = pattern.sub(lambda m: COVER * len(m[0]), covered)
    listed = _any_of(names)
    return covered if listed is None else listed.sub(lambda m: COVER * len(m[0]), covered)


def _cover_who(match: re.Match[str]) -> str:
    start, end = (offset - match.start() for offset in match.span("who"))
    return match[0][:start] + COVER * (end - start) + match[0][end:]


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Longest first; a Chinese name may be written with spaces between its characters."""
    words = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True)
    if not words:
        return None
    return re.compile("|".join(_spelt(word) for word in words), re.IGNORECASE)


def _spelt(word: str) -> str:
    if word.isascii():
        return rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])"
    return r"[ \u3000]*".join(re.escape(character) for character in word)
