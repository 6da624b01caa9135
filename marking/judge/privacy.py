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
#: The same at the beginning of a line or after a space, with nothing but spaces between label and name.
_BESIDE = re.compile(
    r"(?m:^|(?<=[\s，,。；;_]))(?:"
    r"姓\s?名[ \t\u3000_]{0,8}(?P<who>(?:[\u4e00-\u9fff·][ \u3000]?){2,4}(?=[\s，,。；;_]|$))"
    r"|班\s?级[ \t\u3000_]{1,8}(?P<of>[^\s，,。；;]{0,12}班)"
    r"|(?:学\s?号|考\s?号|准考证号?|座位?号|考籍号)码?[ \t\u3000_]{0,8}(?P<number>[A-Za-z]?\d(?:[ -]?\d){2,23})"
    r"|(?i:name)[ \t_]{1,8}(?P<name>[A-Z][\w'-]{0,30}(?: [A-Z][\w'.-]{0,30}){1,2})"
    r"|(?i:(?:student|candidate|exam|seat) (?:number|no\.?|id))[ \t_]{1,8}(?P<id>[A-Z]?-?\d(?:[ -]?\d){2,23}))"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,6}")
#: Mobile telephone and identity numbers of mainland China, whole or in their usual groups.
_NUMBER = re.compile(r"(?<![\d.])(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx])(?![\d.])")
#: Between the digits of a number as people write it down; shorter numbers are looked for as they are.
_BETWEEN = r"[ \u3000\-–—_]{0,2}"
_LEAST_DIGITS = 6


def scrubbed(text: str, names: Iterable[str] = ()) -> str:
    """The text with what names a person covered by as many ``□``: offsets stay as they were.

    Args:
        names: names and numbers of the roster. Names of one character are left alone; those of letters
            and digits are covered as whole words only, numbers also with spaces and dashes between their
            digits, English names in either order.
    """
    covered = text
    for pattern in (_LABELLED, _ENGLISH):
        covered = pattern.sub(_cover_who, covered)
    covered = _BESIDE.sub(_cover_groups, covered)
    for pattern in (_MAIL, _NUMBER):
        covered = pattern.sub(lambda m: COVER * len(m[0]), covered)
    listed = _any_of(names)
    return covered if listed is None else listed.sub(lambda m: COVER * len(m[0]), covered)


def _cover_who(match: re.Match[str]) -> str:
    start, end = (offset - match.start() for offset in match.span("who"))
    return match[0][:start] + COVER * (end - start) + match[0][end:]


def _cover_groups(match: re.Match[str]) -> str:
    """Whichever group was found is covered."""
    start, end = next(match.span(name) for name, said in match.groupdict().items() if said is not None)
    start, end = start - match.start(), end - match.start()
    return match[0][:start] + COVER * (end - start) + match[0][end:]


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Longest first; a Chinese name may be written with spaces between its characters."""
    known = {name.strip() for name in names if len(name.strip()) > 1}
    turned = {
        f"{last} {first}" for first, _, last in (n.rpartition(" ") for n in known if n.isascii()) if first
    }
    words = sorted(known | turned, key=lambda word: (-len(word), word))
    if not words:
        return None
    return re.compile("|".join(_spelt(word) for word in words), re.IGNORECASE)


def _spelt(word: str) -> str:
    if not word.isascii():
        return r"[ \u3000]{0,3}".join(re.escape(character) for character in word)
    between = _BETWEEN if sum(c.isdigit() for c in word) >= _LEAST_DIGITS else ""
    letters = between.join(r"[\s,]{1,3}" if c == " " else re.escape(c) for c in word)
    return rf"(?<![0-9A-Za-z]){letters}(?![0-9A-Za-z])"
