"""Other spellings of ``template.json`` brought to one.

Until 2021 the page's size was ``Dimensions`` or ``dimensions``, the bubble's ``boxDimensions``, joined
columns ``Concatenations``, blocks ``QBlocks`` (at first: plain top-level entries) with ``qType``,
``orig``, ``gaps`` ``[x, y]``, ``bigGaps`` and ``qNos`` (rows of groups of labels), and the marker
stood in ``Options.Marker``. The tool's development branch says ``templateDimensions``,
``bubbleFieldType`` and ``customBubbleFieldTypes``, and names the reader of each block in
``fieldDetectionType``.
"""

from __future__ import annotations

from typing import Any

from core.errors import CardInvalid

_TOP = {
    "dimensions": "pageDimensions",
    "pagedimensions": "pageDimensions",
    "templatedimensions": "pageDimensions",
    "boxdimensions": "bubbleDimensions",
    "bubbledimensions": "bubbleDimensions",
    "concatenations": "customLabels",
    "customlabels": "customLabels",
    "qblocks": "fieldBlocks",
    "fieldblocks": "fieldBlocks",
    "preprocessors": "preProcessors",
    "outputcolumns": "outputColumns",
    "emptyval": "emptyValue",
    "emptyvalue": "emptyValue",
    "options": "options",
    "singles": "singles",
}
_BLOCK = {"qType": "fieldType", "bubbleFieldType": "fieldType", "orig": "origin", "vals": "bubbleValues"}
_BUBBLES = "BUBBLES"  #: all readers of bubbles begin so: BUBBLES_THRESHOLD, BUBBLES_BLOB
_ORIENTATION = {"H": "horizontal", "V": "vertical"}


def modernised(template: dict[str, Any], file: str) -> dict[str, Any]:
    """The template with today's keys; a template of today comes back as it was.

    Raises:
        CardInvalid: an old block whose gaps or labels cannot be understood.
    """
    new = {_TOP.get(key.lower(), key): value for key, value in template.items()}
    loose = {k: new.pop(k) for k in tuple(new) if isinstance(new[k], dict) and "qType" in new[k]}
    if loose:
        new["fieldBlocks"] = {**loose, **new.get("fieldBlocks", {})}
    if isinstance(new.get("fieldBlocks"), dict):
        blocks: dict[str, Any] = {}
        for name, block in new["fieldBlocks"].items():
            is_old = isinstance(block, dict) and "qNos" in block
            blocks.update(_split(name, block, file) if is_old else {name: block})
        new["fieldBlocks"] = blocks
    if isinstance(new.get("fieldBlocks"), dict):
        kinds = new.get("customBubbleFieldTypes", {})
        new["fieldBlocks"] = {
            name: _block_of_today(name, block, kinds if isinstance(kinds, dict) else {}, file)
            for name, block in new["fieldBlocks"].items()
        }
    new.setdefault("preProcessors", _marker_step(new.pop("options", None)))
    return new


def _block_of_today(name: str, block: Any, kinds: dict[str, Any], file: str) -> Any:
    """``bubbleFieldType`` and the template's own types written out; anything but a block as it was."""
    if not isinstance(block, dict):
        return block
    reader = str(block.get("fieldDetectionType", _BUBBLES))
    if not reader.startswith(_BUBBLES):
        raise CardInvalid(
            f"{file} 的 fieldBlocks.{name}.fieldDetectionType：{reader!r} 不是填涂块。",
            "请删去这一块，或改用本系统的书写区和条码。",
        )
    new = {_BLOCK.get(key, key): value for key, value in block.items()}
    own = kinds.get(str(new.get("fieldType")))
    if isinstance(own, dict):
        new.pop("fieldType")
        new = {**own, **new}
    return new


def _marker_step(options: Any) -> list[dict[str, Any]]:
    marker = {k.lower(): v for k, v in options.items()}.get("marker") if isinstance(options, dict) else None
    if not isinstance(marker, dict):
        return []
    lower = {key.lower(): value for key, value in marker.items()}
    new = {
        "relativePath": lower.get("relativepath", "omr_marker.jpg"),
        "sheetToMarkerWidthRatio": lower.get("sheettomarkerwidthratio", 17),
    }
    return [{"name": "CropOnMarkers", "options": new}]


def _split(name: str, block: dict[str, Any], file: str) -> dict[str, Any]:
    """One new block per group of labels. The next group starts after the last label plus ``bigGaps``."""
    shared = {_BLOCK.get(key, key): value for key, value in block.items()}
    shared["direction"] = _direction(block)
    try:
        rows = shared.pop("qNos")
        gaps, big, (x, y) = shared.pop("gaps"), shared.pop("bigGaps", [0, 0]), shared.pop("origin")
        across = 0 if shared["direction"] == "vertical" else 1
        made: dict[str, Any] = {}
        for r, row in enumerate(rows):
            at = [x, y + r * big[1] if across == 0 else y]
            at[0] += r * big[0] if across == 1 else 0
            for g, labels in enumerate(row):
                made[f"{name}_{r}_{g}"] = {
                    **shared,
                    "origin": list(at),
                    "fieldLabels": list(labels),
                    "labelsGap": gaps[across],
                    "bubblesGap": gaps[1 - across],
                }
                at[across] += (len(labels) - 1) * gaps[across] + big[across]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CardInvalid(
            f"{file} 的 {name}：旧格式的 orig、gaps、bigGaps 或 qNos 不完整（{error!r}）。",
            "请用新版工具另存模板，或改正后重新导入。",
        ) from error
    return made


def _direction(block: dict[str, Any]) -> str:
    if "orient" in block:
        return _ORIENTATION.get(str(block["orient"]), str(block["orient"]))
    return "horizontal" if "MCQ" in str(block.get("qType", "")) else "vertical"
