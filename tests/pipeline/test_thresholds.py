"""The borders of 一分三率 are the school's."""

from __future__ import annotations

from core.settings import read_settings
from pipeline.thresholds import thresholds_of


def test_the_borders_are_those_of_the_settings_in_per_cent() -> None:
    environment = {
        "ZHUPI_EXCELLENT_SHARE": "0.9",
        "ZHUPI_PASS_SHARE": "0.55",
        "ZHUPI_LOW_SHARE": "0.29",
    }
    borders = thresholds_of(read_settings(environment))
    assert (borders.excellent_percent, borders.pass_percent, borders.low_percent) == (90, 55, 29)
