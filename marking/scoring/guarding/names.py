"""Names of school quantities, in words and letters, and what may be left out of a subject."""

from __future__ import annotations

import re
from functools import lru_cache

#: Word → the quantity; words that hold others come first. 电源电压 and 定值电阻 are given, not asked for.
_WORDS = {
    "电源电压": "电源电压", "定值电阻": "定值电阻", "大气压强": "气压", "大气压": "气压", "气压": "气压",
    "总电阻": "电阻", "电阻": "电阻", "变阻器": "电阻", "电压": "电压", "电流": "电流", "电功率": "功率", "功率": "功率",
    "支持力": "支持力", "摩擦力": "摩擦力", "浮力": "浮力", "重力": "重力", "自重": "重力", "压强": "压强", "压力": "压力",
    "拉力": "拉力", "推力": "推力", "动力": "动力", "阻力": "阻力", "体积": "体积", "质量": "质量", "密度": "密度",
    "温度": "温度", "沸点": "沸点", "熔点": "熔点", "速度": "速度", "加速度": "加速度", "面积": "面积", "深度": "深度",
    "高度": "高度", "时间": "时间", "路程": "路程", "距离": "距离", "效率": "效率", "热量": "热量", "内能": "内能",
    "动能": "动能", "势能": "势能", "机械能": "机械能", "电能": "电能", "化学能": "化学能", "频率": "频率", "波长": "波长",
    "音调": "音调", "响度": "响度", "做功": "功", "的功": "功", "总功": "功", "pressure": "压强", "force": "力",
    "weight": "重力", "mass": "质量", "volume": "体积", "density": "密度", "current": "电流", "voltage": "电压",
    "resistance": "电阻", "speed": "速度", "power": "功率", "energy": "能", "area": "面积", "temperature": "温度",
}  # fmt: skip
#: Letters before an equals sign.
_LETTERS = {
    "G": "重力", "W": "功", "P": "功率", "p": "压强", "I": "电流", "U": "电压", "R": "电阻", "m": "质量", "v": "速度",
    "V": "体积", "t": "时间", "s": "路程", "ρ": "密度", "η": "效率", "Q": "热量",
}  # fmt: skip
_NAME = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))
_SYMBOL = re.compile(
    r"(?<![A-Za-z])(?:F_?(浮|拉|压|推|支|阻|摩)|([GWPpIURmvVtsρηQ]))(?=[排总\d水物木]{0,2}\s*[=≈])"
)
_FORCES = {
    "浮": "浮力",
    "拉": "拉力",
    "压": "压力",
    "推": "推力",
    "支": "支持力",
    "阻": "阻力",
    "摩": "摩擦力",
}
_OF_LETTER = re.compile(r"(?<![a-z])([iurg])(?![a-z])")
STRIPPED = re.compile(
    r"[的了地得]|受到|所受|大小|示数|因而|于是|从而|那么|并且|而且|同时|也|都|就|则|会|将|又|便|却|使得?|导致|要|"
    r"知道?|可知|可得|得出|得到|^[以故即且由和与使]|[^\u3400-\u9fffa-z]"
)


@lru_cache(maxsize=4096)
def heads_of(subject: str) -> frozenset[str]:
    """The quantities that a subject is about: the last one named, and those joined to it by 和 or 与."""
    found = [(m.start(), m.end(), _WORDS[m[0]]) for m in _NAME.finditer(subject)]
    if not found:
        letters = _OF_LETTER.findall(subject)
        return frozenset(_LETTERS[letters[-1].upper()] for _ in letters[-1:])
    heads = {found[-1][2]}
    for at in range(len(found) - 1, 0, -1):
        between = subject[found[at - 1][1] : found[at][0]]
        if not re.search("[和与跟及]", between):
            break
        heads.add(found[at - 1][2])
    return frozenset(heads)


def first_named(text: str) -> str:
    """The first quantity of a text, by word or by a letter before an equals sign; "" where there is none."""
    found = [(m.start(), _WORDS[m[0]]) for m in _NAME.finditer(text)]
    found += [(m.start(), _FORCES[m[1]] if m[1] else _LETTERS[m[2]]) for m in _SYMBOL.finditer(text)]
    return min(found)[1] if found else ""


def all_named(text: str) -> frozenset[str]:
    """All quantities named in a text."""
    named = {_WORDS[m[0]] for m in _NAME.finditer(text)}
    named |= {_FORCES[m[1]] if m[1] else _LETTERS[m[2]] for m in _SYMBOL.finditer(text)}
    return frozenset(named | {_LETTERS[c] for c in re.findall(r"(?<![A-Za-z])([GUIR])(?![A-Za-z])", text)})
