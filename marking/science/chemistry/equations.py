"""Chemical and ionic equations: two sides of species with coefficients, an arrow, conditions, ↑ and ↓."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from marking.normalise import simplified
from marking.plain import plain
from marking.science.chemistry.formulas import Formula, parse_formulas, tidied

MAX_CHARACTERS = 160
MAX_SPECIES = 8
#: A side with more readings than this (lost heights of many charges) is read by the plainest ones.
MAX_READINGS = 32

_CONDITION_WORDS = {
    "点燃": "点燃", "燃烧": "点燃", "加热": "加热", "△": "加热", "Δ": "加热", "高温": "高温", "高压": "高压",
    "通电": "通电", "电解": "通电", "催化剂": "催化剂", "光照": "光照", "光": "光照", "常温": "",
    "一定条件": "", "微热": "加热", "煅烧": "高温", "放电": "放电", "ignite": "点燃", "heat": "加热",
    "catalyst": "催化剂", "light": "光照", "electrolysis": "通电",
}  # fmt: skip
_CONDITION = re.compile("|".join(sorted(_CONDITION_WORDS, key=len, reverse=True)), re.IGNORECASE)
_ARROW = re.compile(
    r"(?P<reversible>⇌|⇄|⇋|<=+>|<-+>|↔)|(?P<arrow>[-=—–─]{1,6}[>→]|→+)|(?P<stroke>={1,4}|[—–─]{2,6}|-{2,6})"
)
_MARKS = re.compile("[↑↓]")
_NOTE = re.compile(r"(?:条件|反应条件)[:：]")
_ENTHALPY = re.compile(r"[,，;；\s]*[Δ△]H\s*=.*$")
_EMPTY_BRACKETS = re.compile(r"[(（\[][\s,，、;；/和]*[)）\]]")
_CATALYST = re.compile(r"(?:MnO_?2|V_?2O_?5|Fe|Pt|Ni|Cu|浓H_?2SO_?4|浓硫酸|[,，、/\s])+")
_COEFFICIENT = re.compile(r"^(\d{1,3}(?:/\d{1,2})?|\d/\d|\(\d/\d\))?(.*)$")


@dataclass(frozen=True, slots=True)
class Species:
    """A substance or ion with its coefficient; ``mark`` is ↑, ↓ or empty."""

    formula: Formula
    coefficient: Fraction
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """One reading of an equation. ``conditions`` in one wording, sorted."""

    left: tuple[Species, ...]
    right: tuple[Species, ...]
    conditions: tuple[str, ...]
    reversible: bool

    @property
    def imbalance(self) -> str:
        """What is not conserved, in words; empty when the equation is balanced."""
        sides = [_totals(side) for side in (self.left, self.right)]
        for element in sorted({*sides[0], *sides[1]}):
            before, after = sides[0][element], sides[1][element]
            if before != after:
                what = "电荷" if element == "charge" else f"{element} 原子"
                return f"{what}左边 {before}，右边 {after}"
        return ""


def _totals(side: tuple[Species, ...]) -> defaultdict[str, Fraction]:
    amounts: defaultdict[str, Fraction] = defaultdict(Fraction)
    for species in side:
        for name, count in (*species.formula.atoms, ("charge", species.formula.charge)):
            amounts[name] += count * species.coefficient
    return amounts


def parse_equations(text: str) -> tuple[Equation, ...]:
    """All readings of the equation, the plainest first; none when the text is no equation."""
    if len(text) > MAX_CHARACTERS:
        return ()
    form, conditions = _without_conditions(_ENTHALPY.sub("", simplified(plain(text))))
    found: list[Equation] = []
    for left, right, between, reversible in _divided(form):
        named = tuple(sorted({*conditions, *_named(between)}))
        for sides in product(_sides(left), _sides(right)):
            found.append(Equation(*sides, named, reversible))
            if len(found) >= MAX_READINGS:
                return tuple(found)
    return tuple(found)


def _named(words: str) -> set[str]:
    found = {
        _CONDITION_WORDS.get(word.lower(), _CONDITION_WORDS.get(word, ""))
        for word in _CONDITION.findall(words)
    }
    if words and _CATALYST.fullmatch(words):
        found.add("催化剂")
    return found - {""}


def _without_conditions(text: str) -> tuple[str, set[str]]:
    """The text without words of conditions, and these words."""
    form = _NOTE.sub("", text)
    return _EMPTY_BRACKETS.sub(" ", _CONDITION.sub(" ", form)), _named(form)


def _divided(text: str) -> Iterator[tuple[str, str, str, bool]]:
    """Left side, right side, what stands within the arrow, and whether it is reversible.

    A formula may have bonds of its own (CH2=CH2), so each stroke is tried as the arrow.
    """
    arrows = list(_ARROW.finditer(text))
    plain_arrows = [arrow for arrow in arrows if arrow["stroke"] is None] or arrows
    for first_at, first in enumerate(arrows):
        for last in arrows[first_at : first_at + 2]:
            between = (
                re.sub(r"[\s()（）\[\]]+", "", text[first.end() : last.start()]) if last is not first else ""
            )
            if last is not first and between and not _CATALYST.fullmatch(between):
                continue
            if first in plain_arrows or last in plain_arrows:
                is_reversible = bool(first["reversible"] or last["reversible"])
                yield text[: first.start()], text[last.end() :], between, is_reversible


def _sides(text: str) -> list[tuple[Species, ...]]:
    """The readings of one side of the equation."""
    parts = _species_texts(text)
    if not 1 <= len(parts) <= MAX_SPECIES:
        return []
    readings = [_species(part) for part in parts]
    if not all(readings):
        return []
    sides = []
    for side in product(*readings):
        sides.append(tuple(side))
        if len(sides) >= MAX_READINGS:
            break
    return sides


def _species_texts(text: str) -> list[str]:
    """The side cut at the plus signs that join species, not at those of charges.

    A plus is a charge's when nothing can follow it as a species: another plus, an end, a closing mark.
    """
    text = re.sub(r"[()（]\s*[)）]", "", text).strip(" ,.;，。；")
    parts, start = [], 0
    for match in re.finditer(r"[+＋⁺]", text):
        after = text[match.end() :].lstrip()
        is_charge = (
            match[0] == "⁺" or not after or after[0] in "+＋↑↓)" or text[: match.start()].endswith("^")
        )
        raised = re.search(r"\^\(?\d?$", text[start : match.start()])
        if is_charge or raised:
            continue
        parts.append(text[start : match.start()])
        start = match.end()
    parts.append(text[start:])
    return parts


def _species(text: str) -> list[Species]:
    mark = _MARKS.search(text)
    tidy = tidied(_MARKS.sub("", text))
    match = _COEFFICIENT.match(tidy)
    if match is None or not match[2]:
        return []
    coefficient = (
        Fraction((match[1] or "1").strip("()")) if not (match[1] or "").endswith("/0") else Fraction(0)
    )
    if coefficient <= 0:
        return []
    sign = mark[0] if mark else ""
    return [Species(formula, coefficient, sign) for formula in parse_formulas(match[2])]
