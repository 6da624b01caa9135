"""Settings come from the environment, or a message names the variable."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.errors import BadInput
from core.settings import Settings, as_environment, read_settings, secret_key

_DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_without_variables_everything_is_embedded() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert (settings.broker_url, settings.database_url, settings.text_engine) == ("", "", "onnx")
    assert settings.resolved_database_url.startswith("sqlite:////")
    assert settings.host == "127.0.0.1"


def test_values_are_read_and_folders_follow_the_home() -> None:
    settings = read_settings(
        {
            "ZHUPI_HOME": "/srv/zhupi",
            "ZHUPI_WORKERS": "4",
            "ZHUPI_HTTPS": "1",
            "ZHUPI_SETTLE_FILL": "never",
            "ZHUPI_SETTLE_SHORT_ANSWER": "0.995",
            "ZHUPI_FONTS": "/fonts",
            "ZHUPI_BROKER_URL": "",
        }
    )
    assert (settings.workers, settings.https, settings.settle_fill) == (4, True, "never")
    assert (settings.settle_short_answer, settings.settle_true_false) == (0.995, 0.98)
    assert (settings.blobs_folder, settings.inbox_folder) == (
        Path("/srv/zhupi/blobs"),
        Path("/srv/zhupi/inbox"),
    )
    assert settings.broker_url == ""


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("ZHUPI_WORKER", "2", "Unknown setting ZHUPI_WORKER."),
        ("ZHUPI_WORKERS", "many", "ZHUPI_WORKERS='many'"),
        ("ZHUPI_WORKERS", "0", "greater than or equal to 1"),
        ("ZHUPI_PORT", "70000", "ZHUPI_PORT='70000'"),
        ("ZHUPI_TEXT_ENGINE", "magic", "'onnx', 'paddle', 'vlm' or 'null'"),
        ("ZHUPI_HTTPS", "perhaps", "ZHUPI_HTTPS='perhaps'"),
        ("ZHUPI_IDENTITY_THRESHOLD", "0.3", "greater than 0.5"),
        ("ZHUPI_SETTLE_CHOICES", "0.9", "Unknown setting ZHUPI_SETTLE_CHOICES."),
        ("ZHUPI_SETTLE_SINGLE_CHOICE", "0.3", "ZHUPI_SETTLE_SINGLE_CHOICE='0.3': Input should be greater"),
        ("ZHUPI_SETTLE_MULTIPLE_CHOICE", "0.49", "ZHUPI_SETTLE_MULTIPLE_CHOICE='0.49'"),
        ("ZHUPI_SETTLE_TRUE_FALSE", "1.01", "ZHUPI_SETTLE_TRUE_FALSE='1.01': Input should be less"),
        ("ZHUPI_SETTLE_FILL", "nan", "ZHUPI_SETTLE_FILL='nan'"),
        ("ZHUPI_SETTLE_SHORT_ANSWER", "always", "ZHUPI_SETTLE_SHORT_ANSWER='always'"),
        ("ZHUPI_JOB_LIMIT_S", "0", "ZHUPI_JOB_LIMIT_S='0'"),
        ("ZHUPI_LEASE_S", "1", "greater than or equal to 2"),
        ("ZHUPI_SWEEP_S", "-1", "ZHUPI_SWEEP_S"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_settings({name: value})
    assert part in caught.value.message
    assert "docs/settings.md" in caught.value.remedy


def test_settings_survive_the_way_through_an_environment() -> None:
    settings = Settings(
        home=Path("/srv/z"),
        https=True,
        workers=3,
        vlm_url="http://gpu:8000/v1",
        sweep_s=0.5,
        settle_fill="never",
    )
    assert read_settings(as_environment(settings)) == settings


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    key = secret_key(settings)
    assert len(key) == 64
    assert secret_key(settings) == key
    assert stat.S_IMODE((settings.home / "secret-key").stat().st_mode) == 0o600


def test_every_setting_is_documented_with_its_default() -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    rows = {
        line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `ZHUPI_")
    }
    fields = {f"ZHUPI_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert set(rows) == set(fields) | {"ZHUPI_FONTS"}
    for name, field in fields.items():
        if field.default_factory is None:
            assert f"`{field.default}`" in rows[name] or field.default in ("", False), name
