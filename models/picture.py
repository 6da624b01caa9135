"""The looks at one line, ready to be held against texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.lattices import BLANK, Step
from models import ctc
from models.ctc import Emissions
from models.forward import Edits, Floats, Table, edits_of, log_probabilities, table_of
from models.variants import States, is_silent, plain

#: What a character that was not kept has at a step.
FLOOR = 1e-6
#: Free readings taken from each look, and the prefixes followed for them.
FREE_TEXTS = 3
BEAM = 6
#: A character that no look gives more than this is no candidate for an edit.
OFFERED_FROM = 1e-4


@dataclass(frozen=True)
class Picture:
    """One line, looked at once or several times. Log-probabilities are means over the looks."""

    looks: tuple[tuple[Step, ...], ...]  #: characters in plain form, most probable first

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        # the steps are in plain form already, capitals as the question wants them
        return tuple(table_of(look, FLOOR, case_sensitive=True) for look in self.looks)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """What each look reads freely, in plain characters: the first look's best reading first."""
        texts = [ctc.best_texts(Emissions(look, 1.0), BEAM, FREE_TEXTS) for look in self.looks]
        return tuple(dict.fromkeys(text for found in texts for text, _ in found))

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The plain characters that some look gives a chance somewhere."""
        chances: dict[str, float] = defaultdict(float)
        for table in self.tables:
            for key, chance in zip(table.keys, table.values.max(axis=0, initial=0.0), strict=True):
                chances[key] = max(chances[key], float(chance))
        return tuple(
            key
            for key, chance in chances.items()
            if chance >= OFFERED_FROM and key != BLANK and not is_silent(key)
        )

    def log_probabilities(self, texts: Sequence[States]) -> Floats:
        """``(texts,)``: natural log of the probability that the line says each."""
        return np.asarray(np.mean([log_probabilities(table, texts) for table in self.tables], axis=0))

    def edits(self, text: States) -> Edits:
        """The texts one edit away, with every character that is offered."""
        found = [edits_of(table, text, self.offered) for table in self.tables]
        return Edits(
            self.offered,
            float(np.mean([each.log_probability for each in found])),
            np.mean([each.replaced for each in found], axis=0),
            np.mean([each.added for each in found], axis=0),
            np.mean([each.dropped for each in found], axis=0),
        )


def picture_of(looks: Sequence[Emissions], case_sensitive: bool = False) -> Picture:
    """Fold every look's characters into their plain forms."""
    return Picture(
        tuple(tuple(_folded(step, case_sensitive) for step in _shortened(look.steps)) for look in looks)
    )


def _shortened(steps: Sequence[Step]) -> list[Step]:
    """Without the second and further of several steps in a row that surely say nothing."""
    silent = [len(step) == 1 and step[0][0] == BLANK for step in steps]
    return [step for at, step in enumerate(steps) if not (silent[at] and at and silent[at - 1])]


def _folded(step: Step, case_sensitive: bool) -> Step:
    if len(step) == 1:
        char, probability = step[0]
        return ((plain(char, case_sensitive) if char else BLANK, probability),)
    chances: dict[str, float] = defaultdict(float)
    for char, probability in step:
        chances[plain(char, case_sensitive) if char else BLANK] += probability
    return tuple(sorted(chances.items(), key=lambda cell: -cell[1]))
