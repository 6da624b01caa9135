"""The words of a rubric on which a mark may hang, and which of them an answer uses."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.scoring import Question, Rubric
from marking.distance import edit_distance
from marking.normalise import comparable, halfwidth, simplified

#: Words of so many letters may have one letter wrong, longer ones (from the second figure) two.
_FORGIVEN = (5, 9)
#: A chunk of Chinese longer than this is taken in pairs of characters.
_LONGEST_CHUNK = 4

_ENGLISH_WORD = re.compile(r"[a-z][a-z'-]+")
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
#: Characters that hold a Chinese sentence together and carry none of its content.
_CHINESE_JOINTS = re.compile(
    r"因为|所以|由于|因此|如果|那么|但是|而且|并且|或者|以及|通过|根据|说明|表示|可以|能够|应该|需要|进行|具有|"
    r"这个|那个|他们|我们|它们|一个|一种|[的地得了着过是与和及或在时从由于把被将对向为而且也都就才又再还等使让令其该此这那个种些吗呢吧啊则即所以之]"
)
_ENGLISH_JOINTS = frozenset(
    re.findall(
        r"\w+",
        "a about after all also although am an and another any are as at be because been before being between both but by "
        "can could did do does doing done each either else ever every for from get gets getting give given go goes going got "
        "had has have having he her here him his how however i if in into is it its itself just like made make makes many may "
        "me might much must my near need of off on once only onto or other our out over own per put same see she should since "
        "so some something such take than that the their them then there these they thing things this those through thus to "
        "too under until up upon us use used uses using very want was way we were what when where whether which while who "
        "whom why will with within would you your",
    )
)
_SUFFIXES = (
    *(
        "ization",
        "ations",
        "ation",
        "ating",
        "ingly",
        "ments",
        "ated",
        "ates",
        "ment",
        "ings",
        "ness",
        "edly",
    ),
    *("ate", "ies", "ing", "ion", "ive", "ely", "ed", "es", "ly", "s", "e", "y"),
)
_LEAST_STEM = 4


@dataclass(frozen=True, slots=True)
class KeyWord:
    """``form`` is an English stem, or (``within``) what the comparable text of an answer has to contain.

    ``name`` is shown to the teacher.
    """

    name: str
    form: str
    within: bool


def stem(word: str) -> str:
    """An English word without its ending, so that "evaporates" and "evaporation" meet.

    Endings are taken off, longest first, while at least four letters stay.
    """
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM:
            return word[: len(word) - len(suffix)]
    return word


def key_words_of(question: Question, rubric: Rubric) -> tuple[KeyWord, ...]:
    """Words of criteria, accepted wordings, wordings that forfeit points, and references.

    Words of the question itself are left out, unless the teacher has listed them as a wording: every
    answer may repeat them.
    """
    asked = _units(question.stem)
    words: dict[str, KeyWord] = {}
    for criterion in rubric.criteria:
        for wording in (*criterion.accepted, *criterion.must_not):
            for part in wording.split("+"):
                word = _wording(part)
                if word is not None:
                    words.setdefault(word.form, word)
    for text in (*(criterion.statement for criterion in rubric.criteria), *rubric.references):
        for form, name in _units(text).items():
            if form not in asked:
                words.setdefault(form, KeyWord(name, form, not form.isascii()))
    return tuple(words.values())


def _wording(part: str) -> KeyWord | None:
    form = comparable(part)
    if not form:
        return None
    if re.fullmatch(r"[a-z]{2,}", part.strip().lower()):
        return KeyWord(part.strip(), stem(form), within=False)
    return KeyWord(part.strip(), form, within=True)


def _units(text: str) -> dict[str, str]:
    """Content words by the form that is looked for: English stems, Chinese chunks or pairs of characters."""
    plain = simplified(halfwidth(text)).lower()
    units: dict[str, str] = {}
    for word in _ENGLISH_WORD.findall(plain):
        bare = word.strip("'-").removesuffix("'s")
        if len(bare) > 1 and bare not in _ENGLISH_JOINTS:
            units.setdefault(stem(bare), bare)
    for run in _CHINESE_RUN.findall(plain):
        for chunk in _CHINESE_JOINTS.split(run):
            if 2 <= len(chunk) <= _LONGEST_CHUNK:
                units.setdefault(chunk, chunk)
            elif len(chunk) > _LONGEST_CHUNK:
                units.update({chunk[at : at + 2]: chunk[at : at + 2] for at in range(len(chunk) - 1)})
    return units


class Spotter:
    """Finds key words in answers; remembers what it has looked up."""

    def __init__(self, words: Sequence[KeyWord]) -> None:
        self.words = tuple(words)
        self._known: dict[str, frozenset[int]] = {}
        self._stems = {word.form: n for n, word in enumerate(words) if not word.within}
        self._within = [(word.form, n) for n, word in enumerate(words) if word.within]

    def present(self, text: str) -> frozenset[int]:
        """Numbers of the key words that the answer uses, forgiving a slip of spelling in long ones."""
        plain = simplified(halfwidth(text)).lower()
        found: set[int] = set()
        for word in set(_ENGLISH_WORD.findall(plain)):
            found |= self._of_word(word.strip("'-").removesuffix("'s"))
        tight = comparable(text)
        found |= {n for form, n in self._within if form in tight}
        return frozenset(found)

    def _of_word(self, word: str) -> frozenset[int]:
        if word not in self._known:
            self._known[word] = frozenset(self._look_up(word))
        return self._known[word]

    def _look_up(self, word: str) -> set[int]:
        base = stem(word)
        exact = {self._stems[form] for form in (base, word) if form in self._stems}
        if exact or len(base) < _FORGIVEN[0] or word in _ENGLISH_JOINTS:
            return exact
        near = set()
        for form, n in self._stems.items():
            shorter = min(len(form), len(base))
            slips = 0 if shorter < _FORGIVEN[0] else 1 if shorter < _FORGIVEN[1] else 2
            if (
                form[0] == base[0]
                and abs(len(form) - len(base)) <= slips
                and edit_distance(form, base) <= slips
            ):
                near.add(n)
        return near


def rarity(present: Sequence[frozenset[int]], words: Sequence[KeyWord]) -> dict[int, float]:
    """Inverse document frequency ln((N + 1)/(n + 1)) of each key word that any of the item's answers uses."""
    counts = Counter(n for found in present for n in found)
    return {n: math.log((len(present) + 1) / (counts[n] + 1)) for n in range(len(words)) if counts[n]}
