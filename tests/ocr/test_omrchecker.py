from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest

from core.cards import BubblePurpose, CardSource
from core.errors import CardInvalid
from core.pages import BubbleReading, BubbleVerdict
from ocr.omrchecker import import_template, read_fields

_, _ENCODED = cv2.imencode(".png", np.full((8, 8), 128, np.uint8))
PNG = np.asarray(_ENCODED).tobytes()


def _template(**changes: Any) -> dict[str, Any]:
    template: dict[str, Any] = {
        "pageDimensions": [300, 400],
        "bubbleDimensions": [20, 10],
        "preProcessors": [],
        "fieldBlocks": {
            "Block": {
                "fieldType": "QTYPE_MCQ4",
                "origin": [30, 40],
                "fieldLabels": ["q1..3"],
                "bubblesGap": 25,
                "labelsGap": 30,
            }
        },
    }
    return {**template, **changes}


def _block(**changes: Any) -> dict[str, Any]:
    return {"fieldBlocks": {"Block": {**_template()["fieldBlocks"]["Block"], **changes}}}


def _files(template: Any, **more: bytes) -> dict[str, bytes]:
    return {"folder/template.json": json.dumps(template).encode(), **more}


def _marked(key: str, *labels: str) -> BubbleReading:
    verdict = BubbleVerdict.MARKED if labels else BubbleVerdict.BLANK
    return BubbleReading(purpose="custom", key=key, fills=(), marked=labels, verdict=verdict, confidence=1)


def test_bubbles_stand_where_the_template_puts_them() -> None:
    imported = import_template(_files(_template()), "physics")
    page = imported.card.pages[0]
    scale = imported.mm_per_px
    assert imported.card.source is CardSource.OMRCHECKER
    assert imported.card.id == "physics-1"
    assert page.width_mm == pytest.approx(222.75)
    assert page.height_mm == pytest.approx(297)
    assert [f.key for f in page.bubbles] == ["q1", "q2", "q3"]
    assert {f.purpose for f in page.bubbles} == {BubblePurpose.CUSTOM}
    second = page.bubbles[2].bubbles[1]
    assert second.label == "B"
    assert second.box.x_mm / scale == pytest.approx(30 + 25)
    assert second.box.y_mm / scale == pytest.approx(40 + 2 * 30)
    assert second.box.width_mm / scale == pytest.approx(20)
    assert second.box.height_mm / scale == pytest.approx(10)


@pytest.mark.parametrize(
    ("kind", "labels", "vertical"),
    [
        ("QTYPE_INT", "0123456789", True),
        ("QTYPE_INT_FROM_1", "1234567890", True),
        ("QTYPE_MCQ4", "ABCD", False),
        ("QTYPE_MCQ5", "ABCDE", False),
        ("QTYPE_MCQ4_RTL", "DCBA", False),
        ("QTYPE_MCQ5_RTL", "EDCBA", False),
    ],
)
def test_field_types_have_their_values_and_direction(kind: str, labels: str, vertical: bool) -> None:
    page = import_template(_files(_template(**_block(fieldType=kind))), "e").card.pages[0]
    first, second = page.bubbles[0].bubbles[:2]
    assert "".join(b.label for b in page.bubbles[0].bubbles) == labels
    assert (second.box.y_mm > first.box.y_mm) is vertical
    assert (second.box.x_mm > first.box.x_mm) is not vertical


def test_custom_values_sizes_and_uneven_gaps_are_kept() -> None:
    block = {
        "bubbleValues": ["yes", "no"],
        "direction": "vertical",
        "origin": [10, 10],
        "fieldLabels": ["a", "b", "c"],
        "bubblesGap": 12,
        "labelsGap": [20, 50],
        "bubbleDimensions": [8, 6],
    }
    imported = import_template(_files(_template(fieldBlocks={"X": block})), "e")
    fields, scale = imported.card.pages[0].bubbles, imported.mm_per_px
    assert [b.label for b in fields[0].bubbles] == ["yes", "no"]
    assert [f.bubbles[0].box.x_mm / scale for f in fields] == [pytest.approx(v) for v in (10, 30, 80)]
    assert fields[0].bubbles[0].box.width_mm / scale == pytest.approx(8)


def test_columns_are_joined_ordered_and_filled_as_the_tool_prints_them() -> None:
    template = _template(
        customLabels={"Roll": ["q1..2"]}, outputColumns=["q3", "Roll"], emptyValue="-", **_block()
    )
    imported = import_template(_files(template), "e")
    readings = [_marked("q1", "A"), _marked("q2"), _marked("q3", "B", "D")]
    assert imported.custom_labels == {"Roll": ("q1", "q2")}
    assert list(read_fields(readings, imported).items()) == [("q3", "BD"), ("Roll", "A-")]


def test_a_block_has_its_own_empty_value() -> None:
    imported = import_template(_files(_template(**_block(emptyValue="none"))), "e")
    assert read_fields([_marked("q1"), _marked("q2", "C"), _marked("q3")], imported) == {
        "q1": "none",
        "q2": "C",
        "q3": "none",
    }


def test_preprocessors_become_steps_with_their_pictures() -> None:
    steps = [
        {"name": "CropPage", "options": {"morphKernel": [10, 10]}},
        {
            "name": "CropOnMarkers",
            "options": {"relativePath": "omr_marker.jpg", "sheetToMarkerWidthRatio": 17},
        },
        {"name": "FeatureBasedAlignment", "options": {"reference": "./ref.png", "2d": True}},
        {"name": "GaussianBlur", "options": {"kSize": [3, 3]}},
        {"name": "MedianBlur", "options": {"kSize": 5}},
        {"name": "Levels", "options": {"low": 0.1}},
    ]
    files = _files(_template(preProcessors=steps), **{"folder/omr_marker.jpg": PNG, "folder/ref.png": PNG})
    imported = import_template(files, "e")
    names = [s.name for s in imported.card.alignment]
    assert names == ["crop_page", "crop_on_markers", "feature_alignment", "blur", "blur", "levels"]
    assert imported.card.alignment[1].options["sheetToMarkerWidthRatio"] == 17
    assert imported.blobs == {imported.card.alignment[1].blob: PNG}
    assert imported.card.alignment[2].blob in imported.blobs


def test_a_template_of_before_2021_is_understood() -> None:
    old = {
        "Dimensions": [300, 400],
        "boxDimensions": [10, 10],
        "Options": {"Marker": {"RelativePath": "m.png", "SheetToMarkerWidthRatio": 20}},
        "Concatenations": {"Roll": ["roll0", "roll1"]},
        "Roll": {
            "qType": "QTYPE_ROLL",
            "orig": [20, 30],
            "bigGaps": [100, 11],
            "gaps": [15, 12],
            "qNos": [[["roll0", "roll1"]]],
        },
        "Mcq": {
            "qType": "QTYPE_MCQ",
            "orig": [20, 200],
            "bigGaps": [100, 40],
            "gaps": [15, 12],
            "qNos": [[["q1", "q2"], ["q3"]]],
        },
    }
    imported = import_template(_files(old, **{"m.png": PNG}), "e")
    scale = imported.mm_per_px
    fields = {f.key: f.bubbles for f in imported.card.pages[0].bubbles}
    assert [s.name for s in imported.card.alignment] == ["crop_on_markers"]
    assert imported.columns == ("Roll", "q1", "q2", "q3")
    assert fields["roll1"][3].box.x_mm / scale == pytest.approx(20 + 15)
    assert fields["roll1"][3].box.y_mm / scale == pytest.approx(30 + 3 * 12)
    assert fields["q2"][2].box.x_mm / scale == pytest.approx(20 + 2 * 15)
    assert fields["q3"][0].box.y_mm / scale == pytest.approx(200 + 12 + 40)


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ([1], "应是一个对象"),
        (_template(pageDimensions=[0, 10]), "pageDimensions"),
        (_template(pageDimensions="big"), "pageDimensions"),
        (_template(bubbleDimensions=None), "bubbleDimensions"),
        (_template(fieldBlocks={}), "fieldBlocks"),
        (_template(fieldBlocks={"X": 3}), "fieldBlocks.X"),
        (_template(**_block(fieldType="QTYPE_MAGIC")), "fieldBlocks.Block.fieldType：不认识 'QTYPE_MAGIC'"),
        (_template(**_block(origin=[1])), "fieldBlocks.Block.origin"),
        (_template(**_block(origin=[10, float("nan")])), "fieldBlocks.Block.origin"),
        (_template(**_block(bubblesGap="wide")), "fieldBlocks.Block.bubblesGap"),
        (_template(**_block(labelsGap=[1])), "fieldBlocks.Block.labelsGap：应有 2 个数"),
        (_template(**_block(labelsGap=400)), "在页面 (300.0, 400.0) 之外"),
        (_template(**_block(fieldLabels=[])), "fieldBlocks.Block.fieldLabels"),
        (_template(**_block(fieldLabels=["q5..1"])), "范围 'q5..1'"),
        (_template(**_block(fieldLabels=["q1..99999"])), "范围"),
        (_template(**_block(fieldLabels=["q1", "q1"])), "标签重复：q1"),
        (_template(customLabels={"Roll": ["roll1"]}), "customLabels.Roll：没有名为 roll1"),
        (_template(outputColumns=["q9"]), "outputColumns：没有名为 q9"),
        (_template(preProcessors=[{"name": "Rotate"}]), "preProcessors[0].name：不支持 'Rotate'"),
        (
            _template(preProcessors=[{"name": "CropOnMarkers", "options": {"relativePath": "m.jpg"}}]),
            "preProcessors[0].options.relativePath：没有找到图片 m.jpg",
        ),
    ],
)
def test_what_is_wrong_in_a_template_is_named_with_file_and_field(template: Any, part: str) -> None:
    with pytest.raises(CardInvalid) as caught:
        import_template(_files(template), "e")
    assert part in caught.value.message
    assert "template.json" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({}, "没有 template.json"),
        ({"template.json": b"{\n  oops"}, "第 2 行"),
        ({"template.json": "{}".encode("utf-16")}, "UTF-8"),
        ({"template.json": b"[" * 100_000}, "template.json"),
    ],
)
def test_a_broken_file_is_refused(files: dict[str, bytes], part: str) -> None:
    with pytest.raises(CardInvalid, match=part):
        import_template(files, "e")


def test_a_picture_that_is_none_is_refused() -> None:
    steps = [{"name": "CropOnMarkers", "options": {"relativePath": "m.jpg"}}]
    with pytest.raises(CardInvalid, match="不是可用的图片"):
        import_template(_files(_template(preProcessors=steps), **{"m.jpg": b"no picture"}), "e")


def test_spellings_of_the_development_branch_are_understood() -> None:
    template = {
        "templateDimensions": [300, 400],
        "bubbleDimensions": [20, 10],
        "processingImageShape": [400, 300],
        "customBubbleFieldTypes": {"YESNO": {"bubbleValues": ["Y", "N"], "direction": "vertical"}},
        "preProcessors": [
            {
                "name": "CropOnMarkers",
                "options": {
                    "type": "FOUR_MARKERS",
                    "referenceImage": "m.png",
                    "processingImageShape": [400, 300],
                    "markerDimensions": [20, 20],
                },
            },
            {"name": "Contrast", "options": {"mode": "auto"}},
        ],
        "fieldBlocks": {
            "A": {
                "bubbleFieldType": "YESNO",
                "fieldDetectionType": "BUBBLES_THRESHOLD",
                "origin": [30, 40],
                "fieldLabels": ["a", "b"],
                "bubblesGap": 25,
                "labelsGap": 30,
            }
        },
    }
    imported = import_template(_files(template, **{"m.png": PNG}), "e")
    fields = imported.card.pages[0].bubbles
    assert [[b.label for b in f.bubbles] for f in fields] == [["Y", "N"], ["Y", "N"]]
    assert fields[0].bubbles[1].box.y_mm > fields[0].bubbles[0].box.y_mm
    assert [s.name for s in imported.card.alignment] == ["crop_on_markers", "levels"]
    assert imported.card.alignment[0].options["sheetToMarkerWidthRatio"] == 15


def test_a_logo_step_knows_the_size_in_which_its_place_is_given() -> None:
    step = {"name": "CropOnLogo", "options": {"expected_origin": [50, 30]}}
    config = json.dumps({"dimensions": {"processing_width": 500, "processing_height": 700}}).encode()
    files = _files(_template(preProcessors=[step]), **{"logo.png": PNG, "config.json": config})
    assert import_template(files, "e").card.alignment[0].options["working_px"] == [500, 700]
    del files["config.json"]
    assert import_template(files, "e").card.alignment[0].options["working_px"] == [666, 820]
    assert import_template({**files, "config.json": b"[]"}, "e").card.alignment[0].options["working_px"] == [
        666,
        820,
    ]


@pytest.mark.parametrize(
    ("template", "part"),
    [
        (_template(preProcessors=[{"name": "CropOnMarkers", "options": {"type": "TWO_LINES"}}]), "TWO_LINES"),
        (_template(**_block(fieldDetectionType="OCR")), "'OCR' 不是填涂块"),
        (_template(preProcessors=[{"name": "CropOnLogo", "options": {}}]), "没有找到图片 logo.png"),
    ],
)
def test_what_only_the_tool_can_do_is_refused_by_name(template: Any, part: str) -> None:
    with pytest.raises(CardInvalid) as caught:
        import_template(_files(template), "e")
    assert part in caught.value.message
