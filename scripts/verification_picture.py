"""The pictures of docs/verification.md: handwriting from the demo, and what it is held to say.

``python -m scripts.verification_picture``
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.geometry import BoxMm
from demo.handwriting import Hand, blank_ink, write_line
from models.looks import looks
from models.recogniser import default_recogniser
from models.verification import Verification, posterior
from ocr.handwriting.crops import tightened

OUT = Path(__file__).resolve().parents[1] / "docs" / "images"
HAND = Hand(
    slant=0.12,
    size_mm=8.0,
    spacing=0.08,
    bend=0.05,
    loose=0.02,
    turn_deg=2.0,
    wander=0.02,
    pen_mm=0.5,
    grey=40,
)
KEY = "0.6 N"
HASTY = replace(HAND, slant=0.4, spacing=0.0, bend=0.12, loose=0.1, turn_deg=3.0, wander=0.1, pen_mm=0.7)
RIVALS = ("0.8 N", "6 N", "0.6 kg")
#: What is written, by which hand and from which seed; the last is a 0.6 N that cannot be told for sure.
WRITTEN = (("0.6N", HAND, 0), ("0.8N", HAND, 1), ("6N", HAND, 2), ("0.6N", HASTY, 1))
OTHER = "…"  #: all other texts together
ROW_PX, CROP_PX, BAR_PX, LABEL_PX = 150, 260, 260, 110


def main() -> int:
    """Draw and save."""
    rows = [row(text, hand, np.random.default_rng(seed)) for text, hand, seed in WRITTEN]
    OUT.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(OUT / "verification.png"), np.vstack(rows))
    return 0


def row(written: str, hand: Hand, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One crop and the bars of what it says."""
    ink = blank_ink(40.0, 14.0)
    write_line(ink, written, BoxMm(x_mm=2, y_mm=1, width_mm=36, height_mm=12), hand, rng)
    crop = tightened(ink)
    reader = default_recogniser()
    views = looks(crop, 2)
    found = posterior(reader.emissions(views, ["".join((KEY, *RIVALS))] * len(views)), [KEY], RIVALS)
    picture = np.full((ROW_PX, CROP_PX + LABEL_PX + BAR_PX + 70), 255, dtype=np.uint8)
    scale = min((CROP_PX - 40) / crop.shape[1], (ROW_PX - 50) / crop.shape[0])
    small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture[25 : 25 + small.shape[0], 20 : 20 + small.shape[1]] = small
    return bars(picture, found)


def bars(picture: NDArray[np.uint8], found: Verification) -> NDArray[np.uint8]:
    """A bar for each text, the key's first."""
    image = Image.fromarray(picture).convert("RGB")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    rivals = dict(found.rivals)
    shown = [(KEY, found.probability), *((text, rivals.get(text, 0.0)) for text in RIVALS)]
    shown.append((OTHER, 1.0 - sum(chance for _, chance in shown)))
    for at, (text, chance) in enumerate(shown):
        top, left = 15 + 25 * at, CROP_PX + LABEL_PX
        colour = (40, 120, 60) if text == KEY else (170, 70, 50)
        draw.text((CROP_PX, top), text, fill=(40, 40, 40), font=font)
        draw.rectangle((left, top + 2, left + 1 + round(BAR_PX * max(0.0, chance)), top + 17), fill=colour)
        draw.text((left + BAR_PX + 8, top), f"{100 * max(0.0, chance):.0f} %", fill=(40, 40, 40), font=font)
    return np.asarray(image, dtype=np.uint8)


if __name__ == "__main__":
    raise SystemExit(main())
