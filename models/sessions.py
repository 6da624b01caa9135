"""ONNX Runtime sessions: one thread each, no spinning, kept for the life of the process.

Where they run is said once for a process, before the first session (:func:`run_on`).

Parallel work is done by processes. Spinning threads collapse as soon as anything else runs on the
machine, so they are switched off.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import onnxruntime as ort

from core.errors import ModelUnusable
from models import catalogue, execution
from models.execution import Place

#: ONNX Runtime's severity "error": its warnings about CPU features are of no use to a person.
_LOG_ERRORS = 3


_places = [Place()]


def run_on(place: Place) -> None:
    """Let the sessions of this process that are made from now on run there.

    Raises:
        ModelUnusable: sessions were made already, elsewhere; or this build cannot run there.
    """
    if place == _places[-1]:
        return
    if session.cache_info().currsize:
        raise ModelUnusable("模型已经在别处载入，不能再换运行设备。", "请重新启动工作进程。")
    execution.providers(place, ort.get_available_providers())
    _places.append(place)


@cache
def session(name: str, *, arena: bool = True, threads: int = 1) -> ort.InferenceSession:
    """The session of a catalogued model, made at the first call and shared afterwards.

    Args:
        name: as in ``weights.toml``.
        arena: keep freed memory in ONNX Runtime's arena: faster for many runs of similar size
            (recognition), hungrier for a few large ones (detection).
        threads: intra-op threads; parallelism comes from processes, so 1 unless measured otherwise.

    Raises:
        ModelUnusable: the file is missing, is not the catalogued one, or cannot be loaded.
    """
    return open_session(catalogue.find(name), arena=arena, threads=threads)


def open_session(path: Path, *, arena: bool = True, threads: int = 1) -> ort.InferenceSession:
    """A new session on a model file that was already verified.

    Raises:
        ModelUnusable: ONNX Runtime cannot load it.
    """
    place = _places[-1]
    providers = execution.providers(place, ort.get_available_providers())
    try:
        made = ort.InferenceSession(str(path), sess_options=_options(arena, threads), providers=providers)
    except Exception as problem:  # ONNX Runtime raises a dozen classes without a common base
        raise ModelUnusable(
            f"模型文件 {path} 无法加载：{problem}", "请运行 zhupi doctor 查看 onnxruntime 是否可用。"
        ) from problem
    execution.confirm(place, made.get_providers())
    return made


def _options(arena: bool, threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_cpu_mem_arena = arena
    options.log_severity_level = _LOG_ERRORS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options
