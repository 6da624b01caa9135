"""Train the Chinese judge: ``python -m models.training.encoder.chinese --data FOLDER --base FOLDER --out FOLDER``.

``--base`` is what ``models.training.encoder.pretraining`` wrote. First on made pairs and LE (``general.pt``),
then on all marked answers with some made pairs (``state.pt``). With ``--choose`` the second part is done three
times, each time with a third of the questions kept back; ``folds.npz`` gets the predictions for them.

About ten minutes of one core for either part, three for a fold. Needs torch and transformers.
"""

from __future__ import annotations

import argparse
import copy
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from transformers import BertModel

from models.pair_tokens import Limits, PairTokens
from models.training.encoder import chinese_pairs, pretraining
from models.training.encoder.chinese_pairs import Bank
from models.training.encoder.choosing import summary
from models.training.encoder.examples import Example
from models.training.encoder.fit import Plan, fit
from models.training.encoder.judge import Judge, judged

FIRST = Plan(passes=2, rate=3e-4, layer_decay=0.95, seed=11)
FIRST_MADE = 4_500
SECOND = Plan(passes=3, rate=2e-4, layer_decay=0.95, seed=12)
SECOND_MADE = 300
FOLDS = 3
LIMITS = Limits(question=56, statement=150, answer=200)


def base(folder: Path) -> BertModel:
    """The encoder that was pre-trained into ``folder``."""
    state = torch.load(folder / "state.pt")["net"]
    vocabulary = state["encoder.embeddings.word_embeddings.weight"].shape[0]
    encoder = BertModel(pretraining.configuration(vocabulary), add_pooling_layer=False)
    prefix = "encoder."
    encoder.load_state_dict({n.removeprefix(prefix): v for n, v in state.items() if n.startswith(prefix)})
    return encoder


def main() -> None:
    """Train both parts, or with ``--choose`` the first one and the folds."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(FIRST.seed)
    tokens = PairTokens.read(options.base / "tokenizer.json", LIMITS)
    bank = Bank(options.data)
    ads, le = chinese_pairs.ads(options.data), chinese_pairs.le(options.data)
    net = general(Judge(base(options.base)), tokens, le, bank, options.out)
    if options.choose:
        folds(net, tokens, ads, le, bank, options.out)
    else:
        specific(net, tokens, [*ads, *le], bank, options.out / "state.pt")


def general(net: Judge, tokens: PairTokens, le: list[Example], bank: Bank, out: Path) -> Judge:
    """A judge that has seen no marked answer of ADS."""
    return fit(
        net,
        tokens,
        lambda seed: chinese_pairs.one_pass(le, bank, FIRST_MADE, seed),
        FIRST,
        out / "general.pt",
        lambda number, mean: None,
    )


def specific(net: Judge, tokens: PairTokens, marked: list[Example], bank: Bank, state: Path) -> Judge:
    """The general judge, trained further on marked answers."""
    return fit(
        copy.deepcopy(net),
        tokens,
        lambda seed: chinese_pairs.one_pass(marked, bank, SECOND_MADE, seed),
        replace(SECOND),
        state,
        lambda number, mean: None,
    )


def folds(
    net: Judge, tokens: PairTokens, ads: list[Example], le: list[Example], bank: Bank, out: Path
) -> None:
    """Predictions for every answer by a judge that has seen no answer to its question."""
    marked = [*ads, *le]
    groups = sorted({one.group for one in marked})
    fold_of = {group: at % FOLDS for at, group in enumerate(groups)}
    found = np.zeros((len(marked), 5), dtype=np.float32)
    started = judged(net, tokens.rows([one.pair for one in marked]))
    logging.info("general alone: ADS %s", summary(ads, started[: len(ads)]))
    for fold in range(FOLDS):
        training = [one for one in marked if fold_of[one.group] != fold]
        places = [at for at, one in enumerate(marked) if fold_of[one.group] == fold]
        made = specific(net, tokens, training, bank, out / f"fold{fold}.pt")
        found[places] = judged(made, tokens.rows([marked[at].pair for at in places]))
        logging.info("fold %d: %s", fold, summary([marked[at] for at in places], found[places]))
    logging.info("ADS by unseen question: %s", summary(ads, found[: len(ads)]))
    logging.info("LE by unseen question: %s", summary(le, found[len(ads) :]))
    np.savez(
        out / "folds.npz",
        key=np.array([one.key for one in marked]),
        group=np.array([one.group for one in marked]),
        fold=np.array([fold_of[one.group] for one in marked]),
        verdicts=found[:, :4],
        share=found[:, 4],
        general=started,
        truth=np.array([one.share for one in marked]),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pre-trained encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the states")
    parser.add_argument("--choose", action="store_true", help="folds by question instead of the final judge")
    return parser.parse_args()


if __name__ == "__main__":
    main()
