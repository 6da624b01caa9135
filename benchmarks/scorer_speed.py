"""Answer-criterion pairs a second: the shipped pair judge on two cores, and the same network in PyTorch.

``python -m benchmarks.scorer_speed [--data ../shared/data] [--torch .venv-train/bin/python] [--pairs 1000]``

Pairs: answers of ``semeval2013_sra`` (training part) against their reference answers, drawn evenly from all of it.
Times run from texts to judgements, best of three rounds, both sides after one another on the same two cores.

``ratio_to_pytorch``: against batches of 32 padded to their longest in 32-bit floats, as the CrossEncoder of
sentence-transformers does it. ``ratio_to_pytorch_best``: against the fastest way that PyTorch was found to have
(batches by tokens, 16-bit floats). Skipped where the environment with torch is missing (``make`` of
``.venv-train``: docs/models/pair-judge.md).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

from benchmarks._common import parse, save, skipped
from models.pair_judge import Pair, PairJudge, pair_judge

SET = "semeval2013_sra/sciEntsBank_train.jsonl"
CORES = 2
_ROOT = Path(__file__).resolve().parents[1]
_ROUNDS = 3


def main(arguments: list[str] | None = None) -> int:
    """Measure both sides, print, save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--torch", type=Path, default=_ROOT / ".venv-train" / "bin" / "python")
    parser.add_argument("--pairs", type=int, default=1_000)
    options = parse(parser, arguments)
    for needed in (options.data / SET, options.torch):
        if not needed.is_file():
            return skipped("scorer_speed", needed)
    judge = pair_judge("en", threads=CORES)
    if judge is None:
        return skipped("scorer_speed", Path("models/weights/english-judge.onnx"))
    pairs = pairs_of(options.data / SET, options.pairs)
    ours = seconds_of(judge, pairs)
    theirs = in_pytorch(options.torch, pairs)
    figures = figures_of(len(pairs), ours, theirs)
    for key, value in figures.items():
        print(f"{key:32}{value:10.2f}")
    save("scorer_speed", figures, out=options.out, pairs=len(pairs), cores=CORES, pytorch_seconds=theirs)
    return 0


def pairs_of(path: Path, count: int) -> list[Pair]:
    """``count`` pairs, evenly from the whole file; without their question, which the shipped judge leaves out."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    return [Pair("", row["references"][0]["text"], row["answer"]) for row in chosen]


def seconds_of(judge: PairJudge, pairs: list[Pair]) -> float:
    """The best of three rounds, after one that is not counted."""
    judge.judge(pairs[:64])
    rounds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        judge.judge(pairs)
        rounds.append(time.perf_counter() - started)
    return min(rounds)


def in_pytorch(python: Path, pairs: list[Pair]) -> dict[str, float]:
    """Seconds of each way in PyTorch, by name."""
    run = subprocess.run(
        [python, "-m", "models.training.encoder.pace", str(CORES)],
        input="\n".join(json.dumps(pair) for pair in pairs),
        capture_output=True,
        text=True,
        cwd=_ROOT,
        check=True,
    )
    seconds: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return seconds


def figures_of(count: int, ours: float, theirs: dict[str, float]) -> dict[str, float]:
    """Pairs a second of both sides and the ratios."""
    return {
        "pairs_per_second": round(count / ours, 1),
        "pairs_per_second_pytorch": round(count / theirs["usual"], 1),
        "pairs_per_second_pytorch_best": round(count / theirs["best"], 1),
        "ratio_to_pytorch": round(theirs["usual"] / ours, 2),
        "ratio_to_pytorch_best": round(theirs["best"] / ours, 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
