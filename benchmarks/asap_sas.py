"""ASAP-SAS: what an item head learns of ten prompts, with all marks and with few.

Each prompt is learned from its own training marks inside this benchmark; nothing of it ships. Trained on the
training and validation parts (the official training set); measured on the test part (the official public
leaderboard set) by quadratic weighted kappa with the first rater. Features see the words of the test answers,
as they would in use, never their marks.

    python -m benchmarks.asap_sas                     # all figures
    python -m benchmarks.asap_sas --prompts 1,6 --quick
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks._common import parse, save, skipped
from benchmarks.asap_prompts import read_prompt
from core.marks import Award
from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.scoring.item_head import Embed, ItemHead
from marking.scoring.protocol import Scorer
from marking.scoring.shipped import shipped_scorer
from models.text_encoder import text_encoder

#: Marks of the learning curve; 0 is the rubric alone.
CURVE = (0, 5, 10, 25, 50, 100)
DRAWS = 5
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Prompt:
    """One prompt: its rubric, marked answers to learn from, and answers to be scored with their marks."""

    number: int
    question: Question
    rubric: Rubric
    train: tuple[MarkedResponse, ...]
    test: tuple[MarkedResponse, ...]


class Remembering:
    """A base scorer that scores each answer once: the draws share its awards."""

    def __init__(self, base: Scorer) -> None:
        self._base = base
        self.name = base.name
        self._known: dict[str, tuple[Award, ...]] = {}

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """As the base scorer."""
        new = list({r.text: r for r in responses if r.text not in self._known}.values())
        for response, awards in zip(new, self._base.score_all(question, rubric, new), strict=True):
            self._known[response.text] = awards
        return tuple(self._known[response.text] for response in responses)


class RememberedVectors:
    """Sentence vectors, each worked out once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def kappa(given: Ints, said: Ints, full: int) -> float:
    """Quadratic weighted kappa of steps 0 … ``full`` (Cohen 1968)."""
    counts = np.zeros((full + 1, full + 1))
    np.add.at(counts, (given, said), 1)
    weights = np.subtract.outer(np.arange(full + 1), np.arange(full + 1)) ** 2
    chance = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    return float(1 - (weights * counts).sum() / (weights * chance).sum())


def read_prompts(folder: Path, wanted: Sequence[int]) -> list[Prompt]:
    """The prompts as records."""
    rows = {
        part: [
            json.loads(line)
            for line in (folder / f"{part}.jsonl").read_text(encoding="utf-8").split("\n")
            if line
        ]
        for part in ("train", "val", "test")
    }
    prompts = []
    for number in wanted:
        own = {part: [row for row in some if row["essay_set"] == number] for part, some in rows.items()}
        question, rubric = read_prompt(
            folder / "prompts" / f"set_{number:02d}.txt", own["train"][0]["max_score"]
        )
        train, test = _marked([*own["train"], *own["val"]]), _marked(own["test"])
        prompts.append(Prompt(number, question, rubric, train, test))
    return prompts


def _marked(rows: Sequence[Mapping[str, object]]) -> tuple[MarkedResponse, ...]:
    return tuple(
        MarkedResponse(response=Response(text=str(row["text"])), steps=int(str(row["score1"])))
        for row in rows
    )


def measured(prompt: Prompt, marked: Sequence[MarkedResponse], base: Scorer, embed: Embed | None) -> float:
    """Kappa on the prompt's test answers with these marks to learn from."""
    answers = [one.response for one in prompt.test]
    head = ItemHead.fit(prompt.question, prompt.rubric, marked, base, embed, answers)
    said = head.score_all(prompt.question, prompt.rubric, answers)
    given = np.array([one.steps for one in prompt.test])
    return kappa(given, np.array([awards[0].steps for awards in said]), prompt.rubric.full_steps)


def draw(prompt: Prompt, k: int, number: int) -> tuple[MarkedResponse, ...]:
    """``k`` training marks at random, the same for the same numbers."""
    chosen = np.random.default_rng([prompt.number, k, number]).choice(len(prompt.train), k, replace=False)
    return tuple(prompt.train[place] for place in chosen)


def figures_of(prompt: Prompt, base: Scorer, embed: Embed | None, *, quick: bool) -> dict[str, float]:
    """Kappa by number of marks ("all", "0", "5" …) for one prompt."""
    found: dict[str, float] = {}
    for k in CURVE:
        draws = 1 if k == 0 else 2 if quick else DRAWS
        kappas = [measured(prompt, draw(prompt, k, number), base, embed) for number in range(draws)]
        found[str(k)] = float(np.mean(kappas))
    if not quick:
        found["all"] = measured(prompt, prompt.train, base, embed)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Learn, score, save the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompts", default="1-10", help="e.g. 1-10 or 1,6")
    parser.add_argument("--quick", action="store_true", help="two draws each, and not with all marks")
    given = parse(parser, arguments)
    folder = given.data / "asap_sas"
    if not folder.exists():
        return skipped("asap_sas", folder)
    encoder = text_encoder("en")
    by_prompt: dict[str, dict[str, float]] = {}
    base_name = ""
    for prompt in read_prompts(folder, _numbers(given.prompts)):
        began = time.monotonic()
        base = Remembering(shipped_scorer())
        base_name = base.name
        embed = RememberedVectors(encoder.embed) if encoder is not None else None
        found = figures_of(prompt, base, embed, quick=given.quick)
        by_prompt[str(prompt.number)] = found
        told = "  ".join(f"{k}: {value:.3f}" for k, value in found.items())
        print(f"prompt {prompt.number}  {told}  ({time.monotonic() - began:.0f} s)", flush=True)
    figures = _means(by_prompt)
    print("  ".join(f"{name}: {value:.3f}" for name, value in figures.items()))
    encoded = "none" if encoder is None else "english-encoder"
    save("asap_sas", figures, out=given.out, prompts=by_prompt, base=base_name, encoder=encoded)
    return 0


def _means(by_prompt: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    named = {"all": "mean_qwk", **{str(k): f"mean_qwk_{k}" for k in CURVE}}
    first = next(iter(by_prompt.values()))
    return {
        name: float(np.mean([own[key] for own in by_prompt.values()]))
        for key, name in named.items()
        if key in first
    }


def _numbers(text: str) -> list[int]:
    """ "1-3,6" as 1, 2, 3, 6."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


if __name__ == "__main__":
    raise SystemExit(main())
