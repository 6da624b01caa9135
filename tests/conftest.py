"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from pipeline.toolbox import Toolbox, open_toolbox

#: Parts of the machine that must be there, by name ("server", "browser", "paddle", "judge"): set where CI installed them.
_REQUIRED = "ZHUPI_TEST_REQUIRE"
REQUIRED_PARTS = frozenset(os.environ.get(_REQUIRED, "").split(",")) - {""}


def require_or_skip(name: str, reason: str) -> None:
    """Skip the test for want of this part of the machine; fail where it was said to be there.

    Args:
        name: "server", "browser", "paddle" …, as in ``ZHUPI_TEST_REQUIRE=server,browser,paddle``.
        reason: what is missing and how it is installed.
    """
    if name in REQUIRED_PARTS:
        pytest.fail(f"{reason} ({_REQUIRED} asks for {name!r})", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the settings of whoever runs it; fonts may be given."""
    for name in os.environ:
        if name.startswith("ZHUPI_") and name != "ZHUPI_FONTS":
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, with a short lease."""
    return Settings(home=tmp_path / "home", workers=2, lease_s=2, sweep_s=0.5, retry_s=0)


@pytest.fixture
def toolbox(settings: Settings) -> Iterator[Toolbox]:
    """A toolbox on an empty SQLite database; nobody is woken."""
    toolbox = open_toolbox(settings)
    yield toolbox
    toolbox.store.close()
