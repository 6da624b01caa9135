"""``zhupi doctor``: what this installation has, what it lacks, and what to do about it.

Nothing heavy is imported at the top: the doctor must be able to say that a package is missing.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator

from core.base import Record
from core.errors import MachineProblem, ZhupiError
from core.settings import Settings, read_settings

_LEAST_DISK_GIB = 5.0
_RARE_NAMES = "玥喆堃珺"


class Check(Record):
    """One finding. What is ``needed`` and not ``well`` must be put right before work can begin."""

    name: str
    well: bool
    detail: str
    remedy: str = ""
    needed: bool = True


def examine() -> tuple[Check, ...]:
    """Look at everything; finds all faults, not only the first."""
    checks = [_python(), *_packages()]
    try:
        settings = read_settings()
    except ZhupiError as error:
        return (*checks, Check(name="settings", well=False, detail=error.message, remedy=error.remedy))
    checks.append(Check(name="settings", well=True, detail=_described(settings)))
    parts: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("data folder", _data_folder),
        ("database", _database),
        ("queue", _queue),
        ("models", _models),
        ("fonts", _fonts),
        ("text engine", _text_engine),
        ("judge", _judge),
    )
    found = (_tried(name, settings, look) for name, look in parts)
    return (*checks, *found, *_judge_answers(settings))


def _tried(name: str, settings: Settings, look: Callable[[Settings], str]) -> Check:
    try:
        return Check(name=name, well=True, detail=look(settings))
    except ZhupiError as error:
        return Check(name=name, well=False, detail=error.message, remedy=error.remedy)
    except Exception as error:  # any fault of a part is a finding
        detail = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        return Check(name=name, well=False, detail=detail, remedy="Run `make setup`; see docs/errors.md.")


def _python() -> Check:
    version = ".".join(str(n) for n in sys.version_info[:3])
    return Check(
        name="python",
        well=sys.version_info >= (3, 11),
        detail=f"{version} ({sys.executable})",
        remedy="Install Python 3.11 or newer and run `make setup`.",
    )


def _packages() -> Iterator[Check]:
    """All packages that the distribution requires, and those of its extras (not needed)."""
    missing: list[str] = []
    found = 0
    for requirement in importlib.metadata.requires("zhupi") or []:
        name = re.split(r"[\s\[<>=!~;(]", requirement, maxsplit=1)[0]
        if "extra ==" in requirement:
            continue
        try:
            importlib.metadata.version(name)
            found += 1
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    detail = f"{found} found" + (f", missing: {', '.join(missing)}" if missing else "")
    yield Check(name="packages", well=not missing, detail=detail, remedy="Run `make setup`.")


def _described(settings: Settings) -> str:
    return f"{settings.workers} workers, text engine {settings.text_engine}, home {settings.home.resolve()}"


def _data_folder(settings: Settings) -> str:
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not os.access(home, os.W_OK):
        raise MachineProblem(f"{home} cannot be written.", "Give the user who runs Zhupi the right to.")
    free_gib = shutil.disk_usage(home).free / 2**30
    if free_gib < _LEAST_DISK_GIB:
        raise MachineProblem(
            f"{home}: only {free_gib:.1f} GiB free.", f"Free at least {_LEAST_DISK_GIB:.0f} GiB."
        )
    return f"{home}, {free_gib:.0f} GiB free"


def _database(settings: Settings) -> str:
    from core.store import Store  # noqa: PLC0415

    store = Store.open(settings.resolved_database_url)
    try:
        with store.read() as uow:
            exams, broken = len(uow.exams.all()), uow.audit.first_broken()
    finally:
        store.close()
    kind = "SQLite" if settings.resolved_database_url.startswith("sqlite") else "PostgreSQL"
    log = "audit log whole" if broken is None else f"AUDIT LOG BROKEN at line {broken}"
    return f"{kind}, {exams} exams, {log}"


def _queue(settings: Settings) -> str:
    from workers.broker import open_queue  # noqa: PLC0415

    with open_queue(settings).connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
    return "files (embedded)" if not settings.broker_url else settings.broker_url.partition("://")[0]


def _models(settings: Settings) -> str:
    from models import catalogue  # noqa: PLC0415
    from pipeline.engines import choose_device  # noqa: PLC0415

    names = [entry.name for entry in catalogue.entries()]
    for name in names:
        catalogue.find(name)
    choose_device(settings)
    return f"{', '.join(names)}: SHA-256 as in the catalogue; run on {settings.device}"


def _fonts(_settings: Settings) -> str:
    from core.typesetting import chinese_family, compile_pdf  # noqa: PLC0415

    source = "#set text(font: sys.inputs.font)\n#json(bytes(sys.inputs.data)).names"
    compile_pdf(source, {"names": _RARE_NAMES})
    return f"{chinese_family()} ({_RARE_NAMES} print)"


def _text_engine(settings: Settings) -> str:
    from pipeline.engines import text_engine  # noqa: PLC0415

    return f"{settings.text_engine}: {type(text_engine(settings)).__name__}"


def _judge(settings: Settings) -> str:
    """Whether the judge of the settings may be asked; a local one is loaded."""
    if settings.judge_kind == "none":
        return "none: the shipped scorer alone"
    from pipeline.judging import chat_server, scorer_of  # noqa: PLC0415

    if settings.judge_kind == "server":
        return f"server: {chat_server(settings).model}"
    return f"local: {scorer_of(settings).name}"


def _judge_answers(settings: Settings) -> Iterator[Check]:
    """Whether the judge's server answers now. Not needed: without it the shipped scorer does the work."""
    if settings.judge_kind != "server":
        return
    import httpx  # noqa: PLC0415

    from pipeline.judging import chat_server  # noqa: PLC0415

    name, remedy = (
        "judge server",
        "Start the server or see docs/judge.md; until then the shipped scorer marks.",
    )
    try:
        offered = chat_server(settings).models()
    except ZhupiError:
        return  # "judge" says it
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as problem:
        detail = f"{settings.judge_url}: {type(problem).__name__}"
        yield Check(name=name, well=False, detail=detail, remedy=remedy, needed=False)
        return
    well = settings.judge_model in offered
    detail = f"{settings.judge_url} answers" + ("" if well else f", but has no {settings.judge_model!r}")
    yield Check(name=name, well=well, detail=detail, remedy=remedy, needed=False)


def as_lines(checks: tuple[Check, ...]) -> list[str]:
    """The findings for people: one line each, and what to do below what is wrong."""
    lines = []
    for check in checks:
        sign = "ok  " if check.well else ("MISS" if check.needed else "-   ")
        lines.append(f"{sign} {check.name:<12} {check.detail}")
        if not check.well and check.remedy:
            lines.append(f"     {'':<12} → {check.remedy}")
    return lines
