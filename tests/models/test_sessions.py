"""Sessions: one per model and process, one thread, no spinning."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelUnusable
from models import sessions
from models.execution import Device, Place


def test_a_session_is_made_once_for_a_process() -> None:
    assert sessions.session("pp-ocrv6-small-rec") is sessions.session("pp-ocrv6-small-rec")


def test_a_session_runs_on_one_thread_without_spinning() -> None:
    options = sessions.session("pp-ocrv6-small-rec").get_session_options()
    assert options.intra_op_num_threads == 1
    assert options.inter_op_num_threads == 1
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


@pytest.mark.parametrize("arena", [True, False])
def test_the_arena_is_the_callers_choice(arena: bool) -> None:
    options = sessions.session("pp-ocrv6-small-det", arena=arena).get_session_options()
    assert options.enable_cpu_mem_arena is arena


def test_a_process_does_not_change_its_device_halfway() -> None:
    sessions.session("pp-ocrv6-small-rec")
    with pytest.raises(ModelUnusable, match="已经在别处载入"):
        sessions.run_on(Place(Device.CUDA))
    sessions.run_on(Place())


def test_a_file_that_is_no_model_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelUnusable, match="broken"):
        sessions.open_session(path)
