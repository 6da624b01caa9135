"""Make everything that Zhupi needs to run: ``python scripts/setup.py [--dev]`` (``make setup`` calls it).

Makes ``.venv`` with the packages of the lock file, and sees that a Chinese font is there. Needs nothing
but Python 3.11. What is up to date already is left alone. What is missing is said in one line.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
FONTS = ENVIRONMENT / "fonts"
_FONT_PACKAGE = "fonts-wqy-microhei"
_FIND_FONT = "from core.typesetting import chinese_family; print(chinese_family())"
_EVERY_LINES = 10  #: how often progress is told where it cannot be overwritten


class Missing(Exception):
    """Something that setup cannot make by itself; the message is one plain line."""


def main() -> int:
    """Set up, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with what the tests and checks need")
    lock = ROOT / ("requirements-dev.lock" if parser.parse_args().dev else "requirements.lock")
    try:
        _set_up(lock)
    except Missing as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up(lock: Path) -> None:
    started = time.monotonic()
    if sys.version_info < (3, 11):  # noqa: UP036  # run by whatever Python was found
        raise Missing(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    wanted = _digest([lock, ROOT / "pyproject.toml"])
    stamp = ENVIRONMENT / f"zhupi-{lock.stem}.stamp"
    if not stamp.exists() or stamp.read_text() != wanted:
        _make_environment()
        _install(lock)
        _see_to_a_font()
        stamp.write_text(wanted)
        print(f"setup: ready in {time.monotonic() - started:.0f} s")


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _python() -> Path:
    return ENVIRONMENT / "bin" / "python"


def _make_environment() -> None:
    if not _python().exists():
        print(f"setup: making {ENVIRONMENT.name} with Python {sys.version.split()[0]}", flush=True)
        try:
            venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            raise Missing(f"no virtual environment could be made ({error}).") from error


def _install(lock: Path) -> None:
    names = [line for line in lock.read_text().splitlines() if "==" in line and not line.startswith(" ")]
    print(f"setup: {len(names)} packages from {lock.name}", flush=True)
    _pip(["--require-hashes", "-r", str(lock)], len(names))
    _pip(["--no-deps", "-e", str(ROOT)], 0)


def _pip(arguments: list[str], total: int) -> None:
    command = [str(_python()), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    last, done = "", 0
    for line in process.stdout:
        if not last.startswith("ERROR"):
            last = line.strip() or last
        if line.startswith(("Collecting", "Requirement already satisfied")):
            done += 1
            _tell(done, total, next((word for word in line.split() if "==" in word), ""))
        elif line.startswith("Installing collected"):
            print("\nsetup: unpacking …", flush=True)
    if process.wait() != 0:
        raise Missing(f"pip could not install: {last}")


def _tell(done: int, total: int, name: str) -> None:
    if not total:
        return
    text = f"  [{done:3}/{total}] {name:<40.40}"
    if sys.stdout.isatty():
        print(f"\r{text}", end="", flush=True)
    elif done % _EVERY_LINES == 0:
        print(text, flush=True)


def _see_to_a_font() -> None:
    """A Chinese font: the machine's, or Debian's put into the environment without root."""
    if _has_font():
        return
    print(f"setup: no Chinese font found, fetching Debian's {_FONT_PACKAGE}", flush=True)
    _fetch_font()
    if not _has_font():
        raise Missing(
            "a Chinese font is missing; install one (Debian: apt install fonts-noto-cjk; Fedora: dnf install "
            "google-noto-sans-cjk-fonts; elsewhere: WenQuanYi Micro Hei or Noto Sans CJK SC) or put its file "
            f"into {FONTS}."
        )


def _has_font() -> bool:
    found = subprocess.run(
        [_python(), "-c", _FIND_FONT], check=False, capture_output=True, text=True, cwd=ROOT
    )
    if found.returncode == 0:
        print(f"setup: Chinese font {found.stdout.strip()}")
    return found.returncode == 0


def _fetch_font() -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return
    with tempfile.TemporaryDirectory(prefix="zhupi-font-") as name:
        folder = Path(name)
        # first by the machine's package lists, then by lists of our own (a bare machine has none)
        fetched = _apt(folder, "download", _FONT_PACKAGE) or (
            _apt(folder, *_own_lists(folder), "update")
            and _apt(folder, *_own_lists(folder), "download", _FONT_PACKAGE)
        )
        if not fetched:
            return
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True, capture_output=True)
        FONTS.mkdir(parents=True, exist_ok=True)
        for file in folder.rglob("*.tt[cf]"):
            shutil.copy(file, FONTS / file.name)


def _apt(folder: Path, *arguments: str) -> bool:
    done = subprocess.run(["apt-get", "-q", *arguments], check=False, cwd=folder, capture_output=True)
    return done.returncode == 0


def _own_lists(folder: Path) -> tuple[str, ...]:
    """Options by which apt keeps its lists below the folder, which takes no root."""
    (folder / "state" / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    options = (
        f"Dir::State={folder}/state",
        "Dir::State::status=/var/lib/dpkg/status",
        f"Dir::Cache={folder}/cache",
        "APT::Sandbox::User=",
    )
    return tuple(word for option in options for word in ("-o", option))


if __name__ == "__main__":
    sys.exit(main())
