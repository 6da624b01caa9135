"""Verification: how often a right answer is refused when hardly any wrong one is accepted.

``python -m benchmarks.verify [--data ../shared/data]``

The question for every line is "does this picture say T?". Right: T is the transcript. Wrong:

- arithmetic (``cn-arithmetic-lines``): the transcript with one digit of the pupil's answer (behind the last
  ``=``, ``≈``, ``<`` or ``>``) changed, every digit to each of the other nine. The printed sum is not changed,
  since a key never asks for another sum. Lines without an answer are asked for their transcript only.
  ``涂`` in a transcript stands for something crossed out and is no part of the answer.
- composed (``cn-hwdb-composed-lines``): one character changed to a random other of the set, 20 times a
  line (fixed seed); "hard": one character changed to what the reader itself holds likeliest in its place,
  at every place.
- exam (``cn-exam-lines-small``, both label files): as composed.

The threshold is the one that lets at most 0.5 % of the wrong answers of the set pass; the figure is the share
of right answers under it. Beside it stands a probability of at least ``FIXED``, which was never
changed (marking settles by a stricter rule of its own). Four ways of asking, on the same pictures in one run:

- strings: RapidOCR's text equals T (NFKC, white space removed);
- plain: CTC forward log-likelihood of T less that of the best reading, one look, characters as they are;
- one look: :func:`models.verification.posterior` on the crop as it is;
- ours: the same with up to ``MOST_LOOKS`` looks, one more as long as there is a doubt: how the embedded
  engine looks at a line with a key, and the question that marking asks of what it kept.

A set, label file or picture that is missing is named and left out, and so are figures for which nothing was
asked: no refusal is told where no wrong answer was.

Lattices go through their packed form, as kept readings do. The sets were only measured on, but the
weights in ``models.verification`` and the map of ``models/reliability.toml`` were chosen looking at them.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from benchmarks._common import parse, save, skipped
from benchmarks.labels import grey, labelled
from benchmarks.lines import folded, stock_reader
from models import ctc
from models.ctc import Emissions
from models.looks import looks
from models.picture import picture_of
from models.recogniser import default_recogniser
from models.variants import spellings, states_of
from models.verification import Verification, posterior
from ocr.engines.embedded import MOST_LOOKS
from ocr.rasters import Grey

SETS = (
    ("arithmetic", "cn-arithmetic-lines", ("labels.tsv",)),
    ("composed", "cn-hwdb-composed-lines", ("labels.tsv",)),
    ("exam", "cn-exam-lines-small", ("labels.tsv", "labels_by_eye.tsv")),
)
WRONG_ACCEPTED = 0.005
FIXED = 0.9
RANDOM_A_LINE = 20
CROSSED_OUT = "涂"
WAYS = ("strings", "plain", "one_look", "ours")
#: Kinds of wrong answers, by set.
KINDS = {"arithmetic": ("wrong", "length"), "composed": ("wrong", "hard"), "exam": ("wrong", "hard")}
_RELATION = re.compile("[=≈<>]")


@dataclass
class Line:
    """One picture with its transcript, looked at as often as is asked for."""

    picture: Grey
    truth: str
    _dense: list[tuple[NDArray[np.float32], float]] = field(default_factory=list)

    def look(self, how_many: int, text: str) -> tuple[Emissions, ...]:
        """The first looks, as a reading keeps them when this text is its key."""
        reader = default_recogniser()
        while len(self._dense) < how_many:
            view = looks(self.picture, len(self._dense) + 1)[-1]
            self._dense.append(reader.probabilities(view))
        expected = reader.columns_of(text)
        found = (ctc.sparse(rows, share, reader.charset, expected) for rows, share in self._dense[:how_many])
        return tuple(Emissions.of(each.lattice) for each in found)

    @cached_property
    def best_reading(self) -> float:
        """Log-likelihood of the likeliest text of the first look."""
        return ctc.best_texts(self.look(1, self.truth)[0])[0][1]

    def asked(self, text: str) -> tuple[Verification, Verification]:
        """At one look, and as the product asks: with one more as long as there is a doubt."""
        first = said = posterior(self.look(1, text), [text])
        for how_many in range(2, MOST_LOOKS + 1):
            if said.is_settled:
                break
            said = posterior(self.look(how_many, text), [text])
        return first, said


@dataclass
class Answers:
    """Scores of right and wrong answers of one way of asking; the larger, the likelier."""

    right: list[float] = field(default_factory=list)
    wrong: dict[str, list[float]] = field(default_factory=dict)

    def refused(self, kind: str) -> float:
        """The share of right answers refused where at most 0.5 % of the wrong ones pass."""
        return float(np.mean(np.array(self.right) <= threshold(self.wrong[kind])))

    def below(self, fixed: float) -> float:
        """The share of right answers refused at a fixed threshold."""
        return float(np.mean(np.array(self.right) < fixed))

    def accepted(self, fixed: float, kind: str) -> float:
        """The share of wrong answers of a kind accepted at a fixed threshold."""
        return float(np.mean(np.array(self.wrong[kind]) >= fixed))


def threshold(wrong: Sequence[float]) -> float:
    """What a score must exceed, so that at most 0.5 % of the wrong answers do: of fewer than 200, none.

    Raises:
        ValueError: no wrong answer was asked, so that no threshold is known.
    """
    if not wrong:
        raise ValueError("a threshold needs wrong answers, none was asked")
    return sorted(wrong, reverse=True)[int(WRONG_ACCEPTED * len(wrong))]


def main(arguments: list[str] | None = None) -> int:
    """Measure all sets, print the table, save the figures."""
    options = parse(argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]), arguments)
    sets = {key: lines_of(options.data / folder, files) for key, folder, files in SETS}
    if not any(sets.values()):
        return skipped("verify", options.data / SETS[0][1])
    stock = stock_reader()
    tables, costs = {}, {}
    for key, lines in sets.items():
        if lines:
            tables[key], costs[key] = measure(key, lines, stock)
            show(key, tables[key], costs[key])
    save("verify", figures(tables), out=options.out, table=details(tables), cost=costs)
    return 0


def lines_of(folder: Path, files: Sequence[str]) -> list[Line]:
    """Pictures and transcripts of a set; lines of which nothing but crossed-out parts is told are left out."""
    crossed_out = CROSSED_OUT if "arithmetic" in folder.name else ""
    told = [(row.path, row.text.replace(crossed_out, "")) for row in labelled(folder, files)]
    return [Line(grey(path), text) for path, text in told if text.strip()]


def measure(
    key: str, lines: Sequence[Line], stock: Callable[[Grey], str]
) -> tuple[dict[str, Answers], dict[str, float]]:
    """All ways of asking all questions of a set, and what they cost."""
    chooser = random.Random(3)
    characters = sorted({char for line in lines for char in line.truth if char >= "\u3400"})
    found = {way: Answers() for way in WAYS}
    seconds = 0.0
    again = 0
    for line in lines:
        read = folded(stock(line.picture))
        wrong = (
            {"wrong": other_digits(line.truth), "length": other_lengths(line.truth)}
            if key == "arithmetic"
            else {"wrong": other_characters(line.truth, characters, chooser), "hard": likeliest_others(line)}
        )
        ask(found, line, line.truth, read, None)
        for kind, texts in wrong.items():
            for text in texts:
                ask(found, line, text, read, kind)
        kept = line.look(1, line.truth)
        started = time.process_time()
        again += not posterior(kept, [line.truth]).is_settled
        seconds += time.process_time() - started
    return found, {
        "ms_a_verification": round(1000 * seconds / len(lines), 2),
        "right_answers_seen_again": round(again / len(lines), 4),
    }


def ask(found: dict[str, Answers], line: Line, text: str, read: str, kind: str | None) -> None:
    """One question in all four ways; ``kind`` of wrong answer, ``None`` for the right one."""
    first, settled = line.asked(text)
    scores = {
        "strings": float(folded(text) == read),
        "plain": ctc.log_probability(line.look(1, "")[0], text) - line.best_reading,
        "one_look": first.probability,
        "ours": settled.probability,
    }
    for way, score in scores.items():
        if kind is None:
            found[way].right.append(score)
        else:
            found[way].wrong.setdefault(kind, []).append(score)


def answer_part(truth: str) -> int:
    """Where the pupil's answer begins: behind the last relation, else at the end."""
    return max((found.end() for found in _RELATION.finditer(truth)), default=len(truth))


def other_digits(truth: str) -> list[str]:
    """Each digit of the answer changed to each of the other nine."""
    places = [at for at in range(answer_part(truth), len(truth)) if truth[at].isdigit()]
    return [truth[:at] + d + truth[at + 1 :] for at in places for d in "0123456789" if d != truth[at]]


def other_lengths(truth: str) -> list[str]:
    """Each digit of an answer of several left out; each digit put at its end."""
    begin = answer_part(truth)
    places = [at for at in range(begin, len(truth)) if truth[at].isdigit()]
    shorter = [truth[:at] + truth[at + 1 :] for at in places if len(truth) - begin > 1]
    return list(dict.fromkeys([*shorter, *(truth + d for d in "0123456789" if places)]))


def other_characters(truth: str, characters: Sequence[str], chooser: random.Random) -> list[str]:
    """One Chinese character changed to a random other of the set."""
    places = [at for at, char in enumerate(truth) if char >= "\u3400"]
    changed = []
    for _ in range(RANDOM_A_LINE if places and len(characters) > 1 else 0):
        at, other = chooser.choice(places), chooser.choice(characters)
        if other != truth[at]:
            changed.append(truth[:at] + other + truth[at + 1 :])
    return changed


def likeliest_others(line: Line) -> list[str]:
    """Each Chinese character changed to the one that the first look holds likeliest there instead."""
    picture = picture_of(line.look(1, line.truth))
    spelling = spellings(line.truth)[0]
    edits = picture.edits(states_of(spelling))
    keys = [at for at, key in enumerate(edits.keys) if key >= "\u3400"]
    changed = []
    for at, char in enumerate(spelling):
        others = [key for key in keys if edits.keys[key] != char]
        if char >= "\u3400" and others:
            best = max(others, key=lambda key: edits.replaced[at, key])
            changed.append(spelling[:at] + edits.keys[best] + spelling[at + 1 :])
    return changed


def figures(tables: dict[str, dict[str, Answers]]) -> dict[str, float]:
    """The figures of the issue, in shares; those of kinds of wrong answers that were asked."""
    found = {}
    for key, table in tables.items():
        ours = table["ours"]
        found[f"{key}_false_refusal_strings"] = round(1.0 - float(np.mean(table["strings"].right)), 4)
        found[f"{key}_false_refusal_fixed"] = round(ours.below(FIXED), 4)
        if "wrong" in ours.wrong:
            name = f"{key}_false_refusal_at_0_5pct"
            found[name] = round(ours.refused("wrong"), 4)
            found |= {f"{name}_{way}": round(table[way].refused("wrong"), 4) for way in WAYS[1:-1]}
            found[f"{key}_wrong_accepted_fixed"] = round(ours.accepted(FIXED, "wrong"), 4)
        if "hard" in ours.wrong:
            found[f"{key}_hard_false_refusal_at_0_5pct"] = round(ours.refused("hard"), 4)
            found[f"{key}_hard_accepted_fixed"] = round(ours.accepted(FIXED, "hard"), 4)
        if "length" in ours.wrong:
            found[f"{key}_length_accepted_fixed"] = round(ours.accepted(FIXED, "length"), 4)
    return found


def details(tables: dict[str, dict[str, Answers]]) -> dict[str, dict[str, dict[str, float]]]:
    """Counts and thresholds, by set and way."""
    return {
        key: {
            way: {
                "right": len(answers.right),
                **{f"{kind}_asked": len(scores) for kind, scores in answers.wrong.items()},
                **{f"{kind}_refused": round(answers.refused(kind), 4) for kind in answers.wrong},
                **(
                    {"threshold": round(threshold(answers.wrong["wrong"]), 5)}
                    if "wrong" in answers.wrong
                    else {}
                ),
            }
            for way, answers in table.items()
        }
        for key, table in tables.items()
    }


def show(key: str, table: dict[str, Answers], cost: dict[str, float]) -> None:
    """One set as text."""
    for way, cell in details({key: table})[key].items():
        refused = 1.0 - float(np.mean(table[way].right)) if way == "strings" else cell.get("wrong_refused")
        if refused is not None:
            print(f"{key:11}{way:10}{100 * refused:6.1f} % of {cell['right']:.0f} refused", flush=True)
    print(f"{key:11}{cost}", flush=True)
    for kind in KINDS[key]:
        remark = remark_on(kind, len(table["ours"].wrong.get(kind, ())))
        if remark:
            print(f"{key:11}{remark}", flush=True)


def remark_on(kind: str, asked: int) -> str:
    """What is to be known of a threshold that rests on few wrong answers, or on none."""
    if not asked:
        return f'no wrong answer of the kind "{kind}" could be asked: its figures are left out'
    if int(WRONG_ACCEPTED * asked) == 0:
        least = round(1 / WRONG_ACCEPTED)
        return f'{asked} wrong answers of the kind "{kind}", under {least}: the threshold means none accepted'
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
