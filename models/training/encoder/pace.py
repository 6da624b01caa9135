"""How fast PyTorch judges the same pairs with the same network: ``python -m models.training.encoder.pace``.

Run by ``benchmarks.scorer_speed`` in the environment that has torch. Reads JSON lines ``[question, statement,
answer]`` from standard input; writes the seconds of each way as JSON:

``usual``: as the CrossEncoder of sentence-transformers goes about it: sorted by the length of the text, batches
of 32 padded to their longest, 32-bit floats. ``unsorted``: the same in the order given. ``best``: sorted by tokens,
batches bounded by tokens as in the product, 16-bit floats where they are faster.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import torch

from models.pair_tokens import Pair, PairTokens, batches, padded
from models.training.encoder import english
from models.training.encoder.judge import Judge

_BATCH = 32
_ROUNDS = 3

Places = list[list[int]]


def main() -> None:
    """Time all ways and print them."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    torch.set_num_threads(threads)
    pairs = [Pair(*json.loads(line)) for line in sys.stdin]
    net = Judge(english.base()).eval()
    tokens = PairTokens.read(english.base_folder() / "tokenizer.json")
    by_text = sorted(range(len(pairs)), key=lambda at: -sum(map(len, pairs[at])))
    ways: dict[str, Callable[[], float]] = {
        "usual": lambda: run(net, tokens, pairs, lambda _: cut(by_text), halved=False),
        "unsorted": lambda: run(net, tokens, pairs, lambda _: cut(range(len(pairs))), halved=False),
        "best_whole": lambda: run(net, tokens, pairs, even, halved=False),
        "best_halved": lambda: run(net, tokens, pairs, even, halved=True),
    }
    seconds = {name: min(way() for _ in range(_ROUNDS)) for name, way in ways.items()}
    seconds["best"] = min(seconds.values())
    print(json.dumps(seconds))


def cut(order: Sequence[int]) -> Places:
    """Batches of 32 in this order."""
    return [list(order[start : start + _BATCH]) for start in range(0, len(order), _BATCH)]


def even(lengths: Sequence[int]) -> Places:
    """As the product makes them, but with batches large enough for PyTorch."""
    return batches(lengths, 4_096, 64)


@torch.inference_mode()
def run(
    net: Judge,
    tokens: PairTokens,
    pairs: Sequence[Pair],
    places_of: Callable[[Sequence[int]], Places],
    *,
    halved: bool,
) -> float:
    """Seconds for all pairs, texts to logits."""
    started = time.perf_counter()
    rows = tokens.rows(pairs)
    with torch.autocast("cpu", torch.bfloat16) if halved else nullcontext():
        for places in places_of([len(row.ids) for row in rows]):
            ids, types, mask = (torch.from_numpy(a) for a in padded([rows[at] for at in places]))
            net.forward(net.words(ids), types, mask)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
