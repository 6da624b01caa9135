"""Algebra as pupils write it, as a small tree of our own: tokens, precedence, cost. No ``eval``.

Grammar: numbers, single letters, implicit products (2x, 3(x+1), xy), + − × ÷ · * / ^, brackets,
√ and sqrt, |x|, π, sin cos tan ln lg, and one relation sign = < > ≤ ≥ ≠ between two sides. A letter may
carry a subscript: F_1, x₁, F浮, ρ_水.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb

from marking.normalise import halfwidth
from marking.plain import plain

MAX_CHARACTERS = 120
MAX_DEPTH = 16
MAX_EXPONENT = 12
#: Bounds on the expanded polynomial, which bound the time of any comparison before it starts.
MAX_DEGREE = 16
MAX_TERMS = 600

_TOKEN = re.compile(
    r"(?P<number>\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})|(?P<function>sqrt|sin|cos|tan|ln|lg|√)|(?P<pi>pi|π)"
    r"|(?P<letter>[A-Za-zα-ωΑ-Ω](?:_(?:\d{1,3}|[A-Za-z]|⟦\w{1,8}⟧)|_?[\u4e00-\u9fff]{1,4})?)"
    r"|(?P<sign>\*\*|[-+*/^()·|])"
)
_RELATION = re.compile(r"<=|>=|!=|[=<>≤≥≠]")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUBSCRIPT_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_WRITTEN = {"<=": "≤", ">=": "≥", "!=": "≠"}


class NotAlgebra(ValueError):
    """The text is no expression of the grammar, or one that would cost too much."""


@dataclass(frozen=True, slots=True)
class Node:
    """``kind``: number, letter, pi, +, *, /, ^, -, or a function's name."""

    kind: str
    children: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """An expression (``relation`` empty), or two sides with a relation between them."""

    left: Node
    relation: str = ""
    right: Node | None = None
    guessed: bool = False  #: a digit after a letter was taken as its lost exponent, or √x² has two readings


def parse_statement(text: str) -> Statement:
    """The expression or relation that the text writes.

    Raises:
        NotAlgebra: it writes none, or one beyond the bounds.
    """
    tidy = tidied(text)
    if not tidy or len(tidy) > MAX_CHARACTERS:
        raise NotAlgebra(f"{len(tidy)} characters; 1 to {MAX_CHARACTERS} are read")
    tidy = tidy.translate(str.maketrans("[]{}", "()()"))
    signs = _RELATION.findall(tidy)
    if len(signs) > 1:
        raise NotAlgebra(f"{len(signs)} relation signs; at most one is read")
    sides = [_Parser(side) for side in _RELATION.split(tidy)]
    nodes = [side.whole() for side in sides]
    guessed = any(side.guessed for side in sides)
    if not signs:
        return Statement(nodes[0], guessed=guessed)
    return Statement(nodes[0], _WRITTEN.get(signs[0], signs[0]), nodes[1], guessed)


def tidied(text: str) -> str:
    """The text in the signs of the grammar, without spaces; × is told from x, x₁ from x1."""
    signs = re.sub("[×✕✖╳]", "*", plain(text[: 4 * MAX_CHARACTERS]))
    subscripted = _SUBSCRIPT_RUN.sub(lambda run: "_" + run[0].translate(_SUBSCRIPTS), signs)
    return re.sub(r"\s+", "", halfwidth(subscripted)).strip(".,;")


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0
        self._depth = 0
        self._bars = 0  #: |x| that are open: then a bar closes, else it opens
        self.guessed = False

    def whole(self) -> Node:
        node = self._sum()
        if self._position < len(self._tokens):
            raise NotAlgebra(f"cannot read from {self._tokens[self._position][1]!r} on")
        check_cost(node)
        return node

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._position += 1
        return token

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotAlgebra(f"deeper than {MAX_DEPTH} brackets")
        terms = [self._term()]
        while self._peek()[1] in ("+", "-"):
            sign = self._take()[1]
            term = self._term()
            terms.append(term if sign == "+" else Node("-", (term,)))
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Node("+", tuple(terms))

    def _term(self) -> Node:
        negative = False
        while self._peek()[1] in ("+", "-"):
            negative ^= self._take()[1] == "-"
        node = self._power()
        while True:
            kind, written = self._peek()
            if written in ("*", "·", "/"):
                self._take()
                below = self._signed_power()
                node = Node("/" if written == "/" else "*", (node, below))
            elif kind in ("number", "letter", "pi", "function") or written == "(" or self._opens(written):
                node = Node("*", (node, self._power()))
            else:
                break
        return Node("-", (node,)) if negative else node

    def _opens(self, written: str) -> bool:
        return written == "|" and self._bars == 0

    def _signed_power(self) -> Node:
        if self._peek()[1] == "-":
            self._take()
            return Node("-", (self._power(),))
        return self._power()

    def _power(self) -> Node:
        kind = self._peek()[0]
        base = self._atom()
        if self._peek()[1] in ("^", "**"):
            self._take()
            if base.kind == "sqrt" and base.children[0].kind == "letter":
                self.guessed = True  # √x² without brackets: the root of the square, or the root squared
            return Node("^", (base, self._exponent()))
        if kind == "letter" and re.fullmatch(r"[2-9]", self._peek()[1]):
            # "x2" is a square whose superscript was lost: nobody writes 2x that way round.
            self.guessed = True
            return Node("^", (base, Node("number", value=Fraction(self._take()[1]))))
        return base

    def _exponent(self) -> Node:
        node = self._signed_power() if self._peek()[1] != "(" else self._atom()
        value = constant(node)
        if value is None or value.denominator > 4 or abs(value) > MAX_EXPONENT:
            raise NotAlgebra("an exponent that is no small number")
        return Node("number", value=value)

    def _atom(self) -> Node:
        kind, written = self._take()
        if kind == "number":
            return Node("number", value=Fraction(written))
        if kind == "letter":
            return Node("letter", name=re.sub(r"_(?=[\u4e00-\u9fff])", "", written))
        if kind == "pi":
            return Node("pi")
        if kind == "function":
            return Node("sqrt" if written == "√" else written, (self._argument(),))
        if written == "(":
            node = self._sum()
            if self._take()[1] != ")":
                raise NotAlgebra("a bracket is not closed")
            return node
        if self._opens(written):
            return self._absolute()
        raise NotAlgebra(f"did not expect {written or 'the end'!r}")

    def _absolute(self) -> Node:
        self._bars += 1
        node = self._sum()
        self._bars -= 1
        if self._take()[1] != "|":
            raise NotAlgebra("a bar is not closed")
        return Node("abs", (node,))

    def _argument(self) -> Node:
        """What a function is taken of: a bracket, or one factor ("√2x" is √2·x, "sin2x" is sin 2x)."""
        root = self._tokens[self._position - 1][1] in ("√", "sqrt")
        node = self._atom()
        while not root and node.kind != "+" and self._peek()[0] in ("letter", "pi"):
            node = Node("*", (node, self._atom()))
        return node


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotAlgebra(f"cannot read {text[position]!r}")
        if match.lastgroup == "number" and tokens and tokens[-1][0] == "number":
            raise NotAlgebra("a number of more than twelve digits")
        tokens.append((match.lastgroup or "", match[0]))
        position = match.end()
    return tokens


def constant(node: Node) -> Fraction | None:
    """The value of an expression of numbers alone, ``None`` for others."""
    if node.kind == "number":
        return node.value
    values = [constant(child) for child in node.children]
    if not values or any(value is None for value in values):
        return None
    numbers = [value for value in values if value is not None]
    if node.kind == "-":
        return -numbers[0]
    if node.kind == "/":
        return numbers[0] / numbers[1] if numbers[1] else None
    if node.kind == "+":
        return sum(numbers, Fraction(0))
    return numbers[0] * numbers[1] if node.kind == "*" else None


def check_cost(node: Node) -> None:
    """Raises:
    NotAlgebra: the expanded expression could have too many terms or too high a degree.
    """
    terms, degree = _cost(node)
    if terms > MAX_TERMS or degree > MAX_DEGREE:
        raise NotAlgebra(f"up to {terms} terms of degree {degree}; {MAX_TERMS} and {MAX_DEGREE} are read")


def _cost(node: Node) -> tuple[int, int]:
    costs = [_cost(child) for child in node.children]
    if node.kind == "+":
        return sum(terms for terms, _ in costs), max(degree for _, degree in costs)
    if node.kind in ("*", "/"):
        terms = costs[0][0] * costs[1][0]
        return min(terms, MAX_TERMS + 1), costs[0][1] + costs[1][1]
    if node.kind == "^":
        power = max(1, ceil(abs(node.children[1].value)))
        terms, degree = costs[0]
        return min(comb(terms + power - 1, power), MAX_TERMS + 1), degree * power
    if costs:
        return costs[0][0], costs[0][1] + (node.kind != "-")
    return 1, 0 if node.kind in ("number", "pi") else 1


def letters(node: Node) -> frozenset[str]:
    """The names of the expression's letters."""
    own = {node.name} if node.kind == "letter" else set()
    return frozenset(own.union(*(letters(child) for child in node.children)))
