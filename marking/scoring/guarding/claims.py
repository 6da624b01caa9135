"""What a text claims of whom: "沸点降低", "重力大于浮力", "the pressure doubles" as subject and sense.

Claims are found by word lists alone. A claim's subject is what stands before it in its clause, back to the
claim before; quantities of school physics are told apart by name (电流表的示数 is of 电流, not of 电压).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from marking.scoring.features.lexicon import FUNCTION_WORDS, NEGATORS
from marking.scoring.features.stems import stem
from marking.scoring.features.texts import prepared
from marking.scoring.guarding.names import STRIPPED, heads_of
from marking.scoring.spans import Span

_UP, _DOWN, _SAME = "up", "down", "same"
#: What may follow a predicate of one character.
_ENDS = r"(?=$|[,.;:!?\n ]|了|所以|因此|则|就|而|使|越)"
#: Changes and states that are predicates wherever they stand, then single characters that need an end after them.
_CHINESE = re.compile(
    rf"(?P<same>(?:保持|始终|仍然?|依然)?(?:不变|恒定|一样大)|(?:没有?|不|未|无)(?:发生)?(?:任何)?(?:改变|变化|变(?![大小高低多少快慢强弱长短亮暗]))|(?<=.)一定(?=$|[,.;:!?\n了]))"
    rf"|(?P<up>变大|增大|增加|增多|升高|上升|提高|加大|变高|变快|变多|变强|变亮|变长|增强|加快|扩大|[更较越很][大高多快强]{_ENDS})"
    rf"|(?P<down>变小|减小|减少|降低|下降|变低|变慢|变少|变弱|变暗|变短|减弱|减慢|缩小|[更较越很][小低少慢弱]{_ENDS})"
    rf"|(?P<high>[大高]){_ENDS}|(?P<low>[小低]){_ENDS}"
)
#: A single character before a quantity's name ends a claim, too: 气压大沸点低.
_BEFORE_NAME = re.compile(
    r"(?<=[\u3400-\u9fff])(?:(?P<high>[大高])|(?P<low>[小低]))(?=水?的?(?:沸点|压强|温度|压力|浮力|电流|密度))"
)
_COMPARED = re.compile(
    r"(?P<more>大于|高于|多于|快于|>)|(?P<fewer>小于|低于|少于|慢于|<)|(?P<even>等于|相等于)|(?P<turn>转化为|转化成|转变为|转变成|转换为)"
)
_THAN = re.compile(
    r"([\u3400-\u9fff]{1,8})比([\u3400-\u9fff]{1,6}?)(?:要|更)?([大小高低多少])(?=$|[,.;:!?\n ]|了|时|所以|就|而)"
)
_BOTH = re.compile(
    r"([\u3400-\u9fff]{1,8}?)[和与跟同]([\u3400-\u9fff]{1,6}?)(?:大小)?(?:是)?(?P<no>不)?(?:相等|相同)"
)
_BREAK = re.compile(r"[,;:!?\n()]|\.(?!\d)|所以|因此|因为|由于|但是?|时(?=[\u3400-\u9fff])|由[^,.;\n]{1,8}知")
_DENIAL = re.compile(r"(?:不会|不能|不再|不是|并不|并未|没有|不|没|未|非)(?:再|明显|一直)?$")
_DOUBT = re.compile(r"(?:是否|如果|假如|若|要是|能否|会不会)[^,.;]*$")
_ENGLISH = re.compile(
    r"\b(?:(?P<same>(?:stay(?:s|ed)?|remain(?:s|ed)?|is|are|kept|keeps?)\s+(?:the\s+same|constant|unchanged)|(?:does|do|did)\s*(?:not|n't)\s+change)"
    r"|(?P<up>increas(?:e|es|ed|ing)|doubl(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|grows?|grew|(?:goes|went|go)\s+up|(?:becomes?|became|gets?|got|is|are)\s+(?:higher|bigger|larger|greater|stronger|faster)(?!\s+than))"
    r"|(?P<down>decreas(?:e|es|ed|ing)|halv(?:e|es|ed|ing)|falls?|fell|drops?|dropped|lessens?|shrinks?|(?:goes|went|go)\s+down|(?:becomes?|became|gets?|got|is|are)\s+(?:lower|smaller|less|weaker|slower)(?!\s+than))"
    r"|(?P<more>(?:greater|larger|higher|bigger|more|heavier|faster)\s+than)|(?P<fewer>(?:smaller|lower|less|lighter|slower)\s+than))\b"
)
_ENGLISH_BREAK = re.compile(
    r"[,;:!?\n()]|\.(?!\d)|\b(?:and|but|because|so|while|when|if|as|since|that|then|goes\s+on|passes)\b"
)
_ENGLISH_DENIAL = re.compile(r"(?:\bnot|n't|\bnever|\bcannot)(?:\s+(?:be|really|get|become))?\s*$")
_ENGLISH_DOUBT = re.compile(r"\b(?:if|whether|would|unless)\b[^,.;]*$")
_OBJECT = re.compile(r"\s+(?:the|its|their|a|an)\s+([a-z]+(?:\s+[a-z]+)?)")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?|got)\s*$")
_PREPOSITION = re.compile(r"\b(?:of|in|on|for|at|from|with|by)\b")
#: So many characters before a claim are its surroundings.
_SURROUNDINGS = 14


@dataclass(frozen=True, slots=True)
class Claim:
    """``subject`` (for comparisons: both sides, in order) does what ``sense`` says, or is denied to.

    ``span`` lies in the original text, subject included; ``before`` is what stands before it, for context.
    """

    subject: tuple[str, ...]
    sense: str
    denied: bool
    span: Span
    before: str

    def meets(self, other: Claim) -> bool:
        """Whether both speak of the same subject."""
        if len(self.subject) != len(other.subject):
            return False
        if len(self.subject) == 2:
            return self._crossed(other) or all(map(_same, self.subject, other.subject))
        return _same(self.subject[0], other.subject[0])

    def _crossed(self, other: Claim) -> bool:
        return all(map(_same, self.subject, other.subject[::-1]))

    def sense_beside(self, other: Claim) -> str:
        """The sense, turned where the sides stand the other way round than in ``other``."""
        if (
            len(self.subject) == 2
            and self._crossed(other)
            and not all(map(_same, self.subject, other.subject))
        ):
            return {_UP: _DOWN, _DOWN: _UP, "turn": "turned"}.get(self.sense, self.sense)
        return self.sense

    def agrees(self, other: Claim) -> bool:
        """The same is said of the same subject."""
        return self.meets(other) and self.sense_beside(other) == other.sense and self.denied == other.denied

    def opposes(self, other: Claim) -> bool:
        """The same subject, and both cannot be true."""
        if not self.meets(other):
            return False
        alike = self.sense_beside(other) == other.sense
        return alike if self.denied != other.denied else not alike and not self.denied


def _same(one: str, other: str) -> bool:
    """Whether two subjects are one: by the quantities named last, else by one ending in the other."""
    first, second = heads_of(one), heads_of(other)
    if first and second:
        return bool(first & second)
    return bool(one and other) and (one.endswith(other) or other.endswith(one))


@lru_cache(maxsize=2048)
def claims_of(text: str) -> tuple[Claim, ...]:
    """The claims of a text, in their order."""
    whole = prepared(text)
    if not whole.folded:
        return ()
    found = _chinese(whole.folded) if whole.has_hanzi else _english(whole.folded)
    offsets = whole.offsets
    return tuple(
        Claim(
            subject,
            sense,
            denied,
            Span(offsets[start], offsets[end - 1] + 1),
            whole.folded[max(0, start - _SURROUNDINGS) : start],
        )
        for subject, sense, denied, start, end in sorted(found, key=lambda one: one[3])
        if end > start
    )


_Found = tuple[tuple[str, ...], str, bool, int, int]


def _chinese(text: str) -> list[_Found]:
    found: list[_Found] = []
    compared: list[tuple[int, int]] = []
    for one in (*_compared(text), *_sided(text)):
        if not any(a < one[4] and one[3] < b for a, b in compared):
            found.append(one)
            compared.append((one[3], one[4]))
    last = 0
    matches = [*_CHINESE.finditer(text), *_BEFORE_NAME.finditer(text)]
    for match in sorted(matches, key=lambda m: m.start()):
        if any(a <= match.start() < b for a, b in compared) or match.start() < last:
            continue
        start = _since(text, match.start(), last, _BREAK)
        before = text[start : match.start()]
        last = match.end()
        if _DOUBT.search(before):
            continue
        denial = _DENIAL.search(before) if match.lastgroup != _SAME else None
        subject = bare(before[: denial.start()] if denial else before)
        if subject:
            sense = {"high": _UP, "low": _DOWN}.get(match.lastgroup or "", match.lastgroup or "")
            found.append(((subject,), sense, denial is not None, start, match.end()))
    return found


def _since(text: str, at: int, last: int, breaks: re.Pattern[str]) -> int:
    """Where the clause of ``at`` begins, not before ``last``."""
    ends = [m.end() for m in breaks.finditer(text, last, at)]
    start = ends[-1] if ends else last
    while start < at and text[start] in " 了":
        start += 1
    return start


def bare(words: str) -> str:
    """A subject without particles, adverbs and what is only about its size."""
    return STRIPPED.sub("", words)


def _compared(text: str) -> list[_Found]:
    found: list[_Found] = []
    for match in _COMPARED.finditer(text):
        start = _since(text, match.start(), 0, _BREAK)
        left = text[start : match.start()]
        right_match = re.match(
            r"\s*([\u3400-\u9fff]{1,10}|[a-z]\w{0,2}[\u3400-\u9fff]{0,2})", text[match.end() :]
        )
        denial = _DENIAL.search(left)
        subject = bare(left[: denial.start()] if denial else left)
        if right_match is None or not subject or _DOUBT.search(left):
            continue
        right = re.split("时|所以|就|而|因此|使", right_match[1])[0]
        sense = {"more": _UP, "fewer": _DOWN}.get(match.lastgroup or "", match.lastgroup or "")
        if bare(right):
            end = match.end() + right_match.start(1) + len(right)
            found.append(((subject, bare(right)), sense, denial is not None, start, end))
    return found


def _sided(text: str) -> list[_Found]:
    """甲比乙大; 甲和乙相等."""
    found: list[_Found] = []
    for match in _THAN.finditer(text):
        sense = _UP if match[3] in "大高多" else _DOWN
        start = _since(text, match.end(1), match.start(), _BREAK)
        left = bare(text[start : match.end(1)])
        found.append(((left, bare(match[2])), sense, False, start, match.end()))
    for match in _BOTH.finditer(text):
        found.append(
            ((bare(match[1]), bare(match[2])), "even", match["no"] is not None, match.start(), match.end())
        )
    return [one for one in found if all(one[0])]


def _english(text: str) -> list[_Found]:
    found: list[_Found] = []
    last, taken = 0, 0
    subject = ""
    for match in _ENGLISH.finditer(text):
        start = _since(text, match.start(), max(last, taken), _ENGLISH_BREAK)
        before = text[start : match.start()]
        last = match.end()
        if _ENGLISH_DOUBT.search(text[max(0, start - 12) : match.start()]) and "when" not in before:
            continue
        denied = match.lastgroup != _SAME and _ENGLISH_DENIAL.search(before) is not None
        if match.lastgroup in ("more", "fewer"):
            right = _head(re.split(_ENGLISH_BREAK, text[match.end() :])[0])
            if _head(before) and right:
                sense = _UP if match.lastgroup == "more" else _DOWN
                found.append(((_head(before), right), sense, denied, start, match.end()))
            continue
        acted = None if _PASSIVE.search(before) else _OBJECT.match(text, match.end())
        if acted is not None and match.lastgroup != _SAME:
            subject, taken = _head(acted[1]), acted.end()
        elif _head(before):
            subject = _head(before)
        elif not re.search(r"\b(?:it|they)\b", before):
            continue
        if subject:
            found.append(((subject,), match.lastgroup or "", denied, start, max(taken, match.end())))
    return found


def _head(words: str) -> str:
    """The stem of the noun that a phrase is about: the last content word before a preposition."""
    for phrase in _PREPOSITION.split(words):
        kept = [
            w for w in re.findall("[a-z]+", phrase) if w not in NEGATORS and stem(w) not in FUNCTION_WORDS
        ]
        kept = [w for w in kept if not w.endswith("ly")]
        if kept:
            return stem(kept[-1])
    return ""
