"""Several processes open and write one SQLite database at once, as web and workers do."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from core.store import Store
from tests.core.store_examples import a_mark

_WRITERS, _MARKS = 3, 15


def write_marks(url: str, name: str) -> None:
    """Open the store (all at once, on an empty database) and revise one response's mark."""
    store = Store.open(url)
    for n in range(_MARKS):
        with store.write() as uow:
            uow.marks.add(a_mark(n % 4, by=name))
            uow.audit.write(name, "mark", "phys", "p1/1", after=str(n))
    store.close()


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'zhupi.sqlite3'}"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_marks, args=(url, f"w{n}")) for n in range(_WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * _WRITERS
    store = Store.open(url)
    with store.read() as uow:
        history = uow.marks.history("p1", "1")
        assert [mark.revision for mark in history] == list(range(1, _WRITERS * _MARKS + 1))
        assert uow.audit.first_broken() is None
    store.close()
