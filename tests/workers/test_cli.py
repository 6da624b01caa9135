"""``zhupi``: a whole exam from the command line, and what it says when it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.store import Store
from tests.workers import quiz
from workers.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("ledger", "quiz")`` → (exit code, stdout, stderr), in a folder and a home of its own."""
    monkeypatch.setenv("ZHUPI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ZHUPI_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    Path("exam.yaml").write_text(quiz.EXAM, encoding="utf-8")
    Path("roster.csv").write_text(quiz.ROSTER, encoding="utf-8")

    def run_zhupi(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run_zhupi


def _json(result: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = result
    assert code == 0, err
    read = json.loads(out)
    assert isinstance(read, dict)
    return read


def test_a_whole_exam_from_its_file_to_what_goes_back(run: Run) -> None:
    assert _json(run("exam", "check", "exam.yaml", "--json"))["points"] == "6"
    assert _json(run("exam", "add", "exam.yaml", "--json"))["revision"] == 1
    assert _json(run("roster", "add", "quiz", "roster.csv", "--json"))["candidates"] == 2
    card = _json(run("card", "quiz", "-o", "cards/card.pdf", "--named", "--json"))
    assert (card["pages"], Path("cards/card.pdf").read_bytes()[:5]) == (1, b"%PDF-")
    assert not _json(run("ingest", "quiz", "cards/card.pdf", "--json"))["taken"][0]["already"]
    assert _json(run("ingest", "quiz", "cards/card.pdf", "--json"))["taken"][0]["already"]
    read = _json(run("recognise", "quiz", "--json"))
    assert (read["pages_in"], read["complete"], read["busy"]) == (2, 2, False)
    account = _json(run("ledger", "quiz", "--json"))
    assert (account["balanced"], account["releasable"]) == (True, True)
    assert _json(run("mark", "quiz", "1", "--json"))["settled_marks"] == 4
    assert _json(run("release", "quiz", "-o", "out", "--note", "期中", "--json"))["release"] == 1
    names = {path.name for path in Path("out").rglob("*.*")}
    assert {"1班_王玥_0001.pdf", "1班_李喆_0002.pdf"} <= names
    assert len(list(Path("out/error-books").iterdir())) == 2
    exported = _json(run("export", "quiz", "-o", "again", "--json"))["written"]
    assert {Path(file).name for file in exported} == names
    log = _json(run("audit", "quiz", "--verify", "--json"))
    assert log["first_broken"] is None
    assert [line["why"] for line in log["lines"] if line["action"] == "release"] == ["期中"]


def test_results_for_people_are_plain_sentences(run: Run) -> None:
    assert "满分 6 分" in run("exam", "check", "exam.yaml")[1]
    assert "已保存考试 quiz (第 1 版)" in run("exam", "add", "exam.yaml")[1]
    Path("exam.yaml").write_text(quiz.EXAM.replace("key: B", "key: C"), encoding="utf-8")
    assert "改动了 2 题" in run("exam", "add", "exam.yaml")[1]
    run("roster", "add", "quiz", "roster.csv")
    assert "1班: 2 人, 应收 2 = 实收 0 + 缺页 2 + 缺考 0" in run("ledger", "quiz")[1]
    assert "exam.save" in run("audit", "quiz")[1]


def test_accounts_get_one_time_passwords_that_are_printed_once(run: Run) -> None:
    added = _json(
        run("user", "add", "li", "--name", "李老师", "--role", "teacher", "--class", "1班", "--json")
    )
    again = _json(run("user", "password", "li", "--json"))
    assert added["password"] != again["password"]
    listed = run("user", "list")[1]
    assert "li\tteacher\t李老师" in listed
    assert added["password"] not in listed


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("exam", "check", "nothing.yaml"), 2, "nothing.yaml: 无法读取"),
        (("exam", "check", "wrong.yaml"), 2, "wrong.yaml"),
        (("exam", "check", "gbk.yaml"), 2, "不是 UTF-8"),
        (("ledger", "nobody"), 3, "没有名为 nobody 的考试"),
        (("recognise", "nobody"), 3, "没有名为 nobody 的考试"),
        (("ingest", "nobody", "exam.yaml"), 3, "没有名为 nobody 的考试"),
        (("ingest", "quiz", "nothing.pdf"), 2, "nothing.pdf: 无法读取"),
        (("ingest", "quiz", "empty.pdf"), 2, "empty.pdf 是空文件"),
        (("roster", "add", "quiz", "exam.yaml"), 2, "exam.yaml"),
        (("mark", "quiz", "99"), 2, "没有第 99 题"),
        (("release", "quiz"), 5, "还没有扫描任何页面"),
        (("export", "quiz", "-o", "out"), 3, "没有发布"),
        (("card", "plain", "--named"), 5, "没有预印姓名的答题卡"),
        (("user", "password", "nobody"), 3, "没有账号 nobody"),
        (("user", "add", "li", "--role", "king"), 2, "king"),
        (("fly",), 2, "No such command"),
        (("ledger",), 2, "Missing argument"),
    ],
)
def test_a_refusal_is_plain_lines_and_its_exit_code(
    run: Run, arguments: tuple[str, ...], code: int, part: str
) -> None:
    run("exam", "add", "exam.yaml")
    Path("plain.yaml").write_text(quiz.EXAM.replace("id: quiz", "id: plain").replace("prenamed", "boxes"))
    run("exam", "add", "plain.yaml")
    Path("wrong.yaml").write_text("id: [\n")
    Path("gbk.yaml").write_bytes("title: 小测".encode("gb18030"))
    Path("empty.pdf").touch()
    ended, out, err = run(*arguments)
    assert (ended, out) == (code, "")
    assert part in err
    assert "Traceback" not in err


def test_a_login_cannot_be_given_twice(run: Run) -> None:
    run("user", "add", "li")
    code, _, err = run("user", "add", "li")
    assert (code, err.count("\n")) == (5, 2)


def test_a_setting_that_is_unknown_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUPI_WORKER", "2")
    code, _, err = run("user", "list")
    assert (code, err.splitlines()[0]) == (2, "Unknown setting ZHUPI_WORKER.")


def test_the_unexpected_is_one_plain_line_and_a_log(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_url: str) -> Store:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(Store, "open", stumble)
    code, out, err = run("user", "list")
    assert (code, out) == (1, "")
    assert "RuntimeError: nobody foresaw this" in err
    assert "Traceback" not in err
    [log] = Path("home/logs").iterdir()
    assert "in stumble" in log.read_text(encoding="utf-8")


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for word in (
        "exam",
        "card",
        "ingest",
        "recognise",
        "mark",
        "release",
        "serve",
        "worker",
        "doctor",
        "6 machine",
    ):
        assert word in out
