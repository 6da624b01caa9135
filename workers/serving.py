"""``zhupi serve``: the web in this process, the worker in another that is kept alive."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any

import waitress

from core.errors import MachineProblem
from core.settings import Settings, as_environment
from pipeline.accounts import ensure_office
from pipeline.toolbox import open_toolbox
from workers.broker import open_queue, waker

_log = logging.getLogger(__name__)

#: How long a stopping worker may finish what it has begun; its jobs are owed again after that.
_PATIENCE_S = 20.0
_RESTART_AFTER_S = 1.0
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_LOG_LIMIT_BYTES = 10 * 1024 * 1024


class WorkerKeeper:
    """A worker in a process group of its own, started again when it dies, stopped with us.

    The worker holds the other end of a pipe from us and stops when it closes, so that it does not
    outlive us even when we are killed.
    """

    def __init__(self, settings: Settings, command: list[str] | None = None) -> None:
        self._environment = {**os.environ, **_ONE_THREAD, **as_environment(settings)}
        self._command = command or [sys.executable, "-m", "workers", "worker", "--until-stdin-closes"]
        self._log_file = settings.home / "logs" / "worker.log"
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Start the worker and look after it in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the worker to stop, wait for what it has begun, end its processes after that."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                _kill_group(process.pid)
        self._thread.join(5)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            command, file = self._command, self._log_file
            with (
                _open_log(file) as log,
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    env=self._environment,
                    start_new_session=True,
                ) as process,
            ):
                self._process = process
                if self._stopping.is_set():  # while it was being started
                    process.terminate()
                code = process.wait()
            _kill_group(process.pid)  # children of a worker that was killed
            if not self._stopping.wait(_RESTART_AFTER_S):
                _log.error("The worker ended (%d) and is started again; see %s.", code, self._log_file)


def _print_now(line: str) -> None:
    print(line, flush=True)  # also where the output is a pipe or a file


def serve(settings: Settings, say: Callable[[str], None] = _print_now) -> None:
    """Serve the web and run a worker until SIGTERM or SIGINT; says where to look and how to log in.

    Raises:
        MachineProblem: the port is taken.
    """
    toolbox = open_toolbox(settings, waker(open_queue(settings)))
    # The web room lies above this one; what is started is named here, not known.
    web = importlib.import_module("web").create_app(toolbox)
    try:
        server: Any = waitress.create_server(
            web,
            host=settings.host,
            port=settings.port,
            threads=8,
            max_request_body_size=settings.upload_limit_mib * 1024 * 1024,
            ident="zhupi",
        )
    except OSError as error:
        raise MachineProblem(
            f"{settings.host}:{settings.port} 无法监听: {error}",
            "端口可能被占用。请关掉另一个 zhupi, 或设 ZHUPI_PORT=8601 再启动。",
        ) from error
    keeper = WorkerKeeper(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    keeper.start()
    _greet(settings, server, ensure_office(toolbox), say)
    try:
        with suppress(KeyboardInterrupt):
            server.run()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.close()
        keeper.stop()
        toolbox.store.close()


def _greet(settings: Settings, server: Any, password: str, say: Callable[[str], None]) -> None:
    port = getattr(server, "effective_port", settings.port)
    say(f"朱批 Zhupi: http://{settings.host}:{port}/   (Ctrl+C 停止)")
    if password:
        say(f"第一次登录 first log-in: office / {password}   (只显示这一次 shown this once)")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def stop_when_stdin_closes() -> None:
    """In a worker, before it forks: stop as by SIGTERM once whoever started us is gone.

    The pipe is watched by its number, not through ``sys.stdin``: a thread that reads there holds a lock
    that forked children inherit locked, and they wait for it for ever when they close their stdin.
    """
    pipe = os.dup(sys.stdin.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)

    def watch() -> None:
        while os.read(pipe, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE_S)
        if os.getpgrp() == os.getpid():  # nobody is left who would end us
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
