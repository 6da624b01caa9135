"""``zhupi serve``, ``worker`` and ``doctor``."""

from __future__ import annotations

import json
import logging
import sys

import click

from core.settings import read_settings
from workers.doctor import as_lines, examine


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="The port in place of ZHUPI_PORT.")
def serve(port: int | None) -> None:
    """Serve the web pages, with a worker beside them, until Ctrl+C."""
    from workers.serving import serve as run  # noqa: PLC0415  # `doctor` must run without these

    settings = read_settings()
    run(settings if port is None else settings.model_copy(update={"port": port}), click.echo)


@click.command()
@click.option("--until-stdin-closes", is_flag=True, hidden=True)
def worker(until_stdin_closes: bool) -> None:
    """Run a worker alone (for servers; the web runs elsewhere)."""
    from workers.app import run_worker  # noqa: PLC0415  # `doctor` must run without these
    from workers.serving import stop_when_stdin_closes  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(processName)s %(levelname)s %(message)s")
    if until_stdin_closes:
        stop_when_stdin_closes()
    run_worker(read_settings())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(as_json: bool) -> None:
    """Say what is installed, what is missing, and what to do; exit code 6 when something is missing."""
    checks = examine()
    if as_json:
        plain = {"checks": [check.model_dump() for check in checks]}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(as_lines(checks)))
    if not all(check.well for check in checks if check.needed):
        sys.exit(6)
