"""Units of school physics, chemistry and maths: a small table, exact factors, Chinese names.

A general unit library knows thousands of units whose abbreviations collide with pupils' writing
("min" as milli-inch, "h" as Planck's constant); this table knows what schools write. Behind it stands
pint for English names and rarer units, asked word by word (:mod:`marking.unit_words`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from marking.normalise import halfwidth, simplified
from marking.unit_words import unit_by_name

#: Base: m, kg, s, A, K, mol, cd, degree Celsius (as a scale of its own), degree of angle, yuan.
_BASES = ("m", "kg", "s", "A", "K", "mol", "cd", "°C", "°", "元")
Dimension = tuple[int, ...]
_NONE: Dimension = (0,) * len(_BASES)

MAX_CHARACTERS = 40
MAX_EXPONENT = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """``factor`` × the product of the bases raised to ``dimension``."""

    factor: Fraction
    dimension: Dimension

    def times(self, other: Unit, exponent: int) -> Unit:
        """This unit multiplied by a power of the other."""
        added = tuple(a + exponent * b for a, b in zip(self.dimension, other.dimension, strict=True))
        return Unit(self.factor * other.factor**exponent, added)


ONE = Unit(Fraction(1), _NONE)


def _of(factor: str | int, **powers: int) -> Unit:
    return Unit(Fraction(factor), tuple(powers.get(base, 0) for base in _BASES))


_JOULE = {"kg": 1, "m": 2, "s": -2}
_PASCAL = {"kg": 1, "m": -1, "s": -2}
_CELSIUS = Unit(Fraction(1), tuple(int(base == "°C") for base in _BASES))
_ANGLE = Unit(Fraction(1), tuple(int(base == "°") for base in _BASES))
_YUAN = Unit(Fraction(1), tuple(int(base == "元") for base in _BASES))

#: symbol, unit, prefixes that are in use with it, Chinese names.
_TABLE: tuple[tuple[str, Unit, str, str], ...] = (
    ("m", _of(1, m=1), "k d c m μ n", "米"),
    ("g", _of("1/1000", kg=1), "k m μ", "克"),
    ("t", _of(1000, kg=1), "", "吨"),
    ("s", _of(1, s=1), "m μ n", "秒"),
    ("min", _of(60, s=1), "", "分钟 分"),
    ("h", _of(3600, s=1), "", "小时 时"),
    ("d", _of(86400, s=1), "", "天 日"),
    ("L", _of("1/1000", m=3), "m", "升"),
    ("N", _of(1, kg=1, m=1, s=-2), "k m M", "牛顿 牛"),
    ("J", _of(1, **_JOULE), "k M", "焦耳 焦"),
    ("W", _of(1, kg=1, m=2, s=-3), "k M m", "瓦特 瓦"),
    ("Pa", _of(1, **_PASCAL), "k M h", "帕斯卡 帕"),
    ("Hz", _of(1, s=-1), "k M G", "赫兹 赫"),
    ("A", _of(1, A=1), "m μ", "安培 安"),
    ("V", _of(1, kg=1, m=2, s=-3, A=-1), "k m", "伏特 伏"),
    ("Ω", _of(1, kg=1, m=2, s=-3, A=-2), "k M", "欧姆 欧"),
    ("C", _of(1, A=1, s=1), "m μ", "库仑 库"),
    ("F", _of(1, kg=-1, m=-2, s=4, A=2), "m μ n p", "法拉 法"),
    ("T", _of(1, kg=1, s=-2, A=-1), "m", "特斯拉 特"),
    ("Wb", _of(1, kg=1, m=2, s=-2, A=-1), "", "韦伯 韦"),
    ("eV", _of("1.602176634e-19", **_JOULE), "k M", "电子伏"),
    ("K", _of(1, K=1), "", "开尔文 开"),
    ("mol", _of(1, mol=1), "m k", "摩尔 摩"),
    ("cd", _of(1, cd=1), "", "坎德拉"),
    ("°C", _CELSIUS, "", "摄氏度"),
    ("°", _ANGLE, "", "度"),
    ("%", _of("1/100"), "", ""),
    ("元", _YUAN, "", ""),
)
_PREFIXES = {
    "k": (Fraction(1000), "千"),
    "M": (Fraction(10**6), "兆"),
    "G": (Fraction(10**9), "吉"),
    "h": (Fraction(100), "百"),
    "d": (Fraction(1, 10), "分"),
    "c": (Fraction(1, 100), "厘"),
    "m": (Fraction(1, 1000), "毫"),
    "μ": (Fraction(1, 10**6), "微"),
    "n": (Fraction(1, 10**9), "纳"),
    "p": (Fraction(1, 10**12), "皮"),
}
_EXTRA = {
    "公斤": _of(1, kg=1),
    "斤": _of("1/2", kg=1),
    "公里": _of(1000, m=1),
    "里": _of(500, m=1),
    "公顷": _of(10000, m=2),
    "亩": Unit(Fraction(2000, 3), _of(1, m=2).dimension),
    "度电": _of(3600000, **_JOULE),
    "千瓦时": _of(3600000, **_JOULE),
    "kWh": _of(3600000, **_JOULE),
    "l": _of("1/1000", m=3),
    "ml": _of("1/1000000", m=3),
    "ohm": _of(1, kg=1, m=2, s=-3, A=-2),
    "um": _of("1/1000000", m=1),
    "cc": _of("1/1000000", m=3),
    "角": Unit(Fraction(1, 10), _YUAN.dimension),
    "万元": Unit(Fraction(10000), _YUAN.dimension),
}
#: Whole words that count things; they carry no dimension.
_COUNTERS = frozenset("个只人名次倍种条块张本件岁朵棵位辆支枝盒袋瓶页台头匹粒颗份分")


def _written() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for symbol, unit, prefixes, names in _TABLE:
        spoken = names.split()
        units.update(dict.fromkeys((symbol, *spoken), unit))
        for prefix in prefixes.split():
            factor, word = _PREFIXES[prefix]
            scaled = Unit(unit.factor * factor, unit.dimension)
            units.update({prefix + symbol: scaled} | {word + name: scaled for name in spoken})
    return units | _EXTRA


_UNITS = _written()
_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<power>平方|立方)?(?P<name>{_NAMES})(?:\^?\(?(?P<exponent>[-+]?\d)\)?)?|(?P<sign>[/·.*x×()]|每)"
)
_FIRST_CASE = {name.lower(): name for name in sorted(_UNITS)}


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """The unit that the text names, e.g. "kg/m3", "千克每立方米", "N·m", "J/(kg·℃)".

    ``None`` when it names none. Case is taken as written; a text that is no unit so is tried again
    without regard to case ("KG", "PA").
    """
    tidy = _tidy(text)
    if not tidy or len(tidy) > MAX_CHARACTERS:
        return None
    if tidy in _COUNTERS and tidy not in _UNITS:
        return ONE
    if tidy not in _UNITS and tidy.isalpha() and (named := _by_registry(tidy)) is not None:
        return named  # "ohms" is no ohm-second
    tokens = _tokens(tidy) or _tokens(_recased(tidy))
    return _by_words(simplified(halfwidth(text))) if tokens is None else _product(tokens)


def names_of(symbol: str) -> tuple[str, ...]:
    """The unit as it may be written: the symbol itself, then its Chinese names."""
    spoken = next((names.split() for own, _, _, names in _TABLE if own == symbol), [])
    return tuple(name for name in (symbol, *spoken) if name)


def has_known_case(text: str) -> bool:
    """Whether the unit's letters are in the case that the table has ("kg", not "KG")."""
    return _tokens(_tidy(text)) is not None


def _tidy(text: str) -> str:
    return re.sub(r"\s+", "", simplified(halfwidth(text))).replace("度(电)", "度电")


def _recased(text: str) -> str:
    return re.sub(r"[A-Za-zΩμ]+", lambda word: _FIRST_CASE.get(word[0].lower(), word[0]), text)


def _tokens(text: str) -> list[re.Match[str]] | None:
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        tokens.append(match)
        position = match.end()
    return tokens


def _product(tokens: list[re.Match[str]]) -> Unit | None:
    """The product of the tokens; what follows a slash (a bracket, or one unit) is divided by."""
    unit = ONE
    sign, bracket_sign, in_bracket, named = 1, 1, False, False
    for token in tokens:
        mark = token["sign"]
        if mark in ("/", "每"):
            sign = -1
        elif mark == "(":
            in_bracket, bracket_sign = True, sign
        elif mark == ")":
            in_bracket, sign = False, 1
        elif mark is None:
            exponent = _exponent(token)
            if exponent is None:
                return None
            named = True
            unit = unit.times(_UNITS[token["name"]], exponent * (bracket_sign if in_bracket else sign))
            sign = sign if in_bracket else 1
    return _without_celsius(unit) if named else None


#: What English says around the names of units, in the signs of the table.
_ENGLISH = (
    (re.compile(r"\bdegrees?\s+(?:celsius|centigrade)\b", re.IGNORECASE), "°C"),
    (re.compile(r"\bdegrees?\b", re.IGNORECASE), "°"),
    (re.compile(r"\bper\s*cent\b", re.IGNORECASE), "%"),
    (re.compile(r"\bper\b|/", re.IGNORECASE), " / "),
    (re.compile(r"\b(square|cubic)\s+([A-Za-z]+)", re.IGNORECASE), r"\2 \1"),
    (re.compile(r"\s+(?:squared?)\b|\^2\b", re.IGNORECASE), "^2"),
    (re.compile(r"\s+(?:cubed|cubic)\b|\^3\b", re.IGNORECASE), "^3"),
)
_WORD = re.compile(r"([A-Za-zΩμ°%]+)(?:\^\(?(-?\d)\)?)?|(/)|[·*.-]")


def _by_words(text: str) -> Unit | None:
    """The unit that English words name: "metres per second squared", "square metres", "kcal"."""
    for pattern, sign in _ENGLISH:
        text = pattern.sub(sign, text)
    unit, sign_of_next, is_named = ONE, 1, False
    for word in text.split():
        match = _WORD.fullmatch(word)
        if match is None:
            return None
        if match[3]:
            sign_of_next = -1
        elif match[1]:
            named = _UNITS.get(match[1]) or _by_registry(match[1])
            exponent = int(match[2] or 1)
            if named is None or abs(exponent) > MAX_EXPONENT:
                return None
            unit, sign_of_next, is_named = unit.times(named, exponent * sign_of_next), 1, True
    return unit if is_named else None


def _by_registry(word: str) -> Unit | None:
    found = unit_by_name(word)
    return None if found is None else Unit(found[0], tuple(found[1].get(base, 0) for base in _BASES))


def _exponent(token: re.Match[str]) -> int | None:
    exponent = int(token["exponent"] or 1)
    if token["power"]:
        exponent *= 2 if token["power"] == "平方" else 3
    return exponent if exponent and abs(exponent) <= MAX_EXPONENT else None


def _without_celsius(unit: Unit) -> Unit:
    """In a compound unit a degree Celsius is a difference, that is a kelvin."""
    if unit.dimension == _CELSIUS.dimension or not unit.dimension[_BASES.index("°C")]:
        return unit
    powers = list(unit.dimension)
    powers[_BASES.index("K")] += powers[_BASES.index("°C")]
    powers[_BASES.index("°C")] = 0
    return Unit(unit.factor, tuple(powers))
