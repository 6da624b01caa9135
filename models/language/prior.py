"""What context adds to the picture at each character, in odds, and never more than a stated limit.

A recogniser was trained on texts, so its answers already lean towards frequent characters. What context
may add is therefore not how likely a character is, but how much likelier (or less likely) it is *here* than
anywhere: its probability on this line over its plain frequency. Two lines differ in that: running
language, where the n-gram model knows what follows; and unrelated characters (word lists, names, symbols),
where each character of the standard is as likely as any other and the leaning is taken back.

Of digits, signs and punctuation nothing is said: a number is never talked into another, nor a formula into
words.

The weight and the limits were chosen coarsely on half of ``cn-exam-lines-small``, ``cn-hwdb-composed-lines``
and ``cn-arithmetic-lines``, the files told apart by a hash of their names.
"""

from __future__ import annotations

import math
from functools import lru_cache

from core.expectations import Expectation
from models.language.hints import Hints
from models.language.ngram import CharacterModel, Context, is_plain

#: The exponent of what context says: the recogniser knows some of it already.
WEIGHT = 0.5
#: A character gains or loses at most so many nats: two at one place differ by odds of 20 : 1 at most.
LIMIT = 1.5
#: The same where a key is known: odds of 2.7 : 1. The picture decides what earns marks.
KEY_LIMIT = 0.5
#: How probable it is that one of the item's words is being written, where any are known.
HINT_SHARE = 0.2

#: How sure a line is language before it is read, and the share of its characters that then follow it …
LANGUAGE = 0.9
FOLLOWING = 0.95
#: … or follow it by chance.
BY_CHANCE = 0.1

#: Of all characters so many are Chinese ones, spread over those of GB 2312 …
IDEOGRAPHS = 0.8 / 6763
#: … and those outside the standard are so much rarer.
FOREIGN = 1 / 20
#: No symbol of a recogniser's alphabet was rarer in what it learnt from.
LEAST_FREQUENCY = 5e-6
#: Signs and letters that the texts have more seldom than this (∠ √ ç): nothing is known of them.
RARE = 1e-5
_LOG_RARE = math.log(RARE)


class ContextPrior:
    """Odds for each character after each context, for one line.

    Args:
        model: of language.
        share: how much of the line is thought to follow the language, 0 to 1.
        hints: words that may occur.
        limit: see ``LIMIT``.
    """

    def __init__(
        self, model: CharacterModel, share: float, hints: Hints | None = None, limit: float = LIMIT
    ) -> None:
        self._model, self._share, self._hints, self._limit = model, share, hints, limit
        self._known: dict[tuple[Context, str], tuple[float, Context]] = {}

    def step(self, context: Context, char: str) -> tuple[float, Context]:
        """How much likelier the character is here than by the picture alone, and the context after it.

        The odds are 1 for all but letters and Chinese characters: digits, signs, punctuation and where
        words part are the picture's to say.
        """
        key = (context, char)
        known = self._known.get(key)
        if known is None:
            odds = math.exp(self._log_odds(context, char)) if char.isalpha() else 1.0
            known = self._known[key] = (odds, self._model.extended(context, char))
        return known

    def log_odds(self, text: str) -> float:
        """Of a whole text: the sum over its characters."""
        total = 0.0
        context: Context = ()
        for char in text:
            odds, context = self.step(context, char)
            total += math.log(odds)
        return total

    def _log_odds(self, context: Context, char: str) -> float:
        if not is_ideograph(char) and self._model.log_alone(char) < _LOG_RARE:
            return 0.0
        likely = self._share * language_probability(self._model, self._hints, context, char)
        likely += (1.0 - self._share) * any_probability(self._model, char)
        gain = WEIGHT * math.log(likely / _frequency(self._model, char))
        return max(-self._limit, min(self._limit, gain))


def prior_for(model: CharacterModel, first_reading: str, expectation: Expectation) -> ContextPrior:
    """The prior for one line.

    Args:
        model: of language.
        first_reading: what the picture alone says; tells whether the line is language at all.
        expectation: its words are hints.
    """
    words = (*expectation.words, *expectation.accepted, *expectation.rivals)
    hints = Hints(words, model) if words else None
    share = language_share(model, first_reading, hints)
    return ContextPrior(model, share, hints, KEY_LIMIT if expectation.accepted else LIMIT)


def language_share(model: CharacterModel, text: str, hints: Hints | None = None) -> float:
    """How much of a line follows the language, from its first reading.

    The two kinds of line are weighed by how well each explains the Chinese characters of the text.
    """
    log_odds = math.log(LANGUAGE / (1.0 - LANGUAGE))
    context: Context = ()
    for char in text:
        if is_ideograph(char):
            said = language_probability(model, hints, context, char)
            other = any_probability(model, char)
            log_odds += math.log(FOLLOWING * said + (1 - FOLLOWING) * other)
            log_odds -= math.log(BY_CHANCE * said + (1 - BY_CHANCE) * other)
        context = model.extended(context, char)
    sure = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
    return sure * FOLLOWING + (1.0 - sure) * BY_CHANCE


def language_probability(model: CharacterModel, hints: Hints | None, context: Context, char: str) -> float:
    """Of the character after the context in running language, the hints a part of it."""
    plain = math.exp(model.log_after(context, char))
    if hints is None:
        return plain
    return (1.0 - HINT_SHARE) * plain + HINT_SHARE * hints.probability(context, char)


def any_probability(model: CharacterModel, char: str) -> float:
    """Of the character on a line of unrelated ones; of what is no Chinese character its frequency."""
    if not is_ideograph(char):
        return _frequency(model, char)
    return IDEOGRAPHS if is_plain(char) else IDEOGRAPHS * FOREIGN


def _frequency(model: CharacterModel, char: str) -> float:
    return max(LEAST_FREQUENCY, math.exp(model.log_alone(char)))


@lru_cache(maxsize=1 << 15)
def is_ideograph(char: str) -> bool:
    """Whether it is a Chinese character (not punctuation)."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"
