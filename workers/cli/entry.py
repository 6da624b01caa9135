"""Where ``zhupi`` begins: finding the command, and ending with the right exit code."""

from __future__ import annotations

import importlib
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from core.errors import ZhupiError
from core.settings import read_settings

#: Command → (module, name in it). Modules are loaded when their command is called, so that
#: ``zhupi doctor`` runs where half of the packages are missing, and ``--help`` is quick.
_COMMANDS = {
    "exam": ("exams", "exam", "Check exam files and keep them."),
    "roster": ("exams", "roster", "Take in who sits an exam."),
    "card": ("exams", "card", "Design the answer sheet and write its PDF."),
    "ingest": ("scans", "ingest", "Take in scan files: PDF, TIFF, pictures, ZIP."),
    "recognise": ("scans", "recognise", "Read what came in, settle whose it is, and mark it."),
    "mark": ("scans", "mark", "Mark again by machine; marks given by people stay."),
    "score": ("scoring", "score", "Score a table of answers to one item, with evidence."),
    "ledger": ("scans", "ledger", "Where every page is, and whether the account balances."),
    "release": ("results", "release", "Freeze the results and make all that goes back."),
    "export": ("results", "export", "Write a release's files into a folder."),
    "audit": ("results", "audit", "Who changed what, when and why."),
    "user": ("accounts", "user", "Add accounts, reset passwords, list them."),
    "serve": ("running", "serve", "Serve the web pages, with a worker beside them."),
    "worker": ("running", "worker", "Run a worker alone, for servers."),
    "doctor": ("running", "doctor", "Say what is installed, what is missing, and what to do."),
}


class CommandsByName(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"workers.cli.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101  # narrows; the table above is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, _, about) in _COMMANDS.items()])


@click.group(cls=CommandsByName)
@click.version_option(package_name="zhupi")
def zhupi() -> None:
    """Zhupi reads scanned answer sheets and gives back marks with reasons.

    Settings come from ZHUPI_* variables (docs/settings.md); everything is kept in ZHUPI_HOME.
    Exit codes: 0 done, 1 unexpected, 2 bad input, 3 not found, 4 not allowed, 5 not now, 6 machine.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run ``zhupi`` and exit: refusals are two plain lines, the unexpected is kept in a log."""
    try:
        result = zhupi.main(arguments, prog_name="zhupi", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except ZhupiError as error:
        _say(error.message, error.remedy)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("已停止。已经完成的部分都保存了。")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # the last resort: the traceback goes to a file
        _say(*_unexpected(error))
        sys.exit(1)


def _say(*lines: str) -> None:
    for line in lines:
        if line:
            click.echo(line, err=True)


def _unexpected(error: Exception) -> tuple[str, str]:
    what = f"程序意外中断: {type(error).__name__}: {error}"
    if isinstance(error, ModuleNotFoundError):
        return what, "有软件包没有安装。请运行 make setup, 再运行 zhupi doctor。"
    try:
        kept = _keep_traceback()
    except (OSError, ZhupiError):
        traceback.print_exc()
        return what, "数据没有丢失; 请把上面的内容报告给维护者。"
    return what, f"数据没有丢失; 详情在 {kept}, 请报告给维护者。"


def _keep_traceback() -> Path:
    folder = read_settings().home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"zhupi-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.log"
    path.write_text(f"{sys.argv}\n{traceback.format_exc()}", encoding="utf-8")
    return path
