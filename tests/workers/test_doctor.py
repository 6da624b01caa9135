"""The doctor finds what is missing and says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import MachineProblem
from core.settings import Settings
from tests.marking.judge.stub_server import completion, running
from workers import doctor
from workers.cli import main


def _found(checks: tuple[doctor.Check, ...], name: str) -> doctor.Check:
    return next(check for check in checks if check.name == name)


def test_a_whole_installation_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUPI_HOME", str(tmp_path))
    checks = doctor.examine()
    assert [check.name for check in checks if not check.well] == []
    assert "pp-ocrv6-small-rec" in _found(checks, "models").detail
    assert "玥喆堃珺" in _found(checks, "fonts").detail
    assert _found(checks, "database").detail == "SQLite, 0 exams, audit log whole"


@pytest.mark.parametrize(
    ("variables", "name", "part"),
    [
        ({"ZHUPI_WORKER": "2"}, "settings", "Unknown setting"),
        ({"ZHUPI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "database", "OperationalError"),
        ({"ZHUPI_BROKER_URL": "redis://127.0.0.1:1/0"}, "queue", "refused"),
        ({"ZHUPI_HOME": "/proc/zhupi"}, "data folder", "Error"),
        ({"ZHUPI_TEXT_ENGINE": "vlm", "ZHUPI_VLM_URL": "http://8.8.8.8/v1"}, "text engine", "8.8.8.8"),
        ({"ZHUPI_JUDGE_KIND": "server"}, "judge", "ZHUPI_JUDGE_KIND"),
        (
            {
                "ZHUPI_JUDGE_KIND": "server",
                "ZHUPI_JUDGE_URL": "http://8.8.8.8/v1",
                "ZHUPI_JUDGE_MODEL": "m",
            },
            "judge",
            "8.8.8.8",
        ),
        ({"ZHUPI_JUDGE_KIND": "local", "ZHUPI_JUDGE_PATH": "/nowhere"}, "judge", "语言模型"),
    ],
)
def test_what_is_wrong_is_named_and_the_exit_code_is_6(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    name: str,
    part: str,
) -> None:
    monkeypatch.setenv("ZHUPI_HOME", str(tmp_path))
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json"])
    assert ended.value.code == 6
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert not found[name]["well"]
    assert part in found[name]["detail"]
    assert found[name]["remedy"]


def test_a_disk_that_is_nearly_full_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_DISK_GIB", 1e9)
    with pytest.raises(MachineProblem, match="GiB free"):
        doctor._data_folder(Settings(home=tmp_path))


def test_findings_for_people_say_what_to_do_below_what_is_wrong() -> None:
    checks = (
        doctor.Check(name="python", well=True, detail="3.11"),
        doctor.Check(name="fonts", well=False, detail="none", remedy="Install one."),
    )
    lines = doctor.as_lines(checks)
    assert [line.split()[0] for line in lines] == ["ok", "MISS", "→"]
    assert "Install one." in lines[2]


@pytest.mark.parametrize(
    ("model", "well", "part"), [("stub", True, "answers"), ("other", False, "has no 'other'")]
)
def test_a_judge_that_answers_is_told_from_one_that_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, well: bool, part: str
) -> None:
    monkeypatch.setenv("ZHUPI_HOME", str(tmp_path))
    with running(completion("")) as stub:
        for name, value in (("KIND", "server"), ("URL", stub.url), ("MODEL", model)):
            monkeypatch.setenv(f"ZHUPI_JUDGE_{name}", value)
        found = _found(doctor.examine(), "judge server")
    assert (found.well, found.needed) == (well, False)
    assert part in found.detail
    gone = _found(doctor.examine(), "judge server")
    assert not gone.well
    assert not gone.needed  # marking goes on without it
