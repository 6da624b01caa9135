"""Make the weights of the Latin reader from the stock recogniser and the lines of "Copiste d'un jour".

``python -m models.training.latin --data ../shared/data/fr-copiste-lines [--processes 2] [--out FILE]``

First the whole lines at a steady rate, until the network can tell where the words stand; then lines, pieces
of lines and joined pieces at a falling rate. The shipped network is the running mean of the weights. About
an hour of one core with 16-bit floats. Pages held out are never opened; the figures come from
``python -m benchmarks.latin``. Needs torch and onnx, which the product does not.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from torch import distributed, multiprocessing

from models import catalogue, latin
from models.recogniser import MODEL
from models.training.latin import graph, split
from models.training.latin.alphabet import CHARSET
from models.training.latin.fit import Plan, samples_of, train, with_cuts
from models.training.latin.network import Reader
from models.training.latin.pieces import Sample

OUT = Path(__file__).parents[2] / "weights" / "latin-lines.onnx"
FIRST = Plan(epochs=3, rate=6e-4, falls=False)
#: As the shipped weights came about.
LATER = (Plan(epochs=4, rate=5e-4, falls=False), Plan(epochs=30, rate=5e-4, seed=4))


def main() -> None:
    """Train, write the weights and the list of the pages that were trained on."""
    options = _options()
    _log_to(options.log)
    torch.set_num_threads(1)
    stock = catalogue.find(MODEL)
    for_training, for_choosing, _ = split.divided(split.lines_of(options.data))
    lines = [*for_training, *for_choosing]
    samples = samples_of(lines, options.data, CHARSET)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "weights.pt"
        reader = train(graph.read(stock, CHARSET), samples, FIRST, state)
        samples = with_cuts(reader, samples, latin.SQUEEZE)
        for plan in LATER:
            together(state, samples, replace(plan, parts=options.processes), options.log)
        reader.load_state_dict(torch.load(state))
    graph.write(reader, CHARSET, stock, options.out)
    split.save_pages(line.page for line in lines)


def together(state: Path, samples: list[Sample], plan: Plan, log: Path) -> None:
    """One stage in ``plan.parts`` processes, each with one thread; ``state`` is read and written."""
    if plan.parts == 1:
        _part(0, plan, state, samples, log)
    else:
        multiprocessing.spawn(_part, (plan, state, samples, log), nprocs=plan.parts)


def _part(part: int, plan: Plan, state: Path, samples: list[Sample], log: Path) -> None:
    torch.set_num_threads(1)
    if part == 0:
        _log_to(log)
    if plan.parts > 1:
        meeting = f"file://{state.with_name(f'meeting-{plan.seed}-{plan.epochs}')}"
        distributed.init_process_group("gloo", init_method=meeting, rank=part, world_size=plan.parts)
    reader = Reader(len(CHARSET))
    reader.load_state_dict(torch.load(state))
    train(reader, samples, replace(plan, part=part), state)


def _log_to(log: Path) -> None:
    logging.basicConfig(level=logging.INFO, filename=log, format="%(asctime)s %(message)s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with labels.tsv and lines/")
    parser.add_argument("--out", type=Path, default=OUT, help="where the ONNX file goes")
    parser.add_argument("--processes", type=int, default=2, help="that train together, one thread each")
    parser.add_argument("--log", type=Path, default=Path("latin.log"), help="where the progress goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
