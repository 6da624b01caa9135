"""The judge that the settings name, with the shipped scorer behind it; what it used is kept by exam.

Called by workers only: scorers load model runtimes.
"""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from core.errors import BadInput
from core.judging import JudgeUsage
from core.networks import refuse_outside
from core.scoring import Question, Response, Rubric
from core.settings import Settings
from core.store import UnitOfWork
from marking.judge.account import Account, Budget
from marking.judge.breaker import Breaker
from marking.judge.judge import LanguageModelJudge
from marking.judge.naming import LOCAL, judge_name, way_of
from marking.scoring.protocol import Scorer
from models.chat import ChatServer

#: Opinions quote pupils' answers: they are kept no longer than marks are questioned.
KEPT_DAYS = 90
_DAY_S = 86_400

#: Of ``uow.analyses``; the item is "".
KIND = "judge"


def scorer_of(
    settings: Settings,
    spent: JudgeUsage | None = None,
    names: Iterable[str] = (),
    fallback: Scorer | None = None,
) -> Scorer:
    """The scorer of short answers: the judge over the fallback, or the fallback alone.

    Servers, breakers and local models are made once per process; the account is new each time.

    Args:
        spent: what the exam's judge has used before (``judge_usage``); counts against its budget.
        names: names and numbers of the roster, covered in whatever a model is shown.
        fallback: the shipped scorer where none is given.

    Raises:
        BadInput: the server is outside the school while that is switched off, or a setting is missing.
        EngineUnavailable: the local judge's packages are not installed.
        ModelUnusable: the local model cannot be loaded.
    """
    match settings.judge_kind:
        case "server":
            return _server_judge(settings, fallback, spent, names)
        case "local":
            return _local_judge(settings, fallback, names)
        case _:
            return fallback or _shipped()


def usage_of(scorer: Scorer) -> JudgeUsage | None:
    """What a scorer made by ``scorer_of`` has used; ``None`` for one that asks no server."""
    return scorer.usage if isinstance(scorer, LanguageModelJudge) else None


def judge_usage(uow: UnitOfWork, exam_id: str) -> JudgeUsage:
    """What the exam's judge has used so far."""
    kept = uow.analyses.current(exam_id, KIND, "")
    return JudgeUsage() if kept is None else JudgeUsage.model_validate_json(kept.doc)


def book_usage(uow: UnitOfWork, exam_id: str, scorer: Scorer) -> None:
    """Add what the scorer has used since the last time to the exam's; its budget counts from the new sum.

    Called after every few responses, so that work that breaks off has been paid for.
    """
    if isinstance(scorer, LanguageModelJudge):
        keep_usage(uow, exam_id, scorer.usage)
        scorer.book(judge_usage(uow, exam_id))


def judge_of(settings: Settings) -> str:
    """The name of the judge that the settings choose, without loading or asking it; "" where there is none."""
    match settings.judge_kind:
        case "server":
            return judge_name(settings.judge_model, way_of(settings.judge_samples))
        case "local":
            return judge_name(settings.judge_path.resolve().name, LOCAL)
        case _:
            return ""


def is_answered(scorer: Scorer, question: Question, rubric: Rubric, response: Response) -> bool:
    """Whether a scorer made by ``scorer_of`` has said of the response what it will ever say."""
    if isinstance(scorer, LanguageModelJudge):
        return scorer.is_answered(question, rubric, response)
    return True


def keep_usage(uow: UnitOfWork, exam_id: str, usage: JudgeUsage | None) -> None:
    """Add what a job used to the exam's; nothing is written where no judge was asked."""
    if usage is None or usage == JudgeUsage(model=usage.model):
        return
    total = judge_usage(uow, exam_id) + usage
    uow.analyses.add(exam_id, KIND, "", total.model_dump_json())


def chat_server(settings: Settings) -> ChatServer:
    """The judge's server, one for the process.

    Raises:
        BadInput: it is outside the school while that is switched off, or not named.
    """
    if not settings.judge_url or not settings.judge_model:
        raise BadInput(
            "设置了 ZHUPI_JUDGE_KIND=server, 但没有给出模型服务器的地址或模型名称。",
            "请设置 ZHUPI_JUDGE_URL 和 ZHUPI_JUDGE_MODEL, 见 docs/judge.md。",
        )
    refuse_outside(settings.judge_url, settings.external_models)
    return _chat_server(
        settings.judge_url, settings.judge_model, settings.judge_key, settings.judge_timeout_s
    )


@functools.cache
def _chat_server(url: str, model: str, key: str, timeout_s: float) -> ChatServer:
    return ChatServer(url, model, api_key=key, timeout_s=timeout_s)


@functools.cache
def _breaker(url: str, model: str) -> Breaker:
    return Breaker()


@functools.cache
def _kept_opinions(folder: Path) -> KeptInFolder:
    """One for the process, whose first act is to remove what is too old."""
    kept = KeptInFolder(folder)
    kept.forget_older(KEPT_DAYS)
    return kept


def _server_judge(
    settings: Settings, fallback: Scorer | None, spent: JudgeUsage | None, names: Iterable[str]
) -> Scorer:
    server = chat_server(settings)
    budget = Budget(
        settings.judge_tokens_per_exam,
        settings.judge_cost_per_exam,
        settings.judge_price_in,
        settings.judge_price_out,
    )
    return LanguageModelJudge(
        server,
        fallback or _shipped(),
        samples=settings.judge_samples,
        at_once=settings.judge_at_once,
        account=Account(settings.judge_model, budget, spent),
        breaker=_breaker(settings.judge_url, settings.judge_model),
        names=names,
        kept=_kept_opinions(settings.home / "judge"),
    )


def _local_judge(settings: Settings, fallback: Scorer | None, names: Iterable[str]) -> Scorer:
    from marking.judge.local import LocalJudge  # noqa: PLC0415  (only here is a local model asked)
    from models.causal import causal_model  # noqa: PLC0415

    device = "cpu" if settings.device == "cpu" else "cuda"
    model = causal_model(str(settings.judge_path.resolve()), device)
    return LocalJudge(model, fallback or _shipped(), names)


def _shipped() -> Scorer:
    from marking.scoring.shipped import shipped_scorer  # noqa: PLC0415  (loads models)

    return shipped_scorer()


class KeptInFolder:
    """Opinions as files named by their keys: judged once, whichever worker asks.

    A file quotes the answer it is about; it names no exam and nobody. See ``forget_older``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> str | None:
        try:
            return self._path(key).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def put(self, key: str, doc: str) -> None:
        """Whole or not at all: another process may be reading."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(doc)
        Path(name).replace(path)

    def forget_older(self, days: float) -> int:
        """Remove opinions (and what is left of writing one) of more days than these; returns how many."""
        before, gone = time.time() - days * _DAY_S, 0
        for path in self._folder.glob("??/*"):
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:  # another process was faster
                continue
        return gone

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
