"""How many sheets a second are decoded, registered and read, on one core and by two processes."""

from __future__ import annotations

import functools
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.bubble_card import bubble_card
from benchmarks.bubble_reading import made_page
from benchmarks.bubble_scans import Scan
from core.errors import CardInvalid
from ocr.alignment import AlignmentFailed, align
from ocr.bubbles import read_bubbles
from ocr.omrchecker import ImportedTemplate, import_template, read_fields
from ocr.rasters import Grey, rectify
from ocr.registration import Located, locate_page

PROCESSES = 2
_LEAST_PAGES = 48  #: that each process reads
_CARDS, _CARD_SEEDS = 6, 40_000
_PICTURES = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True)
class Stint:
    """What one process did: when, how many pages, and the processor time they took."""

    began: float
    ended: float
    pages: int
    cpu_s: float


def paces(pictures: Sequence[Path]) -> dict[str, float]:
    """Pages a second of the sample sheets and of our own card, by two processes and per core."""
    figures: dict[str, float] = {}
    works: tuple[tuple[str, Callable[[Sequence[Path]], Stint]], ...] = (("", _samples), ("card_", _cards))
    for name, work in works:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
            stints = list(pool.map(work, [pictures] * PROCESSES))
        pages = sum(stint.pages for stint in stints)
        seconds = max(stint.ended for stint in stints) - min(stint.began for stint in stints)
        figures[f"{name}pages_per_second"] = pages / max(seconds, 1e-9)
        figures[f"{name}pages_per_second_per_core"] = pages / max(sum(s.cpu_s for s in stints), 1e-9)
    return figures


def has_template(picture: Path, folder: Path) -> bool:
    """Whether a folder above the picture, up to this one, has a template."""
    return any(
        (parent / "template.json").is_file() for parent in picture.parents if parent.is_relative_to(folder)
    )


def template_files(picture: Path) -> dict[str, bytes]:
    """The files of the nearest folder above the picture that has a template."""
    folder = next(parent for parent in picture.parents if (parent / "template.json").is_file())
    wanted = [p for p in folder.rglob("*") if p.suffix.lower() in {".json", *_PICTURES} and p.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in wanted}


def _decoded(content: bytes) -> Grey:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(image, dtype=np.uint8)


def _stint(tasks: Sequence[Callable[[], object]]) -> Stint:
    """All tasks once to warm up, then over and over until enough pages are read."""
    cv2.setNumThreads(1)
    for task in tasks:
        task()
    began, cpu, pages = time.time(), time.process_time(), 0
    while tasks and pages < _LEAST_PAGES:
        for task in tasks:
            task()
        pages += len(tasks)
    return Stint(began, time.time(), pages, time.process_time() - cpu)


def _samples(pictures: Sequence[Path]) -> Stint:
    tasks = []
    for picture in pictures:
        try:
            imported = import_template(template_files(picture), exam_id="omr")
        except CardInvalid:
            continue  # listed with its reason in the table of rows
        content = picture.read_bytes()
        tasks.append(functools.partial(_read_sample, content, imported))
    return _stint(tasks)


def _read_sample(content: bytes, imported: ImportedTemplate) -> object:
    image = _decoded(content)
    placed = align(image, imported.card, imported.blobs)
    if isinstance(placed, AlignmentFailed):
        return placed
    page, registration = placed
    return read_fields(read_bubbles(rectify(image, registration, page), page.bubbles), imported)


def _cards(_: Sequence[Path]) -> Stint:
    scan = Scan(skew_deg=0.5, offset_mm=1.0)
    made = [made_page(_CARD_SEEDS + number, scan)[0] for number in range(_CARDS)]
    coded = [bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]) for image in made]
    return _stint([functools.partial(_read_card, content) for content in coded])


def _read_card(content: bytes) -> object:
    known, image = bubble_card(), _decoded(content)
    located = locate_page(image, [known.card])
    if not isinstance(located, Located):
        return located
    raster = rectify(image, located.registration, located.page)
    return read_bubbles(raster, known.page.bubbles, known.blank)
