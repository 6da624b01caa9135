"""What two answers must agree in to be marked as one: numbers with units, negations, directions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from marking.normalise import MAX_CHARACTERS, halfwidth, simplified

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Traits:
    """``numbers`` sorted, each with its unit; ``negations`` counted; ``directions`` in their order."""

    numbers: tuple[str, ...]
    negations: int
    directions: tuple[str, ...]


def traits_of(text: str) -> Traits:
    """The traits of an answer in Chinese or English (or both)."""
    plain = simplified(halfwidth(text[:MAX_CHARACTERS])).lower()
    return Traits(_numbers(plain), _negations(plain), _directions(plain))


# numbers

_MARKER = re.compile(r"(?<![\d.a-z])\(?(\d{1,2})(?:\)|[.,:](?!\d))")
_NUMBER = re.compile(
    r"(?P<sign>(?<![\w)])-)?(?P<value>\d+(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
    r"(?P<below>\s*/\s*\d+)?(?P<power>\s*x\s*10\s*\^?\s*[+-]?\d+|\s*\^\s*[+-]?\d+)?"
    r"\s*(?P<unit>%|°\s*[cf]?|[a-zμω]{1,4}(?:[/·^]\s*-?[a-z0-9]{1,3})*(?![a-z])|[倍米克度秒分时升牛瓦伏安帕元个只条次年月天]{1,2})?"
)
#: "one" and 一 are seldom meant as numbers; the others nearly always.
_ENGLISH_NUMBERS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "half": "1/2", "twice": "2倍", "double": "2倍",
    "doubled": "2倍", "doubles": "2倍", "triple": "3倍", "hundred": "100", "thousand": "1000",
}  # fmt: skip
_ENGLISH_NUMBER = re.compile(rf"\b(?:{'|'.join(_ENGLISH_NUMBERS)})\b")
_CHINESE_NUMBER = re.compile(r"百分之[零一二两三四五六七八九十百]+|[零二两三四五六七八九十百千万亿半][零一二三四五六七八九十百千万亿]*(?:分之[一二三四五六七八九十百]+|倍)?|一(?:半|倍)")  # fmt: skip
#: Short words that may follow a number and are no unit.
_NO_UNIT = frozenset("a an and are as at be but by can for from had has he i if in is it of off on one or out she so "
                     "than that the them then they to up was we were when will with you x not no more less all its".split())  # fmt: skip


def _numbers(plain: str) -> tuple[str, ...]:
    text = _without_markers(plain)
    found = [_canonical(match) for match in _NUMBER.finditer(text)]
    found += [_ENGLISH_NUMBERS[match[0]] for match in _ENGLISH_NUMBER.finditer(text)]
    found += [match[0].replace("两", "二") for match in _CHINESE_NUMBER.finditer(text)]
    return tuple(sorted(found))


def _without_markers(text: str) -> str:
    """Without the numbers of a list: "1. … 2. … 3. …" counts its points and states nothing."""
    expected, spans = 1, []
    for match in _MARKER.finditer(text):
        if int(match[1]) == expected:
            spans.append(match.span())
            expected += 1
    if expected <= 2:
        return text
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _canonical(match: re.Match[str]) -> str:
    try:
        value = format(Decimal(match["value"].replace(",", "")).normalize(), "f")
    except InvalidOperation:  # more digits than a number can have
        value = match["value"]
    below, power = (re.sub(r"\s", "", match[name] or "") for name in ("below", "power"))
    unit = re.sub(r"\s", "", match["unit"] or "")
    unit = "" if unit in _NO_UNIT else unit
    return f"{match['sign'] or ''}{value}{below}{power}{' ' if unit else ''}{unit}"


# negations

_NEGATION = re.compile(
    r"\b(?:not|no|none|never|nothing|nobody|nowhere|without|neither|nor|cannot|unable|"
    r"(?:can|don|doesn|didn|isn|wasn|weren|aren|won|wouldn|couldn|shouldn|hasn|haven|hadn|ain)'?t)\b"
    r"|[不没無无非未勿莫否别]"
)
#: Words with a sign of negation that deny nothing.
_NO_NEGATION = re.compile(
    r"不但|不仅|不过|不断|不管|不论|不同|不妨|不得不|不足|非常|除非|无论|未来|无数|无限|无机|是否|能否|否则|别的|分别|区别|差别|级别|性别|类别|特别|"
    r"\bno\.\s*\d|\bnot only\b|\bno matter\b"
)


def _negations(plain: str) -> int:
    return len(_NEGATION.findall(_NO_NEGATION.sub(" ", plain)))


# directions: each line is a scale, its poles divided by "|"; the first word of a pole names it

_SCALES = """
more greater bigger larger increase increases increased increasing higher highest rise rises rising rose gain gains gained most largest biggest greatest raise raises up upward upwards grows grew expand expands expanded | less fewer smaller decrease decreases decreased decreasing lower lowest fall falls falling fell lose loses lost least smallest reduce reduces reduced drop drops dropped down downward downwards shrink shrinks
faster fast quicker quickly fastest | slower slow slowly slowest
longer longest | shorter shortest
heavier heaviest heavy | lighter lightest
hotter hot warmer warm hottest | colder cold cooler cool coldest
stronger strongest | weaker weakest
louder loudest loud | softer softest quiet quieter
thicker thick | thinner thin
harder hardest hard | softer soft softest
same equal equally identical similar constant unchanged | different differently differ differs unequal
before | after
left | right
above over | below under beneath
inside into in enters enter | outside out exits leaves leave
positive positively | negative negatively
attract attracts attracted attraction | repel repels repelled repulsion
push pushes pushed | pull pulls pulled
open opened | closed close
north northern | south southern
east eastern | west western
win | lose
always | never
add adds added adding | remove removes removed subtract
yes true correct | no false incorrect wrong
high | low
near nearer closer | far farther further
acid acidic | base basic alkaline
dissolve dissolves dissolved soluble | insoluble
conduct conducts conductor | insulate insulates insulator
"""
_CHINESE_SCALES = """
增大 增加 增强 增高 增多 变大 变多 变强 变高 升高 上升 升 提高 提升 扩大 增长 加强 加大 大于 多于 高于 更大 更多 更高 较大 较多 较高 越大 越多 越高 最大 最多 最高 膨胀 | 减小 减少 减弱 减低 变小 变少 变弱 变低 降低 下降 降 缩小 削弱 小于 少于 低于 更小 更少 更低 较小 较少 较低 越小 越少 越低 最小 最少 最低 收缩
快 加快 变快 | 慢 减慢 变慢
长 变长 | 短 变短 缩短
向上 上方 | 向下 下方
向左 左侧 左边 左 | 向右 右侧 右边 右
向前 | 向后
东 | 西
南 | 北
吸热 吸收 | 放热 放出 释放
吸引 | 排斥
正比 正相关 | 反比 负相关
正 | 负
相同 一样 相等 等于 不变 | 不同 不一样 不等
凸 | 凹
会聚 | 发散
氧化 | 还原
酸 | 碱
得到 获得 | 失去
有利 促进 | 不利 抑制 阻碍
支持 赞成 同意 | 反对
正确 对 | 错误 错
先 之前 | 后 之后
内 内部 里面 | 外 外部 外面
优点 | 缺点
积极 | 消极
"""


def _poles(table: str) -> dict[str, str]:
    """Word → the name of its pole."""
    poles: dict[str, str] = {}
    for line in table.strip().splitlines():
        for pole in line.split("|"):
            words = pole.split()
            for word in words:
                poles.setdefault(word, words[0])
    return poles


_ENGLISH_POLES, _CHINESE_POLES = _poles(_SCALES), _poles(_CHINESE_SCALES)
_DIRECTION = re.compile(
    "|".join(sorted(_CHINESE_POLES, key=lambda word: (-len(word), word)))
    + rf"|\b(?:{'|'.join(sorted(_ENGLISH_POLES, key=lambda word: (-len(word), word)))})\b"
)


def _directions(plain: str) -> tuple[str, ...]:
    """The poles in the order of writing; the same one twice running counts once."""
    poles: list[str] = []
    for match in _DIRECTION.finditer(plain):
        pole = _ENGLISH_POLES.get(match[0]) or _CHINESE_POLES[match[0]]
        if not poles or poles[-1] != pole:
            poles.append(pole)
    return tuple(poles)
