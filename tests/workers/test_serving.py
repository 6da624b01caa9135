"""The worker beside the web: kept alive, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from core.settings import Settings, as_environment, read_settings
from pipeline.exams import save_exam
from pipeline.requests import ask_card
from pipeline.toolbox import Toolbox
from tests.workers import quiz
from tests.workers.jobs import wait_for, wait_until_done
from workers.serving import WorkerKeeper

# A stand-in for the worker: notes its id, has a child, ends at SIGTERM, or when its stdin closes.
_STANDIN = textwrap.dedent("""
    import os, pathlib, subprocess, sys, threading, time
    child = subprocess.Popen(["sleep", "60"])
    notes = pathlib.Path(sys.argv[1])
    with notes.open("a") as file:
        file.write(f"{os.getpid()} {child.pid}\\n")
    def watch():
        sys.stdin.buffer.read()
        child.kill(); child.wait()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()
    time.sleep(60)
""")


def _lines(path: Path) -> list[list[int]]:
    if not path.exists():
        return []
    return [[int(n) for n in line.split()] for line in path.read_text().splitlines()]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_worker_that_dies_is_started_again_and_stops_with_us(settings: Settings, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    keeper = WorkerKeeper(settings, [sys.executable, "-c", _STANDIN, str(notes)])
    keeper.start()
    wait_for(lambda: len(_lines(notes)) == 1)
    os.kill(_lines(notes)[0][0], signal.SIGKILL)
    wait_for(lambda: len(_lines(notes)) == 2)
    keeper.stop()
    everybody = [pid for line in _lines(notes) for pid in line]
    wait_for(lambda: not any(_runs(pid) for pid in everybody))


def test_a_worker_ends_when_whoever_keeps_it_is_killed(settings: Settings, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    keeping = textwrap.dedent(f"""
        import sys, time
        from core.settings import read_settings
        from workers.serving import WorkerKeeper
        WorkerKeeper(read_settings(), [sys.executable, "-c", {_STANDIN!r}, {str(notes)!r}]).start()
        time.sleep(60)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", keeping], env={**os.environ, **as_environment(settings)}
    ) as process:
        wait_for(lambda: len(_lines(notes)) == 1)
        process.kill()
    wait_for(lambda: not any(_runs(pid) for pid in _lines(notes)[0]))


def test_settings_go_to_another_process_unchanged(settings: Settings) -> None:
    assert read_settings(as_environment(settings)) == settings


_FORKING = """
import os, sys, time
from workers.serving import stop_when_stdin_closes
stop_when_stdin_closes()
time.sleep(0.2)
child = os.fork()
if child == 0:
    sys.stdin.close()  # as every worker process does at its start
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
time.sleep(60)
"""


def test_a_worker_that_watches_its_keeper_can_fork_and_ends_with_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "7\n"
            assert process.poll() is None
            process.stdin.close()
            assert process.wait(10) == -signal.SIGTERM
        finally:
            process.kill()


def test_serving_works_says_where_to_look_and_ends_with_all_its_processes(toolbox: Toolbox) -> None:
    settings = toolbox.settings
    save_exam(toolbox, quiz.EXAM, "quiz.yaml", "test")
    ask_card(toolbox, quiz.EXAM_ID, "test")
    chosen = settings.model_copy(update={"port": 0})
    with subprocess.Popen(
        [sys.executable, "-m", "workers", "serve"],
        env={**os.environ, **as_environment(chosen)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert "http://127.0.0.1:" in process.stdout.readline()
            assert "office / " in process.stdout.readline()
            wait_for(lambda: len(_family(process.pid)) == 4)  # the web, the worker and its two
            wait_until_done(toolbox, 60)
            family = _family(process.pid)
            process.send_signal(signal.SIGTERM)  # Ctrl+C does the same, where SIGINT is not ignored
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert not [pid for pid in family if _runs(pid)]


def _children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(folder.name))
    return found


def _family(pid: int) -> list[int]:
    return [pid, *(p for child in _children(pid) for p in _family(child))]
