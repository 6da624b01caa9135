"""Wrong marks among those settled at a 2 % bound, on data that had no part in choosing the threshold.

As a school would do it: a scorer proposes marks, people mark some responses, a threshold is chosen on these by
``marking.calibration.chosen_rank`` at 2 % and 95 % certainty, and everything else at least so sure is settled.
Right is what has exactly the gold steps.

- ``asap_sas``: ten prompts (Kaggle ASAP-SAS, English). For each prompt a scorer is trained on ``train``: the item
  head (``--scorer head``), or logistic regression on character and word n-grams; a licence per item. The threshold is
  chosen on ``val`` and judged on ``test``; then, for a distribution, on many random halves of both together.
- ``scientsbank``: the shipped scorer on the three test splits, credited or not; a licence for the kind over all
  questions of a split, chosen on one random half of the answers and judged on the other; and the same with the
  questions parted in halves (``by question``), as if another paper were settled under this paper's licence.
- ``ads``: Chinese answers with teachers' marks (training part, out of fold by answer, n-grams per question), a licence
  for the kind.

Figures: ``wrong_share_at_2pct`` and ``settled_share`` pool all random splits of all sets; ``broken_share`` is how often a
licence that was given had more than 2 % wrong in its other half, ``surely_broken_share`` how often so many that
2 % can be excluded with 95 % certainty.

    python -m benchmarks.licence [--data ../shared/data] [--splits 50]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._common import parse, save, skipped
from core.marks import Award
from marking.calibration import CERTAINTY, chosen_rank, lower_bound

LEVEL = 0.02
_SEED = 20261122

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Responses with the machine's confidence and whether it gave the gold steps; ``groups``: their question."""

    name: str
    confidences: Floats
    rights: Bools
    groups: NDArray[np.str_]
    fixed: tuple[Indices, Indices] | None = None  #: to choose on, to judge on; where the set has such splits
    by_group: bool = False  #: the halves part questions instead of answers


@dataclass
class Tally:
    """What became of the licences of one set over all its splits."""

    judged: int = 0
    settled: int = 0
    wrong: int = 0
    splits: int = 0
    licensed: int = 0
    broken: int = 0
    surely_broken: int = 0
    shares: list[float] = field(default_factory=list)

    def add(self, settled: int, wrong: int, judged: int, *, licensed: bool) -> None:
        """One split."""
        self.judged += judged
        self.settled += settled
        self.wrong += wrong
        self.splits += 1
        self.licensed += licensed
        if settled:
            self.shares.append(wrong / settled)
            self.broken += wrong / settled > LEVEL
            self.surely_broken += lower_bound(wrong, settled, CERTAINTY) > LEVEL

    def figures(self) -> dict[str, Any]:
        """As they are saved."""
        return {
            "settled_share": round(self.settled / max(1, self.judged), 4),
            "wrong_share": round(self.wrong / max(1, self.settled), 4),
            "splits": self.splits,
            "licensed": self.licensed,
            "broken": self.broken,
            "surely_broken": self.surely_broken,
            "wrong_share_95th": round(float(np.quantile(self.shares, 0.95)), 4) if self.shares else None,
        }


def judge(of: Judged, choose_on: Indices, judge_on: Indices, tally: Tally) -> None:
    """Choose a threshold on one part, settle the other by it, count."""
    outcomes = [(float(of.confidences[i]), bool(of.rights[i])) for i in choose_on]
    point = chosen_rank(outcomes, LEVEL)
    if point is None:
        tally.add(0, 0, len(judge_on), licensed=False)
        return
    settled = judge_on[of.confidences[judge_on] >= point.threshold]
    tally.add(len(settled), int((~of.rights[settled]).sum()), len(judge_on), licensed=True)


def halves(of: Judged, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Two random halves: of the answers, or of the questions with all their answers."""
    if of.by_group:
        names = rng.permutation(np.unique(of.groups))
        first = np.isin(of.groups, names[: len(names) // 2])
        return np.flatnonzero(first), np.flatnonzero(~first)
    order = rng.permutation(len(of.confidences))
    return order[: len(order) // 2], order[len(order) // 2 :]


def asap_by_head(folder: Path) -> Iterator[Judged]:
    """One set a prompt: ``val`` and ``test`` scored by an item head taught with ``train``."""
    from benchmarks.asap_sas import read_prompts  # noqa: PLC0415  (loads the scorers)
    from marking.scoring.item_head import ItemHead  # noqa: PLC0415
    from marking.scoring.shipped import shipped_scorer  # noqa: PLC0415
    from models.text_encoder import text_encoder  # noqa: PLC0415

    base, encoder = shipped_scorer(), text_encoder("en")
    kept = Counter(row["essay_set"] for row in _lines(folder / "val.jsonl"))
    for prompt in read_prompts(folder, range(1, 11)):
        train, val = prompt.train[: -kept[prompt.number]], prompt.train[-kept[prompt.number] :]
        rows = (*val, *prompt.test)
        answers = [row.response for row in rows]
        head = ItemHead.fit(
            prompt.question, prompt.rubric, train, base, encoder.embed if encoder else None, answers
        )
        awards = [several[0] for several in head.score_all(prompt.question, prompt.rubric, answers)]
        yield _judged(f"asap_sas {prompt.number}", awards, [row.steps for row in rows], len(val))


def scientsbank_sets(folder: Path) -> Iterator[Judged]:
    """Two sets a split: halves of its answers, and halves of its questions."""
    from benchmarks.scientsbank import SPLITS, answers_of  # noqa: PLC0415  (loads the scorers)
    from benchmarks.short_answers import awarded  # noqa: PLC0415
    from marking.scoring.shipped import shipped_scorer  # noqa: PLC0415

    for key, split in SPLITS.items():
        answers = answers_of(folder, split)
        awards = awarded(shipped_scorer(), answers, 1)
        given = [int(one.label == "correct") for one in answers]
        whole = _judged(f"scientsbank {key}", awards, given, 0, [one.group for one in answers])
        yield whole
        yield replace(whole, name=f"{whole.name} by question", by_group=True)


def _judged(
    name: str, awards: Sequence[Award], given: Sequence[int], kept: int, groups: Sequence[str] = ()
) -> Judged:
    """Awards beside what people gave; the first ``kept`` are to choose on, the others to judge on."""
    everything = np.arange(len(awards))
    return Judged(
        name=name,
        confidences=np.array([award.confidence for award in awards]),
        rights=np.array([award.steps == steps for award, steps in zip(awards, given, strict=True)]),
        groups=np.array(groups or [name] * len(awards)),
        fixed=(everything[:kept], everything[kept:]) if kept else None,
    )


def asap_sets(folder: Path) -> list[Judged]:
    """One set a prompt: ``val`` and ``test`` scored by n-grams of ``train``."""
    parts = {name: _lines(folder / f"{name}.jsonl") for name in ("train", "val", "test")}
    found = []
    for prompt in sorted({row["essay_set"] for row in parts["train"]}):
        own = {name: [r for r in rows if r["essay_set"] == prompt] for name, rows in parts.items()}
        model = _ngrams().fit([r["text"] for r in own["train"]], [r["score1"] for r in own["train"]])
        rows = own["val"] + own["test"]
        odds = model.predict_proba([r["text"] for r in rows])
        given = model.classes_[odds.argmax(1)]
        kept = len(own["val"])
        found.append(
            Judged(
                name=f"asap_sas {prompt}",
                confidences=odds.max(1),
                rights=given == np.array([r["score1"] for r in rows]),
                groups=np.full(len(rows), str(prompt)),
                fixed=(np.arange(kept), np.arange(kept, len(rows))),
            )
        )
    return found


def ads_sets(folder: Path) -> list[Judged]:
    """One set over all questions, scored out of fold by a model of each question's other answers."""
    rows = _lines(folder / "ads_train.jsonl")
    confidences, rights = np.zeros(len(rows)), np.zeros(len(rows), bool)
    questions = np.array([str(r["q_id"]) for r in rows])
    rng = np.random.default_rng(_SEED)
    for question in np.unique(questions):
        own = rng.permutation(np.flatnonzero(questions == question))
        for fold in range(5):
            test, train = own[fold::5], np.setdiff1d(own, own[fold::5])
            steps = [round(float(rows[i]["score"])) for i in train]
            if len(set(steps)) < 2:  # one mark for everybody: a model cannot be fitted, the mark is known
                confidences[test], given = 1 - 1 / (len(train) + 2), np.full(len(test), steps[0])
            else:
                model = _ngrams(smallest=1).fit([rows[i]["answer"] for i in train], steps)
                odds = model.predict_proba([rows[i]["answer"] for i in test])
                confidences[test], given = odds.max(1), model.classes_[odds.argmax(1)]
            rights[test] = given == [round(float(rows[i]["score"])) for i in test]
    return [Judged("ads", confidences, rights, questions)]


def _ngrams(smallest: int = 3) -> Any:
    """Logistic regression on character and word n-grams: stands for any scorer trained on an item."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  (loads slowly)
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), min_df=smallest, sublinear_tf=True, max_features=15_000
    )
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=smallest, sublinear_tf=True, max_features=8_000)
    return make_pipeline(make_union(characters, words), LogisticRegression(C=5, max_iter=300))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


#: Folder of the samples → what is judged on them.
SETS: dict[str, Callable[[Path], Iterable[Judged]]] = {
    "asap_sas": asap_by_head,
    "semeval2013_sra": scientsbank_sets,
    "sas_datasets_zh": ads_sets,
}


def _report(name: str, figures: dict[str, Any]) -> None:
    words = ", ".join(f"{key} {value}" for key, value in figures.items())
    print(f"{name:28s} {words}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all sets that are there; returns the exit code."""
    parser = argparse.ArgumentParser(description="wrong marks among those settled at a 2 %% bound")
    parser.add_argument("--scorer", choices=("ngrams", "head"), default="ngrams", help="of ASAP-SAS")
    parser.add_argument("--sets", default="", help="only sets whose folder's name has this in it")
    parser.add_argument("--splits", type=int, default=50, help="random halves of each set")
    options = parse(parser, list(arguments) if arguments is not None else None)
    sets = {**SETS, "asap_sas": asap_sets} if options.scorer == "ngrams" else SETS
    there = [name for name in sets if options.sets in name and (options.data / name).is_dir()]
    if not there:
        return skipped("licence", options.data / "asap_sas")
    rng = np.random.default_rng(_SEED)
    by_set: dict[str, dict[str, Any]] = {}
    pooled, fixed = Tally(), Tally()
    for one in (one for name in there for one in sets[name](options.data / name)):
        own = Tally()
        for _ in range(options.splits):
            parts = halves(one, rng)
            judge(one, *parts, own)
        by_set[one.name] = own.figures()
        _pool(own, pooled)
        if one.fixed is not None:
            once = Tally()
            judge(one, *one.fixed, once)
            by_set[one.name]["fixed"] = once.figures()
            _pool(once, fixed)
        _report(one.name, by_set[one.name])
    given = max(1, len(pooled.shares))
    figures = {
        "wrong_share_at_2pct": round(pooled.wrong / max(1, pooled.settled), 4),
        "settled_share": round(pooled.settled / max(1, pooled.judged), 4),
        "broken_share": round(pooled.broken / given, 4),
        "surely_broken_share": round(pooled.surely_broken / given, 4),
    }
    _report("all random halves", pooled.figures())
    _report("val to test", fixed.figures())
    save(
        "licence",
        figures,
        out=options.out,
        sets=by_set,
        fixed=fixed.figures(),
        splits=options.splits,
        scorer=options.scorer,
    )
    return 0


def _pool(own: Tally, into: Tally) -> None:
    for name in ("judged", "settled", "wrong", "splits", "licensed", "broken", "surely_broken"):
        setattr(into, name, getattr(into, name) + getattr(own, name))
    into.shares += own.shares


if __name__ == "__main__":
    raise SystemExit(main())
