"""Devices: what was asked for is what is used, or an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelUnusable
from models.execution import Device, Place, confirm, providers

EVERYTHING = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]


@pytest.mark.parametrize(
    ("device", "names"),
    [(Device.CPU, EVERYTHING[2:]), (Device.CUDA, EVERYTHING[1:]), (Device.TENSORRT, EVERYTHING)],
)
def test_each_device_falls_back_operator_by_operator_only(device: Device, names: list[str]) -> None:
    assert [name for name, _ in providers(Place(device), EVERYTHING)] == names


def test_tensorrt_keeps_what_it_compiled(tmp_path: Path) -> None:
    (_, options), *_ = providers(Place(Device.TENSORRT, tmp_path), EVERYTHING)
    assert options["trt_engine_cache_path"] == str(tmp_path)


def test_a_device_that_this_build_lacks_is_refused_with_what_to_do() -> None:
    with pytest.raises(ModelUnusable) as problem:
        providers(Place(Device.CUDA), ["CPUExecutionProvider"])
    assert "cuda" in problem.value.message
    assert "onnxruntime-gpu" in problem.value.remedy


def test_a_session_that_fell_back_is_refused() -> None:
    confirm(Place(Device.CUDA), EVERYTHING[1:])
    with pytest.raises(ModelUnusable, match="CPUExecutionProvider"):
        confirm(Place(Device.CUDA), ["CPUExecutionProvider"])
