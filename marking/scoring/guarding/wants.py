"""Which amounts a statement asks for, whether they are its point, and whether an answer gives them."""

from __future__ import annotations

import re

from marking.plain import plain
from marking.scoring.guarding.amounts import Amount, amounts_of
from marking.scoring.guarding.names import all_named, first_named

#: A statement with no more besides its numbers is about them: so many Chinese characters, English words.
_FEW_CHARACTERS, _FEW_WORDS = 14, 6
#: So much of a wording has to stand in an answer that may lack its number.
_MUCH = 0.4
_RESULT = re.compile(r"(?:=|≈|是|为|等于)\s*$")


def wanted_amounts(question: str, statement: str) -> tuple[tuple[Amount, ...], ...]:
    """Groups of equal amounts of the statement (one in several units), those of the question left out.

    Without a unit only results count ("x=3"), not the numbers in names or lists.
    """
    asked = amounts_of(question)
    groups: list[list[Amount]] = []
    for amount in amounts_of(statement):
        if amount.unit is None and not _RESULT.search(amount.label):
            continue
        if amount.denied or amount.guessed or any(amount.alike(q) and amount.equals(q) for q in asked):
            continue
        same = next(
            (
                group
                for group in groups
                if any(amount.equals(one) for one in group) and amount.name in ("", group[0].name)
            ),
            None,
        )
        if same is None:
            groups.append([amount])
        else:
            same.append(amount)
    whole = first_named(plain(statement)) if len(groups) == 1 else ""
    return tuple(tuple(_of(one, whole) for one in group) for group in groups)


def _of(amount: Amount, name: str) -> Amount:
    if not name:
        return amount
    return Amount(amount.value, amount.unit, name, amount.span, amount.written, amount.label)


def is_point(statement: str) -> bool:
    """Whether the statement says little besides its amounts."""
    rest = re.sub(r"[（(][^（）()]*[）)]", "", plain(statement))
    for amount in amounts_of(rest):
        rest = rest.replace(amount.written, " ")
    if re.search(r"[\u3400-\u9fff]", rest):
        return len(re.findall(r"[\u3400-\u9fff]", rest)) <= _FEW_CHARACTERS
    return len(re.findall(r"[A-Za-z]+", rest)) <= _FEW_WORDS


def given_amount(question: str, statement: str, answer: str) -> tuple[Amount, ...]:
    """The answer's amounts, with units, that are all that the statement asks for; empty where one is not there.

    An amount of another quantity is none; one of no named quantity is only where no other of its kind stands.
    """
    wanted = wanted_amounts(question, statement)
    given = amounts_of(answer)
    found: list[Amount] = []
    for group in wanted:
        kind = [a for a in given if any(a.alike(w) for w in group)]
        right = [a for a in kind if any(a.equals(w) for w in group) and not a.denied]
        named = [a for a in right if group[0].name and a.name == group[0].name]
        free = [a for a in right if not a.name or not group[0].name]
        alone = len({a.in_base for a in kind}) == 1 and not (
            group[0].name and _named_otherwise(answer, group[0].name)
        )
        if group[0].unit is None or not (named or (free and alone)):
            return ()
        found.append((named or free)[-1])
    return tuple(found)


def _named_otherwise(answer: str, name: str) -> bool:
    named = all_named(answer)
    return bool(named) and name not in named


def lacks_amounts(question: str, statement: str, answer: str) -> tuple[Amount, ...]:
    """The wanted amounts that stand nowhere in the answer, with or without a unit."""
    given = amounts_of(answer)
    return tuple(
        group[0]
        for group in wanted_amounts(question, statement)
        if not any(a.equals(w) and not a.denied for a in given for w in group)
    )


def says_nearly(wording: str, answer: str) -> bool:
    """Whether an answer has much of an accepted wording that does without numbers (pairs of characters)."""
    if any(c.isdigit() for c in wording):
        return False
    pairs = {wording[i : i + 2] for i in range(len(wording) - 1)} or {wording}
    return sum(pair in answer for pair in pairs) >= _MUCH * len(pairs)
