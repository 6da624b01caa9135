"""How much memory the worker's processes took at most, as Linux remembers it."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings


def peak_memory_mib(settings: Settings) -> float:
    """The largest peak resident set of any worker process of this installation, in MiB.

    0.0 where the system does not tell (no ``/proc``).
    """
    home = str(settings.home)
    peaks = [_peak_mib(folder) for folder in Path("/proc").glob("[0-9]*") if _is_worker(folder, home)]
    return max(peaks, default=0.0)


def _is_worker(folder: Path, home: str) -> bool:
    try:
        command = (folder / "cmdline").read_bytes().split(b"\0")
        environment = (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"worker" in command and f"ZHUPI_HOME={home}".encode() in environment


def _peak_mib(folder: Path) -> float:
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return 0.0
    kib = next((line.split()[1] for line in lines if line.startswith("VmHWM")), "0")
    return int(kib) / 1024
