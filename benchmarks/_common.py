"""What all benchmarks share: where the sample folders are, and where the figures go."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
OUT = _ROOT / "benchmarks" / "out"


def parse(parser: argparse.ArgumentParser, arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line after adding ``--data`` and ``--out``; both are Paths in the namespace."""
    parser.add_argument(
        "--data", type=Path, default=_ROOT.parent / "shared" / "data", help="folder with the sample sets"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder where the figures go")
    return parser.parse_args(arguments)


def skipped(name: str, missing: Path) -> int:
    """Say that the benchmark was skipped for want of its samples. Returns exit code 0."""
    print(f"{name}: skipped, {missing} is not there (name the folder of the samples with --data)")
    return 0


def save(name: str, figures: Mapping[str, float], *, out: Path = OUT, **more: Any) -> Path:
    """Write ``{name}.json`` in the folder ``out`` as ``{"figures": {…}, **more}`` and say so."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.json"
    content = {"figures": dict(figures), **more}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"saved {path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path}")
    return path
