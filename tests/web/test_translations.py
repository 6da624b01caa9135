"""The English catalogue: complete, in step with the sources, compiled."""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "web"
FOLDER = WEB / "translations" / "en" / "LC_MESSAGES"
_KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None}
_HOW = "see “Words” in docs/screens.md"


def _catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def _in_sources() -> set[str]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    found = extract_from_dir(str(WEB), methods, options, keywords=_KEYWORDS)
    return {str(message) for _file, _line, message, _comments, _context in found}


def test_every_message_of_the_sources_has_an_english_one() -> None:
    known = {str(m.id): str(m.string) for m in _catalogue() if m.id}
    assert sorted(_in_sources() - set(known)) == [], _HOW
    assert [m for m, words in known.items() if not words] == [], _HOW


def test_no_english_message_is_left_over() -> None:
    assert sorted({str(m.id) for m in _catalogue() if m.id} - _in_sources()) == [], _HOW


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue())
    with (FOLDER / "messages.mo").open("rb") as file:
        kept = {m.id: m.string for m in read_mo(file) if m.id}
    compiled.seek(0)
    assert kept == {m.id: m.string for m in read_mo(compiled) if m.id}, _HOW


def test_placeholders_are_the_same_in_both_languages() -> None:
    pattern = re.compile(r"%\(\w+\)s|\{n\}|%%")
    for message in _catalogue():
        if message.id:
            assert sorted(pattern.findall(str(message.id))) == sorted(pattern.findall(str(message.string))), (
                message.id
            )


def test_english_messages_hold_no_chinese() -> None:
    allowed = "考号\t姓名\t班级"
    left = [
        m.id
        for m in _catalogue()
        if m.id and re.search(r"[\u4e00-\u9fff]", str(m.string).replace(allowed, ""))
    ]
    assert [m for m in left if "陈思远" not in str(m)] == []
