"""Formulas: H2O, H₂O, Ca(OH)2, CuSO4·5H2O, SO4^2-, Fe3+, CH3CH2OH; the element's letters in their case.

Where a transcript has lost the heights of its signs, one text is several formulas ("SO42-" is SO4 with 2-, or
SO42 with -): all of them are read, the plainest first.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from marking.normalise import halfwidth
from marking.plain import plain

MAX_CHARACTERS = 60
MAX_DEPTH = 4
MAX_COUNT = 999

_PERIODS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr",
    "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm",
    "Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No",
    "Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og",
)
ELEMENTS = frozenset(symbol for period in _PERIODS for symbol in period.split())
_TOKEN = re.compile(
    r"(?P<element>[A-Z][a-z]?)(?P<count>\d{0,3})|(?P<open>\()|(?P<close>\))(?P<times>\d{0,3})"
)
_STATE = re.compile(r"\((?:s|l|g|aq|固|液|气|浓|稀)\)$", re.IGNORECASE)
_CARET_CHARGE = re.compile(r"\^\(?(?:(\d?)([+-])|([+-])(\d))\)?$")
_PLAIN_CHARGE = re.compile(r"(\d*)([+-])$")
_BONDS = re.compile(r"(?<=[A-Za-z0-9)])[-=≡](?=[A-Z(])")
_ELECTRON = re.compile(r"e(?:\^?\(?-\)?)?")
_DOTS = re.compile(r"[·.*•]")


@dataclass(frozen=True, slots=True)
class Formula:
    """``skeleton`` is the formula as written, in one notation; ``atoms`` what it is made of.

    ``guessed`` says that a charge was told from a count without a sign for its height.
    """

    skeleton: str
    atoms: tuple[tuple[str, int], ...]
    charge: int = 0
    guessed: bool = False

    @property
    def composition(self) -> tuple[tuple[tuple[str, int], ...], int]:
        """What has to be equal for two formulas to be of one substance, isomers aside."""
        return self.atoms, self.charge


def tidied(text: str) -> str:
    """One notation for heights, dots and brackets; no spaces."""
    form = halfwidth(plain(text)).replace("_", "")
    return re.sub(r"\s+", "", form).translate(str.maketrans("[]{}•∙", "()()··"))


@lru_cache(maxsize=4096)
def parse_formulas(text: str) -> tuple[Formula, ...]:
    """All formulas that the text can be, the plainest first; none when it is no formula."""
    tidy = _STATE.sub("", tidied(text))
    if not tidy or len(tidy) > MAX_CHARACTERS:
        return ()
    if _ELECTRON.fullmatch(tidy):
        return (Formula("e-", (), -1),)
    found = [_neutral_or_ion(body, charge, guessed) for body, charge, guessed in _charges(tidy)]
    return tuple(formula for formula in found if formula is not None)


def _charges(tidy: str) -> list[tuple[str, int, bool]]:
    """The ways to divide the text into a body and a charge; the last says whether it was a guess."""
    marked = _CARET_CHARGE.search(tidy)
    if marked is not None:
        size, sign = int(marked[1] or marked[4] or 1), marked[2] or marked[3]
        return [(tidy[: marked.start()], size if sign == "+" else -size, False)]
    match = _PLAIN_CHARGE.search(tidy)
    if match is None:
        return [(tidy, 0, False)]
    sign = 1 if match[2] == "+" else -1
    head, digits = tidy[: match.start()], match[1]
    ways = [(head + digits, sign, bool(digits))]
    if digits and digits[-1] != "0":
        ways.insert(0, (head + digits[:-1], sign * int(digits[-1]), True))
    if len(digits) == 1 and re.search(r"[A-Z][a-z]?[A-Z(]|\)", head):
        ways.reverse()  # NH4+, MnO4-: in a group of atoms a lone digit counts atoms
    return ways


def _neutral_or_ion(body: str, charge: int, guessed: bool) -> Formula | None:
    atoms: Counter[str] = Counter()
    written = []
    for part in _DOTS.split(_BONDS.sub("", body)):
        match = re.fullmatch(r"(\d{0,3})(.+)", part)
        counted = _atoms(match[2]) if match else None
        if match is None or counted is None:
            return None
        times = int(match[1] or 1)
        for element, count in counted.items():
            atoms[element] += count * times
        written.append(f"{times if times > 1 else ''}{_one_notation(match[2])}")
    if max(atoms.values(), default=0) > MAX_COUNT:
        return None
    return Formula("·".join(written), tuple(sorted(atoms.items())), charge, guessed)


def _one_notation(part: str) -> str:
    return re.sub(r"(?<=[A-Za-z)])1(?!\d)", "", part)


def _atoms(text: str) -> Counter[str] | None:
    """The atoms of a formula without dots and charge; ``None`` when it is none."""
    stack: list[Counter[str]] = [Counter()]
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        position = token.end()
        if token["open"]:
            stack.append(Counter())
            if len(stack) > MAX_DEPTH + 1:
                return None
        elif token["close"]:
            if len(stack) < 2:
                return None
            inner = stack.pop()
            for element, count in inner.items():
                stack[-1][element] += count * int(token["times"] or 1)
        else:
            element, count_text = token["element"], token["count"]
            if element not in ELEMENTS or count_text.startswith("0"):
                return None
            stack[-1][element] += int(count_text or 1)
    return stack[0] if len(stack) == 1 and stack[0] else None
