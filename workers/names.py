"""Workers' names in the jobs table: machine, process and its start, so that the dead can be told."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def worker_name() -> str:
    """This process, as ``machine/pid/start``."""
    return f"{socket.gethostname()[:40]}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(name: str) -> bool:
    """Whether the named worker ran on this machine and is gone. ``False`` where that cannot be known."""
    machine, _, rest = name.partition("/")
    pid, _, started = rest.partition("/")
    if machine != socket.gethostname()[:40] or not pid.isdigit() or not started.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """Start of a process in clock ticks since boot: "0" for none, "" where there is no ``/proc``."""
    if not Path("/proc/self/stat").exists():
        return ""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "0"
    # the command's name, in brackets, may hold blanks; start is field 22, state field 3
    after_name = fields.rpartition(")")[2].split()
    return "0" if after_name[0] == "Z" else after_name[19]
