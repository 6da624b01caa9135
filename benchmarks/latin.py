"""The reader of Latin handwriting on pages that its training never saw, next to plain RapidOCR.

``python -m benchmarks.latin [--data ../shared/data] [--every N]``

Set: ``fr-copiste-lines``. A page is held out when it is not in ``models/training/latin/training_pages.txt``;
lines of pages that were trained on, and lines that name no page, are reported apart, as "trained". A side
without lines has no figures. A hand can be on both sides: about 265
people wrote the 301 pages, and the labels do not say who.

Character error rate and folding as in ``benchmarks.lines``. Times are of the processor, one thread, so that
other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.labels import grey
from benchmarks.lines import Labelled, Reader, Tally, folded, is_unseen, lines_of, stock_reader
from models.recogniser import latin_recogniser
from models.training.latin.split import trained_pages

SET = "fr-copiste-lines"


def main(arguments: list[str] | None = None) -> int:
    """Measure both readers on both sides of the split, print, save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth line; nothing is saved then")
    options = parse(parser, arguments)
    lines = lines_of(options.data / SET, ("labels.tsv",))[:: options.every]
    if not lines:
        return skipped("latin", options.data / SET)
    pages = trained_pages()
    sides = {
        "held_out": [line for line in lines if is_unseen(line, pages)],
        "trained": [line for line in lines if not is_unseen(line, pages)],
    }
    tables = {side: measure(chosen) for side, chosen in sides.items() if chosen}
    figures = {
        f"{side}_{reader}_{key}": value
        for side, tallies in tables.items()
        for reader, tally in tallies.items()
        for key, value in figures_of(tally).items()
    }
    for key, value in figures.items():
        print(f"{key:32}{value:10.4f}")
    if options.every == 1:
        save("latin", figures, out=options.out)
    return 0


def measure(lines: Sequence[Labelled]) -> dict[str, Tally]:
    """Both readers on every line."""
    recogniser = latin_recogniser()
    readers: dict[str, Reader] = {
        "stock": stock_reader(),
        "ours": lambda crop: recogniser.read([crop])[0].text,
    }
    tallies = {name: Tally() for name in readers}
    for reader in readers.values():  # models load at the first line, which is not counted
        reader(np.full((48, 320), 255, dtype=np.uint8))
    for line in lines:
        crop = grey(line.path)
        for name, reader in readers.items():
            started = time.process_time()
            text = reader(crop)
            tallies[name].add(folded(text), line.text, time.process_time() - started)
    return tallies


def figures_of(tally: Tally) -> dict[str, float]:
    """Error rate, lines without an error and milliseconds a line."""
    return {
        "cer": round(tally.cer, 4),
        "lines": tally.lines,
        "exact": tally.exact,
        "cpu_ms_a_line": round(1000 * tally.seconds / max(1, tally.lines), 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
