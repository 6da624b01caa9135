"""The line recogniser: grey crops of single lines in, text with probabilities and positions out.

A model is pre + session + post. Pre: the crop is brought to 48 px height at its *true* width (the
stock code pads every crop to 320 px, which makes a one-word answer four times dearer), with area
averaging when it shrinks. Session: ONNX Runtime, one thread. Post: greedy text, the few probable
characters of every step, other readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from models import ctc, latin, sessions
from models.ctc import Emissions
from models.variants import plain

Grey = NDArray[np.uint8]

MODEL = "pp-ocrv6-small-rec"
LATIN_MODEL = "zhupi-latin-lines"
HEIGHT_PX = 48
#: One step of the network covers so many columns.
STEP_PX = 8
#: Narrower crops are padded to this: measured as accurate as 320 on one-word answers.
MIN_WIDTH_PX = 64
#: Wider crops are squeezed to this; callers cut long lines at gaps before that.
MAX_WIDTH_PX = 3200
#: Crops whose widths differ by no more than this share a batch.
BUCKET_PX = 64
#: Batching pays for short crops only; one batch holds at most this many columns.
BATCH_COLUMNS = 768
MAX_BATCH = 8
#: Mid grey in the network's scale, with which it was trained to see padding.
PADDING = 0.0


class Session(Protocol):
    """What is needed of an ONNX Runtime session (a fake one serves in tests)."""

    def run(self, outputs: None, feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]: ...


@dataclass(frozen=True)
class RecognisedChar:
    """One character; ``start`` and ``end`` are shares of the crop's width in [0, 1]."""

    text: str
    probability: float
    start: float
    end: float


@dataclass(frozen=True)
class RecognisedLine:
    """One crop as read. ``probability`` is the geometric mean of the characters', 0 for no text."""

    text: str
    probability: float
    chars: tuple[RecognisedChar, ...]
    emissions: Emissions


class LineRecogniser:
    """Reads crops of single lines.

    Args:
        session: takes ``x`` float32 ``(N, 3, H, W)`` and gives ``(N, W / step_px, characters)``
            probabilities, blank first.
        charset: the character of each index; index 0 is the blank.
        lay_out: brings a crop to the height ``H`` that the session takes; columns keep their order and
            proportions. ``None`` for :func:`scale_to_height`.
        step_px: how many columns of that layout one step covers.
    """

    def __init__(
        self,
        session: Session,
        charset: Sequence[str],
        lay_out: Callable[[Grey], Grey] | None = None,
        step_px: int = STEP_PX,
    ) -> None:
        self._session = session
        self._lay_out = lay_out or scale_to_height
        self._step_px = step_px
        self.charset = tuple(charset)
        self._index = {char: index for index, char in enumerate(self.charset) if index != ctc.BLANK_COLUMN}

    def read(self, crops: Sequence[Grey]) -> tuple[RecognisedLine, ...]:
        """Read each crop, in the order given. Crops of any size, even empty, are accepted.

        Args:
            crops: grey ``(height, width)`` uint8, dark ink on light paper.
        """
        return tuple(self.line(emissions) for emissions in self.emissions(crops))

    def emissions(self, crops: Sequence[Grey], keep: Sequence[str] = ()) -> tuple[Emissions, ...]:
        """The probable characters of each step of each crop, in the order given.

        Args:
            crops: as for :meth:`read`.
            keep: for each crop the characters that it is expected to have, in any order; they and all
                that is written like them are kept even where they are improbable. Empty: none.

        Raises:
            ValueError: ``keep`` is neither empty nor as long as ``crops``.
        """
        if keep and len(keep) != len(crops):
            raise ValueError(f"{len(crops)} crops, characters to keep for {len(keep)}")
        found: list[Emissions] = [Emissions((), 1.0)] * len(crops)
        for positions, widths, probabilities in self._run(crops):
            for position, width, rows in zip(positions, widths, probabilities, strict=True):
                steps = max(1, -(-width // self._step_px))
                columns = self.columns_of(keep[position]) if keep else ()
                found[position] = ctc.sparse(rows[:steps], self._step_px / width, self.charset, columns)
        return tuple(found)

    def probabilities(self, crop: Grey) -> tuple[NDArray[np.float32], float]:
        """All that the network says of one crop: ``(steps, characters)``, and a step's share of its width.

        Raises:
            ValueError: the crop is empty.
        """
        if not crop.size:
            raise ValueError(f"a crop of {crop.shape} has nothing to read")
        _, widths, probabilities = next(iter(self._run([crop])))
        steps = max(1, -(-widths[0] // self._step_px))
        return probabilities[0][:steps], self._step_px / widths[0]

    def columns_of(self, chars: str) -> list[int]:
        """The output columns of all characters that are written like one of these."""
        return [
            column for char in dict.fromkeys(plain(c) for c in chars) for column in self._alike.get(char, ())
        ]

    @cached_property
    def _alike(self) -> dict[str, list[int]]:
        """The columns of each plain character."""
        columns: dict[str, list[int]] = {}
        for char, column in self._index.items():
            columns.setdefault(plain(char), []).append(column)
        return columns

    def line(self, emissions: Emissions) -> RecognisedLine:
        """The greedy reading of one crop's emissions."""
        share = emissions.width_share
        chars = tuple(
            RecognisedChar(
                text=span.char,
                probability=min(1.0, span.probability),
                start=min(1.0, span.first * share),
                end=min(1.0, (span.last + 1) * share),
            )
            for span in ctc.best_path(emissions)
        )
        return RecognisedLine("".join(c.text for c in chars), geometric_mean(chars), chars, emissions)

    def alternatives(self, emissions: Emissions, keep: int = 4) -> tuple[tuple[str, float], ...]:
        """The most probable texts with natural-log probabilities, best first."""
        return ctc.best_texts(emissions, keep=keep)

    def log_probability(self, emissions: Emissions, text: str) -> float:
        """Natural log of the probability that the crop says ``text``.

        Returns:
            ``-inf`` when the model cannot write one of its characters, or it does not fit.
        """
        if any(char not in self._index for char in text):
            return float("-inf")
        return ctc.log_probability(emissions, text)

    def restrict_to(self, alphabet: str) -> list[int]:
        """The output columns of the blank and of each character of an alphabet.

        Raises:
            ValueError: the model cannot write one of them.
        """
        missing = [char for char in alphabet if char not in self._index]
        if missing:
            raise ValueError(f"the recogniser cannot write {missing!r}")
        return [ctc.BLANK_COLUMN, *(self._index[char] for char in alphabet)]

    def one_of(self, crops: Sequence[Grey], alphabet: str) -> NDArray[np.float64]:
        """For crops that hold one character of a known alphabet each: a distribution over it.

        Restricting the output to the alphabet and the blank removes every reading that cannot be.

        Returns:
            ``(crops, len(alphabet))``, rows sum to one; flat for empty crops.

        Raises:
            ValueError: the model cannot write one of the alphabet's characters.
        """
        columns = self.restrict_to(alphabet)
        result = np.full((len(crops), len(alphabet)), 1.0 / max(1, len(alphabet)))
        for positions, _, probabilities in self._run(crops):
            for position, rows in zip(positions, probabilities, strict=True):
                result[position] = ctc.one_of(rows[:, columns])
        return result

    def one_of_each(
        self, line: Grey, centres_px: Sequence[float], pitch_px: float, alphabet: str
    ) -> NDArray[np.float64]:
        """For a line with one character of a known alphabet at each of some known places.

        Args:
            line: grey ``(48, width)``; only the places are read.
            centres_px: where the characters stand.
            pitch_px: how wide a place is.
            alphabet: what can stand there.

        Returns:
            ``(places, len(alphabet))``, rows sum to one.

        Raises:
            ValueError: the model cannot write one of the alphabet's characters.
        """
        columns = self.restrict_to(alphabet)
        _, widths, probabilities = next(iter(self._run([line])))
        rows = probabilities[0][:, columns]
        half = pitch_px / 2
        step_px = self._step_px * line.shape[1] / widths[0]
        return np.stack(
            [
                ctc.one_of(rows[round((c - half) / step_px) : max(1, round((c + half) / step_px))])
                for c in centres_px
            ]
        )

    def _run(self, crops: Sequence[Grey]) -> Iterator[tuple[list[int], list[int], NDArray[np.float32]]]:
        """Batches of ``(positions, widths in px, probabilities)``; empty crops are left out."""
        scaled = {at: self._lay_out(crop) for at, crop in enumerate(crops) if crop.size}
        widths = {at: crop.shape[1] for at, crop in scaled.items()}
        for batch in batches(widths):
            columns = max(padded_width(widths[at]) for at in batch)
            stack = np.stack([tensor(scaled[at], columns) for at in batch])
            yield batch, [widths[at] for at in batch], self._session.run(None, {"x": stack})[0]


def scale_to_height(crop: Grey) -> Grey:
    """The crop at 48 px height, width in proportion (at least 1, at most ``MAX_WIDTH_PX``)."""
    height, width = crop.shape
    target = min(MAX_WIDTH_PX, max(1, -(-width * HEIGHT_PX // height)))
    shrinks = height > HEIGHT_PX
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (target, HEIGHT_PX), interpolation=method), dtype=np.uint8)


def padded_width(width: int) -> int:
    """The width fed to the network: whole steps, at least ``MIN_WIDTH_PX``."""
    return max(MIN_WIDTH_PX, -(-width // STEP_PX) * STEP_PX)


def batches(widths: dict[int, int]) -> list[list[int]]:
    """Group positions by width: similar widths together, few columns in all, at most eight."""
    groups: list[list[int]] = []
    for at in sorted(widths, key=lambda position: (widths[position], position)):
        columns = padded_width(widths[at])
        group = groups[-1] if groups else []
        fits = (
            group
            and columns - padded_width(widths[group[0]]) <= BUCKET_PX
            and len(group) < MAX_BATCH
            and columns * (len(group) + 1) <= BATCH_COLUMNS
        )
        if fits:
            group.append(at)
        else:
            groups.append([at])
    return groups


def tensor(scaled: Grey, columns: int) -> NDArray[np.float32]:
    """``(3, rows, columns)`` in [-1, 1]: grey repeated as B, G and R, mid grey to the right."""
    plane = np.full((scaled.shape[0], columns), PADDING, dtype=np.float32)
    plane[:, : scaled.shape[1]] = (scaled.astype(np.float32) / 255.0 - 0.5) / 0.5
    return np.broadcast_to(plane, (3, *plane.shape))


def geometric_mean(chars: Sequence[RecognisedChar]) -> float:
    """Of the characters' probabilities; 0 when there are none."""
    if not chars:
        return 0.0
    return float(np.exp(np.mean(np.log([max(1e-6, char.probability) for char in chars]))))


@cache
def default_recogniser() -> LineRecogniser:
    """The catalogued recogniser, its session shared by the whole process.

    Raises:
        ModelUnusable: the model file is missing or damaged.
    """
    session = sessions.session(MODEL, arena=True)
    return LineRecogniser(session, charset_of(session))


@cache
def latin_recogniser() -> LineRecogniser:
    """The reader of Latin handwriting, made like :func:`default_recogniser`; for prose, not for Chinese.

    Raises:
        ModelUnusable: the model file is missing or damaged.
    """
    session = sessions.session(LATIN_MODEL, arena=True)
    return LineRecogniser(session, charset_of(session), latin.framed, latin.STEP_PX)


def charset_of(session: InferenceSession) -> list[str]:
    """The character of each output column, as the model's file says: blank first, space last."""
    return ["", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
