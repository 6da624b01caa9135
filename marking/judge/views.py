"""The forms in which a text is searched: as it stands, folded, joined up, decoded."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from marking.normalise import simplified

#: Characters that print nothing: zero-width, joiners, soft hyphen, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\ufeff]")
#: Marks of direction, which come with copied text.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202c\u2066-\u2069]")
#: Right-to-left overrides and tag characters: no answer needs them.
_COVERT = re.compile("[\u202d\u202e\U000e0000-\U000e007f]")
_WITHIN_WORDS = re.compile(f"(?<=\\w){_INVISIBLE.pattern}+(?=\\w)")
_MANY = 3

#: Letters of other alphabets that look Latin, lower case (a choice from Unicode's confusables).
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнгԛԝɡαοερνικτυχωѵ\u0131ɑеցոսհօ",
    "aeopcyxijsdhlkmtbhrqwgaoepviktuxwviaegnuho",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_ACCENT = "Mn"


class Forms(NamedTuple):
    """Forms of one text: ``lines`` keeps line breaks; ``spaced`` has single spaces; ``joined`` holds
    words and Chinese without anything between them; ``letters`` the same with look-alike digits read as
    letters; ``foreign`` is ``spaced`` with its own alphabets left alone."""

    lines: tuple[str, ...]
    spaced: tuple[str, ...]
    joined: tuple[str, ...]
    letters: tuple[str, ...]
    foreign: tuple[str, ...]


def forms_of(text: str) -> Forms:
    """All forms; the longest takes about 20 µs a character of Chinese at its first sight."""
    unescaped = html.unescape(text) if "&" in text else text
    visible = _INVISIBLE.sub("", _DIRECTION.sub("", _COVERT.sub("", unescaped)))
    wide = simplified(unicodedata.normalize("NFKC", visible)).lower()
    folded = "".join(
        c for c in unicodedata.normalize("NFD", wide.translate(_LOOKALIKES)) if _kind(c) != _ACCENT
    )
    spaced = " ".join(folded.split())
    joined = "".join(c for c in folded if c.isalnum())
    return Forms(
        lines=(folded,),
        spaced=(spaced,),
        joined=(joined,),
        letters=("".join(c for c in folded.translate(_LEET) if c.isalnum()),),
        foreign=(" ".join(wide.split()),),
    )


def _kind(character: str) -> str:
    return unicodedata.category(character)


def hidden_characters(text: str) -> str:
    """What is hidden in the text, in words; "" when nothing is."""
    if _COVERT.search(text):
        return "看不见的控制字符"
    count = len(_WITHIN_WORDS.findall(text))
    return f"{count} 个零宽字符" if count >= _MANY else ""


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){12,}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){3,}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){3,}")
_LEAST_BYTES = 12


def encoded_texts(text: str) -> Iterator[str]:
    """Texts that stand in the text encoded: base64, hexadecimal, escapes, percent signs, rot13, reversed.

    Only what decodes to readable words is given; chance makes 12 bytes readable once in ten million.
    """
    flat = "".join(text.split())
    for run in _BASE64.findall(flat):
        yield from _readable(_from_base64(run))
    for run in _HEX.findall(text):
        yield from _readable(bytes.fromhex("".join(c for c in run if c.isalnum())))
    for run in _ESCAPES.findall(text):
        yield codecs.decode(run.encode("ascii"), "unicode_escape")
    for run in _PERCENT.findall(text):
        yield from _readable(unquote(run).encode(), least=3)
    yield from _turned(text)


def _from_base64(run: str) -> bytes:
    plain = run.replace("-", "+").replace("_", "/").rstrip("=")
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


def _readable(found: bytes, least: int = _LEAST_BYTES) -> Iterator[str]:
    if len(found) < least:
        return
    for encoding in ("utf-8", "gb18030"):
        try:
            text = found.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = sum((c.isascii() and (c.isalnum() or c in " .,:;!?'\"\n")) or "一" <= c <= "鿿" for c in text)
        if plain >= 0.9 * len(text) and (encoding == "utf-8" or _common(text)):
            yield text
            return


def _common(text: str) -> bool:
    """Bytes read as GB 18030 nearly always give characters: only frequent ones are words."""
    return sum(c in "的一是不了给我分满请评标准忽略老师答案" for c in text) * 5 >= len(text)


_TURNED_SIGNS = re.compile(
    r"ignor\w* (?:\w+ )*(?:rubric|instructions)|full (?:marks|credit|score)|评分标准|给.{0,4}满分|打满分"
)


def _turned(text: str) -> Iterator[str]:
    """The text backwards or in rot13, where that says something no forward text says by chance."""
    lower = text.lower()
    for turned in (lower[::-1], codecs.encode(lower, "rot13")):
        sign = _TURNED_SIGNS.search(turned)
        if sign is not None and not _TURNED_SIGNS.search(lower):
            yield turned[max(0, sign.start() - 40) : sign.end() + 40]
