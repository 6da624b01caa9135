"""Chinese teacher marks: ADS (algorithms and data structures), and LE (logistics) beside it.

``python -m benchmarks.ads [--data ../shared/data] [--tests]``

Trees are fitted anew in each fold, by ``models.training.trees``; the shipped ones have seen all of these marks
and are not used. Folds leave whole questions out, of all four training sets together: from them come
``pearson_by_question`` (questions never seen) and the same for LE, SciEntsBank and SAF. ``pearson_by_answer``:
for each question the trees of the fold that never saw it are the base of an item head, which learns from four
fifths of the question's own marks and is measured on the rest. Beside it a floor in the same folds: ridge
regression on character TF-IDF, question by question. Correlations are over all answers together; the mean of
the questions' own correlations stands beside.

``--tests`` also scores the test splits of SciEntsBank and SAF with the shipped trees alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from benchmarks._common import parse, save, skipped
from benchmarks.ads_tests import test_figures
from core.marks import Award
from core.scoring import MarkedResponse, Question, Response, Rubric
from marking.scoring.item_head import ItemHead
from marking.scoring.pairwise import Asked, Opinions, PairScorer
from models.spread import Opinion
from models.text_encoder import text_encoder
from models.training.trees.figures import figures_of, pearson, pearson_within
from models.training.trees.fit import FOLDS, SEED, Fitted, fit, folds
from models.training.trees.rows import Rows, genuine_rows, joined, made_rows
from models.training.trees.samples import Sample, by_group, samples
from models.training.trees.spread_fit import expected, fitted_spread, level_odds
from models.verdict_trees import TreeJudgements

SETS = ("sas_datasets_zh", "semeval2013_sra", "saf")
FULL_STEPS = 10
#: Weight of the verdicts in the expected share, as ``models/scoring.toml`` has it.
CREDIT = 0.3
#: Strength of the floor's ridge.
RIDGE = 1.0


class FoldTrees:
    """Opinions of trees fitted in one fold (see ``marking.scoring.pairwise.Judging``)."""

    def __init__(self, fitted: Fitted, means: Opinion) -> None:
        self._fitted = fitted
        self._means = means

    def trees(self, rows: NDArray[np.float64]) -> TreeJudgements:
        if not len(rows):
            return TreeJudgements(np.zeros((0, 4)), np.zeros(0))
        return TreeJudgements(*self._fitted.judge(rows.astype(np.float32).astype(np.float64)))

    def opinions(self, question: Question, asked: Sequence[Asked], trees: TreeJudgements) -> Opinions:
        return Opinions(trees.verdicts, trees.share, self._means)


class Remembering:
    """A base that scores each answer once."""

    def __init__(self, base: PairScorer) -> None:
        self._base = base
        self.name = base.name
        self._known: dict[str, tuple[Award, ...]] = {}

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """As the base does."""
        new = list({r.text: r for r in responses if r.text not in self._known}.values())
        for response, awards in zip(new, self._base.score_all(question, rubric, new), strict=True):
            self._known[response.text] = awards
        return tuple(self._known[response.text] for response in responses)


def main(arguments: list[str] | None = None) -> int:
    """Fit by folds, measure both ways, print, save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="also the test splits, with the shipped trees")
    options = parse(parser, arguments)
    for name in SETS:
        if not (options.data / name).is_dir():
            return skipped("ads", options.data / name)
    marked = samples(options.data)
    figures, bases = by_question(marked)
    figures |= by_answer(marked, bases)
    if options.tests:
        figures |= test_figures(options.data)
    for key, value in figures.items():
        print(f"{key:36}{value:8.4f}")
    save("ads", figures, out=options.out)
    return 0


def by_question(
    marked: Sequence[Sample],
) -> tuple[dict[str, float], dict[tuple[str, str], PairScorer]]:
    """The figures, and for each ADS question its unseeing base."""
    rows = joined(genuine_rows(marked), made_rows(marked))
    fold = folds(rows.groups)
    verdicts, share = np.zeros((len(fold), 4)), np.zeros(len(fold))
    bases: dict[tuple[str, str], PairScorer] = {}
    for number in range(FOLDS):
        seen = rows.chosen(fold != number)
        fitted = fit(seen)
        verdicts[fold == number], share[fold == number] = fitted.judge(rows.features[fold == number])
        base = PairScorer("trees of a fold", FoldTrees(fitted, _means(seen, fitted)))
        left_out = {g for g, f in zip(rows.groups, fold, strict=True) if f == number and g[0] == "ads"}
        bases |= dict.fromkeys(left_out, base)
    own = rows.genuine
    together = expected(verdicts[own], share[own], CREDIT)
    found = figures_of(marked, verdicts[own], together)
    names = {"ads_pearson": "pearson_by_question", "ads_pearson_within": "pearson_within_question"}
    return {names.get(key, key): value for key, value in found.items()}, bases


def _means(seen: Rows, fitted: Fitted) -> Opinion:
    """The spread around what the trees say of their own training answers: good enough to start a head."""
    genuine = seen.chosen(seen.genuine)
    said = expected(*fitted.judge(genuine.features), CREDIT)
    spread = fitted_spread(said, level_odds(genuine, fitted.partly[seen.genuine]), genuine.weight)
    return Opinion(credit=CREDIT, spread=spread)


def by_answer(marked: Sequence[Sample], bases: dict[tuple[str, str], PairScorer]) -> dict[str, float]:
    """Item heads on unseeing trees, and the floor, both out of fold by answer."""
    groups = {key: places for key, places in by_group(marked).items() if key[0] == "ads"}
    heads, floor = np.zeros(len(marked)), np.zeros(len(marked))
    for key, places in sorted(groups.items()):
        chosen = [marked[i] for i in places]
        fold = np.random.default_rng(SEED).permutation(len(places)) % FOLDS
        heads[places] = _out_of_fold(chosen, fold, partial(_head, base=bases[key]))
        floor[places] = _out_of_fold(chosen, fold, _floor)
    which = [place for places in groups.values() for place in places]
    chosen = [marked[i] for i in which]
    truth = np.array([sample.share for sample in chosen], dtype=np.float64)
    return {
        "pearson_by_answer": round(pearson(heads[which], truth), 4),
        "pearson_by_answer_within": round(pearson_within(chosen, heads[which], truth), 4),
        "floor_by_answer": round(pearson(floor[which], truth), 4),
        "floor_by_answer_within": round(pearson_within(chosen, floor[which], truth), 4),
    }


def _out_of_fold(
    chosen: Sequence[Sample],
    fold: NDArray[np.int64],
    scored: Callable[[list[Sample], list[Sample]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    found = np.zeros(len(chosen))
    for number in range(FOLDS):
        seen = [one for one, out in zip(chosen, fold == number, strict=True) if not out]
        rest = [one for one, out in zip(chosen, fold == number, strict=True) if out]
        found[fold == number] = scored(seen, rest)
    return found


def _head(seen: list[Sample], rest: list[Sample], base: PairScorer) -> NDArray[np.float64]:
    """Expected shares of ``rest`` by an item head that learnt from ``seen``."""
    first = seen[0]
    question = Question(stem=first.question, language="zh")
    rubric = Rubric(full_steps=FULL_STEPS, references=first.references)
    encoder = text_encoder("zh")
    known = [
        MarkedResponse(response=Response(text=s.answer), steps=round((s.share or 0.0) * FULL_STEPS))
        for s in seen
    ]
    answers = [Response(text=s.answer) for s in rest]
    head = ItemHead.fit(
        question, rubric, known, Remembering(base), None if encoder is None else encoder.embed, answers
    )
    awards = head.score_all(question, rubric, answers)
    return np.array([one.expected_steps / FULL_STEPS for (one,) in awards])


def _floor(seen: list[Sample], rest: list[Sample]) -> NDArray[np.float64]:
    """Ridge regression on character 1- to 3-gram TF-IDF."""
    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    model = Ridge(RIDGE).fit(words.fit_transform([s.answer for s in seen]), [s.share for s in seen])
    made: NDArray[np.float64] = np.clip(model.predict(words.transform([s.answer for s in rest])), 0.0, 1.0)
    return made


if __name__ == "__main__":
    raise SystemExit(main())
