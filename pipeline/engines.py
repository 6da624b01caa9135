"""The reading engines that the settings name, made once per process."""

from __future__ import annotations

import functools

import cv2

from core.networks import refuse_outside
from core.settings import Settings, Settle
from marking import Licence
from models import sessions
from models.execution import Device, Place
from models.recogniser import LineRecogniser, default_recogniser
from ocr.engines import NullEngine, OnnxEngine, TextEngine


def choose_device(settings: Settings) -> None:
    """Let the models of this process run where the settings say; before the first is opened.

    Raises:
        ModelUnusable: the device is not there.
    """
    folder = settings.home.resolve() / "tensorrt" if settings.device == "tensorrt" else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    sessions.run_on(Place(Device(settings.device), folder))


@functools.cache
def digit_recogniser() -> LineRecogniser:
    """The embedded recogniser, which also reads the 考号 digits whatever reads the text."""
    cv2.setNumThreads(1)  # one thread a worker process; more processes give more pages
    return default_recogniser()


@functools.cache
def text_engine(settings: Settings) -> TextEngine:
    """The text engine of the settings.

    Raises:
        BadInput: the settings ask for a server outside the school while that is switched off.
        EngineUnavailable: the engine is not installed.
    """
    choose_device(settings)
    match settings.text_engine:
        case "null":
            return NullEngine()
        case "paddle":
            from ocr.engines import PaddleEngine  # noqa: PLC0415  (starts a process of its own)

            return PaddleEngine(settings.paddle_home)
        case "vlm":
            return _vision_language_engine(settings)
        case _:
            return OnnxEngine(digit_recogniser())


def _vision_language_engine(settings: Settings) -> TextEngine:
    from ocr.engines import VlmEngine  # noqa: PLC0415  (needs an HTTP client only here)

    refuse_outside(settings.vlm_url, settings.external_models)
    return VlmEngine(settings.vlm_url, settings.vlm_model, api_key=settings.vlm_key)


def licence_of(settings: Settings) -> Licence:
    """What the machine may settle alone, from the settings.

    What a vision-language model read is never settled without a person: its confidence is its own word,
    not a measured probability.
    """
    measured = settings.text_engine != "vlm"
    return Licence(
        single_choice=_threshold(settings.settle_single_choice),
        multiple_choice=_threshold(settings.settle_multiple_choice),
        true_false=_threshold(settings.settle_true_false),
        fill=_threshold(settings.settle_fill) if measured else None,
        short_answer=_threshold(settings.settle_short_answer) if measured else None,
    )


def _threshold(setting: Settle) -> float | None:
    return None if setting == "never" else setting
