"""Write the shipped files: ``python -m models.training.encoder.ship {english|chinese} --state FILE --out FOLDER``.

From a state of ``models.training.encoder.english`` or ``.chinese``: the judge (``LANGUAGE-judge.onnx``), the
sentence encoder as it was before (``LANGUAGE-encoder.onnx``), their words and tokens. Prints each file's SHA-256
for ``models/weights.toml``. Chinese needs ``--base``, the folder of the pre-trained encoder; without ``--state``
only encoder, words and tokens are written.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import torch
from transformers import BertModel

from models.training.encoder import chinese, english, graph
from models.training.encoder.judge import Judge
from models.word_table import WordTable


def main() -> None:
    """Write the files of one language."""
    options = _options()
    is_english = options.language == "english"
    encoder = english.base() if is_english else chinese.base(options.base)
    tokenizer = english.base_folder() if is_english else options.base
    written = write_encoder(encoder, tokenizer / "tokenizer.json", options.out, options.language)
    if options.state is not None:
        path = options.out / f"{options.language}-judge.onnx"
        facts = {"temperature": f"{options.temperature:.3f}", "question": options.question}
        write_judge(Judge(encoder), options.state, path, facts)
        written.append(path)
    for path in written:
        print(f"{path.name}  {path.stat().st_size:>10,}  {hashlib.sha256(path.read_bytes()).hexdigest()}")


def write_encoder(encoder: BertModel, tokenizer: Path, out: Path, language: str) -> list[Path]:
    """The sentence encoder with its words and tokens."""
    model, words, tokens = (
        out / f"{language}-{name}" for name in ("encoder.onnx", "words.npz", "tokens.json")
    )
    graph.save(graph.encoder_graph(encoder), model, name=f"{language}-encoder-1")
    WordTable.of(encoder.embeddings.word_embeddings.weight.detach().numpy()).save(words)
    shutil.copyfile(tokenizer, tokens)
    return [model, words, tokens]


def write_judge(judge: Judge, state: Path, path: Path, facts: dict[str, str]) -> None:
    """The running mean of a state's weights as a graph, with what ``PairJudge`` is to know about it."""
    judge.load_state_dict(torch.load(state)["mean"])
    graph.save(graph.judge_graph(judge), path, name=path.stem + "-1", **facts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("language", choices=("english", "chinese"))
    parser.add_argument("--state", type=Path, help="state.pt of the judge")
    parser.add_argument("--base", type=Path, help="folder of the pre-trained Chinese encoder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--temperature", type=float, default=1.0, help="divides the verdicts' logits")
    parser.add_argument(
        "--question", choices=("read", "left out"), default="read", help="what the judge is given"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
