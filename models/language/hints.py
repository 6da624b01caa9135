"""The words of an item as a language of their own: which character goes on after which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from models.language.ngram import CharacterModel, Context
from models.language.symbols import symbol, symbols_of

#: Where a longer piece of a word did not go on with a character, a shorter one counts this much.
SHORTER = 0.3


class Hints:
    """A back-off model over a few words, all of them alike: the right ones and their rivals.

    A digit follows like any other digit, so no number is likelier than another.

    Args:
        words: in any script; what they are worth is not known here.
        model: whose contexts are asked about.
    """

    def __init__(self, words: Iterable[str], model: CharacterModel) -> None:
        self._first: Counter[str] = Counter()
        self._after: defaultdict[Context, Counter[str]] = defaultdict(Counter)
        for word in dict.fromkeys(words):
            said = "".join(symbols_of(word))
            self._first.update(said[:1])
            context: Context = ()
            for char in said:
                for start in range(len(context)):
                    self._after[context[start:]][char] += 1
                context = model.extended(context, char)

    def probability(self, context: Context, char: str) -> float:
        """Of the character after the context if one of the words is being written."""
        said, share = symbol(char), 1.0
        for start in range(len(context)):
            followers = self._after.get(context[start:])
            if followers is not None and followers[said] > 0:
                return share * followers[said] / followers.total()
            if followers is not None:
                share *= SHORTER
        return share * self._first[said] / max(1, self._first.total())
