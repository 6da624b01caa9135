"""A causal language model in a folder, asked for likelihoods: which of some continuations is likeliest.

Nothing is generated, so every answer is one of those that were offered, however small the model. PyTorch
and ``transformers`` (extra ``judge``) are imported when a model is loaded; nothing is downloaded.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import EngineUnavailable, ModelUnusable

_BATCH = {"cpu": 4, "cuda": 64}


@functools.cache
def causal_model(folder: str, device: str = "cpu") -> CausalModel:
    """The model of a folder, loaded once a process.

    Raises:
        EngineUnavailable: PyTorch or ``transformers`` is not installed, or the device is not there.
        ModelUnusable: the folder holds no model that can be loaded.
    """
    return CausalModel.load(Path(folder), device)


class CausalModel:
    """Log-likelihoods of continuations.

    Args:
        model: a causal model of ``transformers`` in evaluation mode.
        tokenizer: its tokenizer.
        name: for the audit.
        device: "cpu" or "cuda".
    """

    def __init__(self, model: Any, tokenizer: Any, name: str, device: str = "cpu") -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._device = device
        self.name = name
        self._most = int(getattr(model.config, "max_position_embeddings", 0) or 4096)

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> CausalModel:
        """See ``causal_model``. Only files of the folder are read, code in it is not run."""
        torch, transformers = _packages()
        if device == "cuda" and not torch.cuda.is_available():
            raise EngineUnavailable(
                "没有找到可用的 GPU (CUDA)。", "请设置 ZHUPI_DEVICE=cpu, 或检查显卡驱动。"
            )
        if not (folder / "config.json").is_file():
            raise ModelUnusable(f"{folder} 里没有语言模型 (缺 config.json)。", "请检查 ZHUPI_JUDGE_PATH。")
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **options)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                str(folder),
                dtype=torch.float32 if device == "cpu" else torch.bfloat16,
                use_safetensors=True,  # no pickles: loading them runs code
                **options,
            )
        except (OSError, ValueError, KeyError, RuntimeError) as problem:
            raise ModelUnusable(
                f"{folder} 里的语言模型打不开: {str(problem)[:200]}",
                "请检查 ZHUPI_JUDGE_PATH, 或重新下载模型。",
            ) from problem
        return cls(model.to(device).eval(), tokenizer, folder.name, device)

    def fits(self, prompt: str, room: int = 16) -> bool:
        """Whether the model takes the prompt whole, with room for a continuation."""
        return len(self._prompt(prompt)) + room <= self._most

    def log_likelihoods(self, prompts: Sequence[str], choices: Sequence[str]) -> NDArray[np.float64]:
        """(N, C): natural log of the probability that the model goes on with each choice after each prompt.

        A choice of several tokens counts with all of them. Prompts are sent in batches, long with long.

        Raises:
            ValueError: a choice is empty.
        """
        endings = [self._tokenizer.encode(choice, add_special_tokens=False) for choice in choices]
        if not all(endings):
            raise ValueError(f"a choice has no token: {list(choices)!r}")
        found = np.empty((len(prompts), len(choices)))
        rows = [
            (at, column, tokens, ending)
            for at, tokens in enumerate(map(self._prompt, prompts))
            for column, ending in enumerate(endings)
        ]
        rows.sort(key=lambda row: len(row[2]))
        size = _BATCH[self._device]
        for batch in (rows[start : start + size] for start in range(0, len(rows), size)):
            sums = self._sums([(tokens, ending) for _, _, tokens, ending in batch])
            for (at, column, _, _), value in zip(batch, sums, strict=True):
                found[at, column] = value
        return found

    def _prompt(self, prompt: str) -> list[int]:
        """Tokens of the prompt as the model's chat template wants it, up to where the model answers."""
        if getattr(self._tokenizer, "chat_template", None):
            prompt = self._tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False
            )
            return list(self._tokenizer.encode(prompt, add_special_tokens=False))
        return list(self._tokenizer.encode(prompt))

    def _sums(self, batch: Sequence[tuple[list[int], list[int]]]) -> list[float]:
        """Σ log p(ending | prompt) of each, in one pass; short rows are filled up on the right."""
        torch, _ = _packages()
        longest = max(len(prompt) + len(ending) for prompt, ending in batch)
        tokens = torch.zeros((len(batch), longest), dtype=torch.long)
        mask = torch.zeros_like(tokens)
        for row, (prompt, ending) in enumerate(batch):
            whole = torch.tensor([*prompt, *ending])
            tokens[row, : len(whole)] = whole
            mask[row, : len(whole)] = 1
        with torch.inference_mode():
            logits = self._model(
                input_ids=tokens.to(self._device), attention_mask=mask.to(self._device)
            ).logits
            sums = []
            for row, (prompt, ending) in enumerate(batch):
                first = len(prompt) - 1
                steps = torch.log_softmax(logits[row, first : first + len(ending)].float(), dim=-1)
                sums.append(float(steps[torch.arange(len(ending)), torch.tensor(ending)].sum()))
        return sums


def _packages() -> tuple[Any, Any]:
    try:
        import torch  # noqa: PLC0415  (an extra of GPU servers)
        import transformers  # noqa: PLC0415
    except ImportError as problem:
        raise EngineUnavailable(
            f"本机没有安装本地语言模型所需的程序包 ({problem.name})。",
            "请安装 zhupi[judge] (见 docs/judge.md), 或改用 ZHUPI_JUDGE_KIND=server。",
        ) from problem
    return torch, transformers
