"""Makes the language models: ``python -m models.training.ngram --data ../shared/data``.

Counts the texts of :mod:`models.training.ngram_texts`, estimates and prunes
(:mod:`models.training.ngram_counts`), writes the files, and prints their SHA-256 and how many bits
a character the first needs for lines that were kept out. The second one is French.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.language.ngram import ALIGNMENT, FRENCH, LOG_STEP, MAGIC, MODEL, WEIGHT_ABOVE, CharacterModel
from models.language.symbols import symbols_of
from models.training.ngram_counts import BITS, GAP, Order, estimated, pruned
from models.training.ngram_texts import french, is_held_out, lines

#: N-grams kept of each length; together they fill about 3.6 MB.
MOST = (1 << BITS, 180_000, 300_000, 250_000)
#: A symbol is counted when it occurs so often.
LEAST_OCCURRENCES = 3
#: The same for the few thousand words of French: nearly all that occur.
MOST_FRENCH = (1 << BITS, 20_000, 40_000, 40_000)
_WEIGHTS = Path(__file__).resolve().parents[1] / "weights"

Row = tuple[list[str], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the model file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus_zh, tal_scq5k, saf, …")
    parser.add_argument("--out", type=Path, default=_WEIGHTS, help="folder for the model files")
    options = parser.parse_args(arguments)
    rows = [(list(symbols_of(text)), times) for text, times in lines(options.data) if not is_held_out(text)]
    made = _saved(options.out / f"{MODEL}.ngram", model_file(rows))
    kept_out = [text for text, _ in lines(options.data) if is_held_out(text)]
    print(f"bits a character on held-out lines: {bits(made, kept_out):.3f}")
    rows = [(list(symbols_of(text)), times) for text, times in french(options.data)]
    _saved(options.out / f"{FRENCH}.ngram", model_file(rows, MOST_FRENCH, least=1))
    return 0


def _saved(path: Path, content: bytes) -> CharacterModel:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return CharacterModel.from_file(path)


def model_file(rows: Sequence[Row], most: Sequence[int] = MOST, least: int = LEAST_OCCURRENCES) -> bytes:
    """A whole model made of lines of symbols, each with how often it counts."""
    symbols = vocabulary(rows, least)
    ids, times = encoded(rows, symbols)
    orders = pruned(estimated(ids, times, len(most)), most)
    return written(symbols, orders)


def vocabulary(rows: Iterable[Row], least: int) -> str:
    """The symbols that occur often enough, in code point order."""
    counts: Counter[str] = Counter()
    for said, _ in rows:
        counts.update(said)
    common = [char for char, count in counts.most_common((1 << BITS) - 1) if count >= least]
    return "".join(sorted(common))


def encoded(rows: Iterable[Row], symbols: str) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """All lines one after the other as numbers, a gap between them, and how often each place counts."""
    number = {char: at for at, char in enumerate(symbols, start=GAP + 1)}
    ids: list[int] = []
    times: list[int] = []
    for said, often in rows:
        ids += [number.get(char, GAP) for char in said]
        ids.append(GAP)
        times += [often] * (len(said) + 1)
    return np.array(ids, dtype=np.uint16), np.array(times, dtype=np.uint8)


def written(symbols: str, orders: Sequence[Order]) -> bytes:
    """The file's content; see :mod:`models.language.ngram`."""
    levels = [_arrays(orders, n) for n in range(len(orders))]
    body = bytearray()
    places: list[list[tuple[str, str, int, int]]] = []
    for level in levels:
        places.append([])
        for name, array in level.items():
            body += b"\0" * (-len(body) % ALIGNMENT)
            places[-1].append((name, array.dtype.str, len(body), array.nbytes))
            body += array.tobytes()
    size = 0
    head = b""
    while len(head) != size or not head:  # the head names places that depend on its own length
        size = -(-max(len(head), 1) // ALIGNMENT) * ALIGNMENT
        moved = [[(name, kind, at + size, room) for name, kind, at, room in row] for row in places]
        facts = {"magic": MAGIC, "symbols": symbols, "levels": moved}
        text = json.dumps(facts, ensure_ascii=False).encode()
        head = text + b" " * (-(len(text) + 1) % ALIGNMENT) + b"\n"
    return head + bytes(body)


def _arrays(orders: Sequence[Order], n: int) -> dict[str, NDArray[np.generic]]:
    order = orders[n]
    arrays: dict[str, NDArray[np.generic]] = {}
    if n > 0:
        arrays["symbol"] = (order.keys & np.uint64((1 << BITS) - 1)).astype("<u2")
    arrays["log"] = _byte(-np.log(order.probability))
    if n + 1 < len(orders):
        longer = orders[n + 1].keys >> np.uint64(BITS)
        followers = np.searchsorted(longer, order.keys, "right") - np.searchsorted(longer, order.keys)
        arrays["weight"] = _byte(WEIGHT_ABOVE - np.log(order.weight))
        arrays["followers"] = followers.astype("<u2")
    return arrays


def _byte(logs: NDArray[np.float64]) -> NDArray[np.generic]:
    return np.clip(np.round(logs / LOG_STEP), 0, 255).astype(np.uint8)


def bits(model: CharacterModel, texts: Iterable[str]) -> float:
    """Bits a character that the model needs for the texts."""
    total, count = 0.0, 0
    for text in texts:
        said = "".join(symbols_of(text))
        total -= model.log_probability(said)
        count += len(said)
    return total / max(1, count) / float(np.log(2))


if __name__ == "__main__":
    raise SystemExit(main())
