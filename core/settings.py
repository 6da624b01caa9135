"""Settings, read once from the environment. Each is described in ``docs/settings.md``."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from core.base import Record
from core.errors import BadInput

_PREFIX = "ZHUPI_"
#: Read by other parts than ``Settings`` (fonts by the typesetter, before any setting is known).
_ELSEWHERE = {"FONTS"}

#: From which confidence on the machine's proposal needs no person; bounds as in ``marking.Licence``.
Settle = Literal["never"] | Annotated[float, Field(ge=0.5, le=1)]


class Settings(Record):
    """How this installation runs. Empty URLs mean the embedded default (SQLite, files as queue)."""

    home: Path = Path("zhupi-data")
    database_url: str = ""
    broker_url: str = ""
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=128)
    device: Literal["cpu", "cuda", "tensorrt"] = "cpu"  #: where models run
    text_engine: Literal["onnx", "paddle", "vlm", "null"] = "onnx"
    paddle_home: Path = Path(".venv-paddle")
    vlm_url: str = ""
    vlm_model: str = ""
    vlm_key: str = Field(default="", repr=False)
    judge_kind: Literal["none", "server", "local"] = "none"  #: who is asked beside the shipped scorer
    judge_url: str = ""
    judge_model: str = ""
    judge_key: str = Field(default="", repr=False)
    judge_path: Path = Path("judge-model")  #: folder of a local causal model
    judge_samples: int = Field(default=3, ge=1, le=15)  #: times that each answer is judged
    judge_at_once: int = Field(default=4, ge=1, le=64)  #: requests under way together, a worker process
    judge_timeout_s: float = Field(default=60.0, gt=0, le=600)  #: for one request, from end to end
    judge_tokens_per_exam: int = Field(default=20_000_000, ge=0)
    judge_cost_per_exam: float = Field(default=100.0, ge=0)  #: in the currency of the prices
    judge_price_in: float = Field(default=0.0, ge=0)  #: per million tokens sent
    judge_price_out: float = Field(default=0.0, ge=0)  #: per million tokens answered
    external_models: bool = False  #: ``False``: a model server must be on this machine or a private net
    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)
    https: bool = False  #: session cookies travel over HTTPS only
    upload_limit_mib: int = Field(default=1024, ge=1)
    identity_threshold: float = Field(default=0.98, gt=0.5, le=1)
    settle_single_choice: Settle = 0.98
    settle_multiple_choice: Settle = 0.98
    settle_true_false: Settle = 0.98
    settle_fill: Settle = 0.97
    settle_short_answer: Settle = "never"
    excellent_share: float = Field(default=0.85, gt=0, le=1)  #: of full marks, for 优秀率
    pass_share: float = Field(default=0.6, gt=0, le=1)
    low_share: float = Field(default=0.4, gt=0, le=1)
    lease_s: int = Field(default=60, ge=2)
    retry_s: float = Field(default=2.0, ge=0, le=60)  #: before the second attempt; each later one waits 5 ×
    sweep_s: float = Field(default=10.0, gt=0)
    job_limit_s: int = Field(default=1800, ge=1)

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'zhupi.sqlite3'}"

    @property
    def blobs_folder(self) -> Path:
        return self.home / "blobs"

    @property
    def queue_folder(self) -> Path:
        return self.home / "queue"

    @property
    def inbox_folder(self) -> Path:
        return self.home / "inbox"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``ZHUPI_*`` variables.

    Raises:
        BadInput: a variable is unknown or its value cannot be used; the message names it.
    """
    source = os.environ if environment is None else environment
    given = {name[len(_PREFIX) :]: value for name, value in source.items() if name.startswith(_PREFIX)}
    known = {name.upper() for name in Settings.model_fields} | _ELSEWHERE
    unknown = sorted(set(given) - known)
    if unknown:
        raise BadInput(
            f"Unknown setting {_PREFIX}{unknown[0]}.", "See docs/settings.md for the names, or unset it."
        )
    try:
        return Settings.model_validate(
            {k.lower(): v for k, v in given.items() if k not in _ELSEWHERE and v != ""}
        )
    except ValidationError as error:
        first = error.errors()[-1]  # of a choice of types the last says most: a number, and its bounds
        name = f"{_PREFIX}{str(first['loc'][0]).upper()}"
        raise BadInput(f"{name}={first['input']!r}: {first['msg']}.", "See docs/settings.md.") from error


def as_environment(settings: Settings) -> dict[str, str]:
    """The ``ZHUPI_*`` variables from which another process reads these very settings."""
    return {f"{_PREFIX}{name.upper()}": str(value) for name, value in settings}


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: made once, kept in the data folder, readable by its owner alone."""
    path = settings.home / "secret-key"
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii")
