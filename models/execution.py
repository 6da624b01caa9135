"""Where models run: the processor, or a GPU through CUDA or TensorRT.

ONNX Runtime quietly runs on the processor when a GPU's libraries are missing. Whoever asked for a GPU
would only notice by the clock, so here the wish is checked twice: against what this build of ONNX
Runtime can do, and against what the session was really given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import ModelUnusable


class Device(StrEnum):
    CPU = "cpu"
    CUDA = "cuda"
    TENSORRT = "tensorrt"


#: What each device needs of ONNX Runtime, first choice first; what one cannot run the next one does.
_CHAINS = {
    Device.CPU: ("CPUExecutionProvider",),
    Device.CUDA: ("CUDAExecutionProvider", "CPUExecutionProvider"),
    Device.TENSORRT: ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"),
}


@dataclass(frozen=True)
class Place:
    """A device, and the folder in which TensorRT keeps what it compiled (minutes of work)."""

    device: Device = Device.CPU
    engines_folder: Path | None = None


def providers(place: Place, available: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """ONNX Runtime's providers for a place, with their options.

    Args:
        place: where models shall run.
        available: as ``onnxruntime.get_available_providers()`` says.

    Raises:
        ModelUnusable: this build of ONNX Runtime lacks the first one.
    """
    chain = _CHAINS[place.device]
    if chain[0] not in available:
        raise ModelUnusable(
            f"设置要求用 {place.device} 运行模型，但此处的 onnxruntime 不支持（只有 {'、'.join(available)}）。",
            "请在有 NVIDIA 显卡的机器上用 onnxruntime-gpu 代替 onnxruntime，或设置 ZHUPI_DEVICE=cpu。",
        )
    return [(name, _options(name, place)) for name in chain if name in available]


def confirm(place: Place, granted: list[str]) -> None:
    """Check that a session got the device that was asked for.

    Raises:
        ModelUnusable: it fell back to another one (a driver or library is missing).
    """
    wanted = _CHAINS[place.device][0]
    if not granted or granted[0] != wanted:
        raise ModelUnusable(
            f"设置要求用 {place.device} 运行模型，实际只得到 {'、'.join(granted) or '无'}。",
            "请检查显卡驱动、CUDA 与 cuDNN（TensorRT 另需其运行库），或设置 ZHUPI_DEVICE=cpu。",
        )


def _options(name: str, place: Place) -> dict[str, Any]:
    if name == "TensorrtExecutionProvider" and place.engines_folder is not None:
        return {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(place.engines_folder)}
    if name == "CUDAExecutionProvider":
        # Crops come in many widths: the exhaustive search for the best kernel would run for each anew.
        return {"cudnn_conv_algo_search": "HEURISTIC"}
    return {}
