"""Each token of a statement and the nearest token of the answer: the same, alike, opposite, denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from marking.distance import edit_distance
from marking.scoring.features.lexicon import (
    CHINESE_OPPOSITES,
    CHINESE_SYNONYMS,
    FUNCTION_CHARACTERS,
    OPPOSITES,
    SYNONYMS,
)
from marking.scoring.features.texts import Prepared, Token

#: A word so long may be misspelt by one letter.
_LONG_WORD = 5
#: Common words within so many characters of two opposites make them speak of the same thing.
_NEAR_CHINESE, _NEAR_ENGLISH = 5, 22
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
    close: bool = False  #: the same words stand beside both


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
    return Alignment(statement, answer, tuple(links), _clashes(statement, answer, links))


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
    """A synonym; else half a pair found in its place beside other characters, which is weak evidence."""
    for group in CHINESE_SYNONYMS.get(token.text, ()):
        place = answer.group_places.get(group)
        if place is not None:
            return Link(position, place, SYNONYM, denied=answer.tokens[place].denied != token.denied)
    for character in token.text:
        places = answer.characters.get(character)
        if places:
            found = places[0]
            return Link(position, found, HALF, denied=False)
    return None


def _clashes(statement: Prepared, answer: Prepared, links: Sequence[Link]) -> tuple[Clash, ...]:
    """Words of the statement whose opposite stands in the answer while they themselves do not."""
    pairs = _places_of_links(statement, answer, links)
    found: list[Clash] = []
    for word, wanted_at in statement.chinese_signals.items():
        if word in answer.chinese_signals or CHINESE_SYNONYMS.get(word, frozenset()) & answer.groups:
            continue
        for other in CHINESE_OPPOSITES[word]:
            places = answer.chinese_signals.get(other)
            if places and other not in statement.chinese_signals:
                found.append(_nearest(word, other, wanted_at, places, pairs))
    for token in statement.tokens:
        if token.kind == "word" and token.text not in answer.places:
            for opposite in OPPOSITES.get(token.text, ()):
                if opposite in answer.places and opposite not in statement.places:
                    places = [answer.tokens[i].at for i in answer.places[opposite]]
                    found.append(_nearest(token.text, opposite, [token.at], places, pairs))
        elif token.kind == "hanzi" and token.text not in answer.places and not found:
            found.extend(_turned(token, statement, answer))
    return tuple(dict.fromkeys(found))


def _turned(token: Token, statement: Prepared, answer: Prepared) -> list[Clash]:
    """A pair of characters of which the answer has one turned into its opposite: 小型 and 大型."""
    found: list[Clash] = []
    if any(character in FUNCTION_CHARACTERS for character in token.text):
        return found
    for at, character in enumerate(token.text):
        for opposite in CHINESE_OPPOSITES.get(character, ()):
            other = token.text[:at] + opposite + token.text[at + 1 :]
            if len(opposite) == 1 and other in answer.places and other not in statement.places:
                place = answer.tokens[answer.places[other][0]].at
                found.append(Clash(token.text, other, token.at, place, close=True))
    return found


def _places_of_links(
    statement: Prepared, answer: Prepared, links: Sequence[Link]
) -> tuple[tuple[int, int], ...]:
    """Offsets in both folded texts of the tokens that are the same."""
    return tuple(
        (statement.tokens[link.wanted].at, answer.tokens[link.found].at)
        for link in links
        if link.strength >= SYNONYM
    )


def _nearest(
    word: str, other: str, wanted: Sequence[int], found: Sequence[int], pairs: tuple[tuple[int, int], ...]
) -> Clash:
    """The clash at the places that have the nearest common neighbours."""
    reach = _NEAR_CHINESE if word[0] >= "\u3400" else _NEAR_ENGLISH
    for first in wanted:
        for second in found:
            if any(abs(a - first) <= reach and abs(b - second) <= reach for a, b in pairs):
                return Clash(word, other, first, second, close=True)
    return Clash(word, other, wanted[0], found[0])
