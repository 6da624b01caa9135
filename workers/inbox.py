"""The watched folder: ``inbox/EXAM/`` — what a scanner or a person puts there is taken in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from core.errors import MachineProblem, NotFound, ZhupiError
from pipeline.requests import take_in
from pipeline.toolbox import Toolbox

#: A file that nobody has written to for so long has stopped growing.
_STILL_S = 3.0
_DONE, _REFUSED = "done", "refused"


def take_in_from_inbox(tb: Toolbox, still_s: float = _STILL_S) -> int:
    """Take in every file that has stopped growing; returns how many were moved.

    What was taken in moves to ``inbox/EXAM/done``; what was refused to ``inbox/EXAM/refused``, beside a
    ``.txt`` that says why. When the machine is at fault (disk full) files stay where they are.
    """
    moved = 0
    for path in _waiting(tb.settings.inbox_folder, still_s):
        try:
            _take_in_one(tb, path)
        except FileNotFoundError:
            continue  # another worker was quicker, or the person took it back
        except MachineProblem:
            break
        moved += 1
    return moved


def _waiting(inbox: Path, still_s: float) -> Iterator[Path]:
    before = time.time() - still_s
    for folder in sorted(p for p in inbox.glob("*") if p.is_dir()):
        for path in sorted(folder.iterdir()):
            if path.name.startswith((".", "~")) or path.is_symlink() or not path.is_file():
                continue
            try:
                # the change time: a copy may keep the file's old modification time, never this one
                still = path.stat().st_ctime < before
            except FileNotFoundError:
                continue
            if still:
                yield path


def _take_in_one(tb: Toolbox, path: Path) -> None:
    try:
        take_in(tb, path.parent.name, path.name, path, by="inbox")
    except MachineProblem:
        raise
    except ZhupiError as error:
        remedy = error.remedy
        if isinstance(error, NotFound):
            remedy = "请把文件放进 inbox/考试代号/ 文件夹, 代号见考试列表。"
        refused = _move(path, _REFUSED)
        refused.with_name(refused.name + ".txt").write_text(f"{error.message}\n{remedy}\n", encoding="utf-8")
    else:
        _move(path, _DONE)


def _move(path: Path, where: str) -> Path:
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return path.replace(target)
