"""``preProcessors`` of a template as the card's alignment steps, with the pictures they name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import cv2
import numpy as np

from core.cards import AlignmentStep
from core.errors import CardInvalid

_StepName = Literal["crop_page", "crop_on_markers", "feature_alignment", "blur", "levels"]
#: The tool's name, the step's, and the option that names a picture.
_STEPS: dict[str, tuple[_StepName, str]] = {
    "CropPage": ("crop_page", ""),
    "CropOnMarkers": ("crop_on_markers", "relativePath"),
    "FeatureBasedAlignment": ("feature_alignment", "reference"),
    "GaussianBlur": ("blur", ""),
    "MedianBlur": ("blur", ""),
    "Levels": ("levels", ""),
    "Contrast": ("levels", ""),
    "CropOnLogo": ("crop_on_markers", "relativePath"),
}
_LOGO_FILE = "logo.png"  #: where a logo's step names none
_MARKERS = ("FOUR_MARKERS", "")
_WORKING_PX = (666, 820)  #: to which the tool brings a page before its steps, unless its config says else
_MOST_PICTURE_PIXELS = 40_000_000


def alignment_steps(
    listed: Any, files: Mapping[str, bytes], file: str
) -> tuple[tuple[AlignmentStep, ...], dict[str, bytes]]:
    """The steps in order, and the bytes of their pictures by SHA-256.

    Raises:
        CardInvalid: an unknown step, or a picture that is missing or cannot be decoded.
    """
    if not isinstance(listed, list):
        raise CardInvalid(f"{file} 的 preProcessors：应是一个列表，现在是 {listed!r}。", "请改正后重新导入。")
    blobs: dict[str, bytes] = {}
    steps = [_step(entry, f"preProcessors[{i}]", files, file, blobs) for i, entry in enumerate(listed)]
    return tuple(steps), blobs


def _step(
    entry: Any, where: str, files: Mapping[str, bytes], file: str, blobs: dict[str, bytes]
) -> AlignmentStep:
    name = entry.get("name") if isinstance(entry, dict) else entry
    if name not in _STEPS:
        raise CardInvalid(
            f"{file} 的 {where}.name：不支持 {name!r}；支持 {'、'.join(_STEPS)}。",
            "请改用支持的步骤，或用空白扫描件画框导入。",
        )
    options = entry.get("options") or {}
    if not isinstance(options, dict):
        raise CardInvalid(f"{file} 的 {where}.options：应是一个对象，现在是 {options!r}。", "请改正。")
    step, picture_option = _STEPS[name]
    options = _spelled_out(name, options, where, files, file)
    blob = ""
    if picture_option:
        content = _picture(options.get(picture_option), f"{where}.options.{picture_option}", files, file)
        blob = hashlib.sha256(content).hexdigest()
        blobs[blob] = content
    return AlignmentStep(name=step, options={"tool": name, **options}, blob=blob)


def _spelled_out(
    name: str, options: dict[str, Any], where: str, files: Mapping[str, bytes], file: str
) -> dict[str, Any]:
    """Options of markers and logos as alignment knows them, whichever branch of the tool wrote them."""
    if name == "CropOnLogo":
        return {"relativePath": _LOGO_FILE, **options, "working_px": list(_working_px(files))}
    if name != "CropOnMarkers":
        return options
    kind = str(options.get("type", ""))
    if kind not in _MARKERS:
        raise CardInvalid(
            f"{file} 的 {where}.options.type：不支持 {kind!r}，只支持四角标记 FOUR_MARKERS。",
            "请改用四角标记、FeatureBasedAlignment，或用空白扫描件画框导入。",
        )
    new = dict(options)
    if "referenceImage" in options:
        new.setdefault("relativePath", options["referenceImage"])
    shape, marker = options.get("processingImageShape"), options.get("markerDimensions")
    if isinstance(shape, list) and isinstance(marker, list) and len(shape) == len(marker) == 2 and marker[0]:
        new.setdefault("sheetToMarkerWidthRatio", float(shape[1]) / float(marker[0]))
    return new


def _working_px(files: Mapping[str, bytes]) -> tuple[int, int]:
    """The working size from ``config.json``; the tool's own where that is missing or broken."""
    content = find_file(files, "config.json")
    try:
        dimensions = json.loads(content.decode("utf-8-sig"))["dimensions"] if content else {}
        width = int(dimensions.get("processing_width", _WORKING_PX[0]))
        height = int(dimensions.get("processing_height", _WORKING_PX[1]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _WORKING_PX
    return (width, height) if min(width, height) > 0 else _WORKING_PX


def _picture(name: Any, where: str, files: Mapping[str, bytes], file: str) -> bytes:
    if not isinstance(name, str) or not name:
        raise CardInvalid(f"{file} 的 {where}：应是图片的文件名，现在是 {name!r}。", "请改正后重新导入。")
    content = find_file(files, name)
    if content is None:
        raise CardInvalid(f"{file} 的 {where}：没有找到图片 {name}。", "请把它和模板一起上传。")
    try:
        picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        picture = None
    if picture is None or picture.size > _MOST_PICTURE_PIXELS:
        raise CardInvalid(f"{name}（{file} 的 {where}）不是可用的图片。", "请换成 PNG 或 JPEG。")
    return content


def find_file(files: Mapping[str, bytes], name: str) -> bytes | None:
    """The file with this name, by its whole relative path first, then by its last part."""
    wanted = name.replace("\\", "/").removeprefix("./")
    for path in sorted(files, key=lambda p: (p.count("/"), p)):
        if path.replace("\\", "/").removeprefix("./") == wanted:
            return files[path]
    last = wanted.rsplit("/", 1)[-1]
    return next((files[p] for p in sorted(files) if p.replace("\\", "/").rsplit("/", 1)[-1] == last), None)
