"""PostgreSQL and Redis servers of the tests' own, on free ports, gone when the tests are."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import require_or_skip

_PATIENCE_S = 30.0


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis server; yields its URL."""
    program = shutil.which("redis-server")
    if program is None:
        require_or_skip("server", "redis-server is not installed (Debian: apt install redis-server)")
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="zhupi-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with _running([str(program), *options], Path(folder), lambda: _answers(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server in the time zone of Shanghai; yields the URL of its database, less the name.

    PostgreSQL refuses to run as root, so root runs it as Debian's user ``postgres``.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = programs[-1] if programs else shutil.which("initdb")
    if found is None:
        require_or_skip("server", "PostgreSQL is not installed (Debian: apt install postgresql)")
    initdb = Path(str(found))
    as_user = _as_postgres() if os.geteuid() == 0 else []
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="zhupi-postgresql-") as folder:
        data = Path(folder) / "data"
        if as_user:
            shutil.chown(folder, "postgres")
        creating = [*as_user, str(initdb), "-D", str(data), "-U", "zhupi", "--auth=trust", "-E", "UTF8"]
        subprocess.run([*creating, "--locale=C"], check=True, capture_output=True, cwd=folder)
        options = [
            *("-D", str(data), "-p", str(port), "-k", folder),
            *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=Asia/Shanghai"),
        ]
        command = [*as_user, str(initdb.with_name("postgres")), *options]
        url = f"postgresql://zhupi@127.0.0.1:{port}"
        with _running(command, Path(folder), lambda: _accepts(url)):
            yield url


def _as_postgres() -> list[str]:
    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


@contextmanager
def _running(command: list[str], folder: Path, ready: Callable[[], bool]) -> Iterator[None]:
    # the kernel ends the server with us, should we be killed
    wrapped = ["setpriv", "--pdeathsig=TERM", *command] if command[0] != "setpriv" else list(command)
    if command[0] == "setpriv":
        wrapped.insert(1, "--pdeathsig=TERM")
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(wrapped, stdout=output, stderr=output, cwd=folder) as server,
    ):
        try:
            until = time.monotonic() + _PATIENCE_S
            while not ready():
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(2)  # PostgreSQL: stop at once, orderly
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _accepts(url: str) -> bool:
    import psycopg  # noqa: PLC0415  # of the extra `server`

    try:
        psycopg.connect(f"{url}/postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
