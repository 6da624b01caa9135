"""Each token of a statement and the nearest token of the answer: the same, alike, opposite, denied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from marking.distance import edit_distance
from marking.scoring.features.lexicon import CHINESE_OPPOSITES, OPPOSITES, SYNONYMS
from marking.scoring.features.texts import Prepared, Token

#: A word so long may be misspelt by one letter.
_LONG_WORD = 5
#: How much a token found in another form counts.
EXACT, MISSPELT, SYNONYM, HALF = 1.0, 0.9, 0.7, 0.3


@dataclass(frozen=True, slots=True)
class Link:
    """Token ``wanted`` of the statement and the token ``found`` of the answer that it goes with."""

    wanted: int
    found: int
    strength: float  #: 0 to 1
    opposite: bool = False
    denied: bool = False  #: denied on one side alone


@dataclass(frozen=True, slots=True)
class Clash:
    """Words that say opposite things: where in the folded statement, where in the folded answer."""

    wanted: str
    found: str
    wanted_at: int
    found_at: int


@dataclass(frozen=True)
class Alignment:
    """Links of the statement's content tokens, in their order, and the opposites met."""

    statement: Prepared
    answer: Prepared
    links: tuple[Link, ...]
    clashes: tuple[Clash, ...]

    def strength(self) -> dict[int, float]:
        """Statement token → how well it is found; tokens without a link are absent."""
        return {link.wanted: link.strength for link in self.links if not link.opposite}


@lru_cache(maxsize=2048)
def aligned(statement: Prepared, answer: Prepared) -> Alignment:
    """The alignment; ties go to the place that continues the link before."""
    links: list[Link] = []
    last = -2
    for position, token in enumerate(statement.tokens):
        if not token.content:
            continue
        link = _link(position, token, answer, last)
        if link is not None:
            links.append(link)
            last = link.found
    return Alignment(statement, answer, tuple(links), _clashes(statement, answer))


def _link(position: int, token: Token, answer: Prepared, last: int) -> Link | None:
    places = answer.places.get(token.text)
    if places:
        found = (
            min(places, key=lambda place: (abs(place - last - 1), place)) if len(places) > 1 else places[0]
        )
        if answer.tokens[found].denied != token.denied and len(places) > 1:
            agreeing = [p for p in places if answer.tokens[p].denied == token.denied]
            found = agreeing[0] if agreeing else found
        return Link(position, found, EXACT, denied=answer.tokens[found].denied != token.denied)
    if token.kind == "word":
        return _near_word(position, token, answer)
    if token.kind == "hanzi":
        return _near_pair(position, token, answer)
    return None


def _near_word(position: int, token: Token, answer: Prepared) -> Link | None:
    groups = SYNONYMS.get(token.text, frozenset())
    opposed = OPPOSITES.get(token.text, frozenset())
    best: Link | None = None
    for text, places in answer.places.items():
        strength = 0.0
        if text in opposed:
            return Link(position, places[0], 0.0, opposite=True)
        if groups and groups & SYNONYMS.get(text, frozenset()):
            strength = SYNONYM
        elif (
            len(token.text) >= _LONG_WORD
            and abs(len(text) - len(token.text)) <= 1
            and _misspelt(token.text, text)
        ):
            strength = MISSPELT
        if strength > (best.strength if best else 0.0):
            denied = answer.tokens[places[0]].denied != token.denied
            best = Link(position, places[0], strength, denied=denied)
    return best


@lru_cache(maxsize=65536)
def _misspelt(first: str, second: str) -> bool:
    return (first[0] == second[0] or first[-1] == second[-1]) and edit_distance(first, second) <= 1


def _near_pair(position: int, token: Token, answer: Prepared) -> Link | None:
    """Half a pair found in its place beside other characters: weak evidence."""
    for character in token.text:
        places = answer.characters.get(character)
        if places:
            found = places[0]
            return Link(position, found, HALF, denied=False)
    return None


def _clashes(statement: Prepared, answer: Prepared) -> tuple[Clash, ...]:
    """Words of the statement whose opposite stands in the answer while they themselves do not."""
    found: list[Clash] = []
    for word, wanted_at in statement.chinese_signals.items():
        if word in answer.chinese_signals:
            continue
        for other in CHINESE_OPPOSITES[word]:
            places = answer.chinese_signals.get(other)
            if places and other not in statement.chinese_signals:
                found.append(Clash(word, other, wanted_at[0], places[0]))
    for token in statement.tokens:
        if token.kind != "word" or token.text in answer.places:
            continue
        for opposite in OPPOSITES.get(token.text, ()):
            if opposite in answer.places and opposite not in statement.places:
                place = answer.tokens[answer.places[opposite][0]]
                found.append(Clash(token.text, opposite, token.at, place.at))
    return tuple(found)
