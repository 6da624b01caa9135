"""A template folder of OMRChecker as a card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from core.base import Record
from core.cards import BubbleField, Card, CardPage, CardSource
from core.errors import CardInvalid
from ocr.omrchecker.fields import Layout, block_fields, expand_labels, pair
from ocr.omrchecker.legacy import modernised
from ocr.omrchecker.steps import alignment_steps, find_file

#: Templates are in pixels of no stated size. The page's longer side is taken as that of A4, so that
#: millimetres are about right for a sheet cropped at its edges.
NOMINAL_LONG_SIDE_MM = 297.0


class ImportedTemplate(Record):
    """A card made from a template, and what the card itself has no place for.

    ``blobs`` are the pictures that alignment needs, by SHA-256. ``custom_labels`` are columns joined
    from fields, ``columns`` all columns in the order asked for (else as in the template).
    """

    card: Card
    blobs: dict[str, bytes] = Field(default_factory=dict)
    custom_labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    empty_values: dict[str, str] = Field(default_factory=dict)
    mm_per_px: float


def import_template(files: Mapping[str, bytes], exam_id: str, revision: int = 1) -> ImportedTemplate:
    """A card from the files of a template folder.

    Args:
        files: by relative path; ``template.json`` and the pictures that it names. ``config.json``
            tunes the tool's own thresholds and screen and is not needed.
        exam_id: the exam that the card belongs to.
        revision: the card's revision.

    Every field is of purpose CUSTOM with its label as key.

    Raises:
        CardInvalid: names the file and the field that is wrong.
    """
    name, template = _template_of(files)
    layout = _layout(template, name)
    fields, empty_values = _fields(template.get("fieldBlocks"), layout)
    custom = _custom_labels(template.get("customLabels", {}), {f.key for f in fields}, name)
    steps, blobs = alignment_steps(template.get("preProcessors", []), files, name)
    page = CardPage(
        number=1,
        width_mm=layout.page_px[0] * layout.mm_per_px,
        height_mm=layout.page_px[1] * layout.mm_per_px,
        bubbles=fields,
    )
    card = Card(
        id=f"{exam_id}-{revision}",
        exam_id=exam_id,
        revision=revision,
        source=CardSource.OMRCHECKER,
        pages=(page,),
        alignment=steps,
    )
    return ImportedTemplate(
        card=card,
        blobs=blobs,
        custom_labels=custom,
        columns=_columns(template.get("outputColumns", []), fields, custom, name),
        empty_values=empty_values,
        mm_per_px=layout.mm_per_px,
    )


def _template_of(files: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    name = "template.json"
    content = find_file(files, name)
    if content is None:
        raise CardInvalid("上传的文件中没有 template.json。", "请上传模板文件夹中的全部文件。")
    try:
        template = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CardInvalid(f"{name} 不是 UTF-8 文本。", "请另存为 UTF-8。") from error
    except json.JSONDecodeError as error:
        raise CardInvalid(
            f"{name} 第 {error.lineno} 行第 {error.colno} 列不是合法的 JSON：{error.msg}。", "请改正。"
        ) from error
    except RecursionError as error:
        raise CardInvalid(f"{name} 嵌套过深。", "请换成正常的模板。") from error
    if not isinstance(template, dict):
        raise CardInvalid(f"{name} 应是一个对象，现在是 {type(template).__name__}。", "请换成正常的模板。")
    return name, modernised(template, name)


def _layout(template: dict[str, Any], file: str) -> Layout:
    page = pair(template, "pageDimensions", file)
    return Layout(
        file=file,
        page_px=page,
        bubble_px=pair(template, "bubbleDimensions", file),
        mm_per_px=NOMINAL_LONG_SIDE_MM / max(page),
        empty_value=str(template.get("emptyValue", "")),
    )


def _fields(blocks: Any, layout: Layout) -> tuple[tuple[BubbleField, ...], dict[str, str]]:
    if not isinstance(blocks, dict) or not blocks:
        raise CardInvalid(f"{layout.file} 的 fieldBlocks：没有任何填涂块。", "请加上后重新导入。")
    fields: list[BubbleField] = []
    empty: dict[str, str] = {}
    for name, block in blocks.items():
        made = block_fields(name, block, layout)
        clash = sorted(set(empty) & set(made.empty_values))
        if clash:
            raise CardInvalid(
                f"{layout.file} 的 fieldBlocks.{name}.fieldLabels：{'、'.join(clash[:5])} 在别的块里已有。",
                "每个标签只能出现一次。",
            )
        fields.extend(made.fields)
        empty.update(made.empty_values)
    return tuple(fields), empty


def _custom_labels(given: Any, known: set[str], file: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise CardInvalid(f"{file} 的 customLabels：应是一个对象，现在是 {given!r}。", "请改正。")
    custom = {name: expand_labels(parts, file, f"customLabels.{name}") for name, parts in given.items()}
    for name, parts in custom.items():
        missing = [part for part in parts if part not in known]
        if missing:
            raise CardInvalid(
                f"{file} 的 customLabels.{name}：没有名为 {'、'.join(missing[:5])} 的填涂栏。", "请改正标签。"
            )
    return custom


def _columns(
    given: Any, fields: tuple[BubbleField, ...], custom: dict[str, tuple[str, ...]], file: str
) -> tuple[str, ...]:
    joined = {part for parts in custom.values() for part in parts}
    offered = (*custom, *(f.key for f in fields if f.key not in joined))
    if not given:
        return offered
    asked = expand_labels(given, file, "outputColumns")
    unknown = [label for label in asked if label not in offered]
    if unknown:
        raise CardInvalid(
            f"{file} 的 outputColumns：没有名为 {'、'.join(unknown[:5])} 的栏。", "请改正标签。"
        )
    return (*asked, *(label for label in offered if label not in asked))
