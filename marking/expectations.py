"""What an item's regions can be expected to say: the key, what rivals it, and the words around it."""

from __future__ import annotations

import re

from core.exams import Blank, Criterion, Exam, Fill, Item, ShortAnswer
from core.expectations import NOTHING_EXPECTED, Expectation, Language
from marking.science.written import canonical_forms, number_forms

#: Words longer than this are sentences; nobody writes them as printed.
_LONGEST_WORD = 24
_MOST_WORDS = 200
_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*|[\u3400-\u9fff]+|\d[\d.]*\s?[A-Za-zΩ°%]{0,4}")
_LANGUAGES: dict[str, Language] = {
    "英语": "en",
    "英文": "en",
    "english": "en",
    "法语": "fr",
    "français": "fr",
    "french": "fr",
}


def expectation(exam: Exam, item: Item, part: int) -> Expectation:
    """What can be expected in one region of an item.

    Args:
        exam: its subject tells the language of the answers.
        item: fills and short answers; of others nothing is expected.
        part: of a fill, which blank; blanks that may be exchanged are all expected everywhere.
    """
    match item:
        case Fill():
            return _of_fill(exam, item, part)
        case ShortAnswer():
            words = [w for criterion in item.criteria for w in _words_of(criterion)]
            return Expectation(words=_kept([*words, *_words_around(item)]), language=_language(exam))
        case _:
            return NOTHING_EXPECTED


def written_forms(blank: Blank) -> tuple[str, ...]:
    """How the key of a blank looks when it is written down, each form once, the key's own first."""
    forms = list(blank.accepted)
    if blank.numeric is not None:
        forms += number_forms(blank.numeric)
    if blank.check is not None:
        forms += canonical_forms(blank.check)
    if blank.expression:
        power = blank.expression.replace("**", "^")
        forms += [power, power.replace("*", "")]
    return tuple(dict.fromkeys(form for form in forms if form.strip()))


def _of_fill(exam: Exam, item: Fill, part: int) -> Expectation:
    if not 0 <= part < len(item.blanks):
        return NOTHING_EXPECTED
    own = item.blanks if item.any_order else (item.blanks[part],)
    accepted = tuple(dict.fromkeys(form for blank in own for form in written_forms(blank)))
    others = [blank for blank in item.blanks if blank not in own]
    rivals = [form for blank in own for form in blank.wrong]
    rivals += [form for blank in others for form in written_forms(blank)]
    return Expectation(
        accepted=accepted,
        rivals=tuple(form for form in dict.fromkeys(rivals) if form not in accepted),
        words=_kept(_words_around(item)),
        language=_language(exam),
    )


def _words_of(criterion: Criterion) -> list[str]:
    phrases = (criterion.statement, *criterion.accepted, *criterion.must_not)
    written = canonical_forms(criterion.check) if criterion.check is not None else ()
    return [*written, *(part for phrase in phrases for part in phrase.split("+"))]


def _words_around(item: Item) -> list[str]:
    return _WORDS.findall(f"{item.reference_answer} {item.stem} {item.explanation}")


def _kept(words: list[str]) -> tuple[str, ...]:
    short = (word.strip() for word in words)
    return tuple(dict.fromkeys(word for word in short if 2 <= len(word) <= _LONGEST_WORD))[:_MOST_WORDS]


def _language(exam: Exam) -> Language:
    return next((code for name, code in _LANGUAGES.items() if name in exam.subject.lower()), "zh")
