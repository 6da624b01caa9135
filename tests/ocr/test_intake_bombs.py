"""PDFs that ask for any amount of memory and time: reported within seconds, in a process that may die."""

from __future__ import annotations

import base64
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import zlib

import pytest

from core.errors import MachineProblem, UnsafeUpload
from ocr.intake import IntakeLimits, open_scan, pdf_process
from ocr.intake.records import MIB
from tests.ocr import intake_files as files

_LIMITS = IntakeLimits(pdf_memory_bytes=256 * MIB)
_QUICK = IntakeLimits(pdf_page_s=0.2)
_GOOD = files.jpeg()

#: What a person's limits and the kernel's leave of 7 nested levels, measured from outside.
_MEASURE = """
import resource
from ocr.intake import open_scan
from tests.ocr import intake_files as files
(page,) = open_scan(files.nested_forms_pdf(7), "bomb.pdf")
from ocr.intake.pdf_process import _end_idle_child
_end_idle_child()
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(peak // 1024, page.problem)
"""


def problems(content: bytes, limits: IntakeLimits = _LIMITS) -> list[str]:
    return [page.problem for page in open_scan(content, "炸弹.pdf", limits)]


def test_forms_that_call_each_other_are_refused_in_seconds_and_bounded_memory() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], capture_output=True, text=True, check=True, timeout=60
    )
    peak_mib, _, problem = done.stdout.partition(" ")
    assert "“bomb.pdf 第1页”展开后" in problem
    assert "疑似压缩炸弹" in problem
    assert int(peak_mib) < 1500
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (files.nested_forms_pdf(5), "图形对象超过 100000 个"),
        (files.nested_forms_pdf(9), "疑似压缩炸弹"),
        (files.stream_pdf(zlib.compress(b"0 0 m 9 9 l S " * 4_000_000)), "疑似压缩炸弹"),
        (
            files.stream_pdf(
                base64.a85encode(zlib.compress(zlib.compress(bytes(400 * MIB), 9), 9)) + b"~>",
                b"[/ASCII85Decode /FlateDecode /FlateDecode]",
            ),
            "疑似压缩炸弹",
        ),
    ],
    ids=["many objects", "nine levels", "paths", "Flate twice in ASCII85"],
)
def test_a_page_that_expands_without_bound_is_reported(content: bytes, part: str) -> None:
    (problem,) = problems(content)
    assert "“炸弹.pdf 第1页”" in problem
    assert part in problem


def test_an_lzw_stream_that_expands_without_bound_is_reported() -> None:
    content = files.stream_pdf(files.lzw_of_spaces(80_000_000), b"/LZWDecode")
    (problem,) = problems(content, IntakeLimits(pdf_memory_bytes=128 * MIB))
    assert "需要超过 128 MiB 内存" in problem


def test_run_lengths_upon_run_lengths_do_no_harm() -> None:
    """The library itself gives up at 20 MiB of them: the page is blank."""
    packed = zlib.compress(b"\x81\x81" * (20 * MIB) + b"\x80", 9)
    assert problems(files.stream_pdf(packed, b"[/FlateDecode /RunLengthDecode /RunLengthDecode]")) == [""]


def test_a_page_that_takes_too_long_is_reported() -> None:
    (problem,) = problems(
        files.nested_forms_pdf(7), _QUICK.model_copy(update={"pdf_memory_bytes": 4096 * MIB})
    )
    assert "0.2 秒内没有读完" in problem


def test_the_pages_beside_a_bomb_are_read() -> None:
    before, bomb, after = problems(files.bombs_pdf(".*."))
    assert (before, after) == ("", "")
    assert "“炸弹.pdf 第2页”展开后" in bomb


def test_after_three_bombs_the_rest_of_the_file_is_not_tried() -> None:
    got = problems(files.bombs_pdf("***.*"))
    assert ["没有读取" in problem for problem in got] == [False, False, False, True, True]
    assert "“炸弹.pdf 第5页”没有读取：前面已有 3 页" in got[4]


def test_one_process_reads_one_file_after_another() -> None:
    child = _only_idle_child()
    assert problems(files.jpeg_pdf([_GOOD])) == [""]
    assert _only_idle_child() is child


def test_a_file_that_nobody_reads_on_gives_its_process_back() -> None:
    child = _only_idle_child()
    stream = open_scan(files.jpeg_pdf([_GOOD] * 3), "a.pdf")
    next(stream)
    assert pdf_process._idle == []
    del stream
    assert _only_idle_child() is child


def test_two_files_may_be_read_at_a_time() -> None:
    content = files.jpeg_pdf([_GOOD] * 2)
    pairs = zip(open_scan(content, "a.pdf"), open_scan(content, "b.pdf"), strict=True)
    assert [(a.problem, b.problem) for a, b in pairs] == [("", "")] * 2


def test_a_process_ended_from_outside_says_nothing_about_the_file() -> None:
    stream = open_scan(files.jpeg_pdf([_GOOD]), "a.pdf")
    os.kill(_newest_child(), signal.SIGKILL)
    with pytest.raises(MachineProblem, match="被终止"):
        next(stream)


def test_pdfs_are_read_in_processes_that_may_have_no_children() -> None:
    """As Celery's are, which are forked while the parent may hold an idle process of its own."""
    _only_idle_child()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    process = context.Process(target=lambda: answers.put(problems(files.bombs_pdf(".*"))), daemon=True)
    process.start()
    got = answers.get()
    process.join()
    assert got[0] == ""
    assert "疑似压缩炸弹" in got[1]
    assert problems(files.jpeg_pdf([_GOOD])) == [""]  # the parent's own is untouched


def test_a_small_file_that_takes_long_to_open_is_refused() -> None:
    heavy = zlib.compress(bytes(64 * MIB), 9)
    streams = [b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(heavy), heavy)] * 60
    content = files.raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *streams)
    with pytest.raises(UnsafeUpload, match=r"“炸弹\.pdf”展开后过于复杂"):
        problems(content, _QUICK)


def _newest_child() -> int:
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return max(int(line.split()[0]) for line in children.stdout.splitlines() if "pdf_child" in line)


def _only_idle_child() -> pdf_process._Child:
    if not pdf_process._idle:
        problems(files.jpeg_pdf([_GOOD]))
    (child,) = pdf_process._idle
    return child
