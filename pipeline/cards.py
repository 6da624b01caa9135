"""Making the exam's card: designed from the exam, or imported from a template."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from core.cards import BubbleField, BubblePurpose, Card
from core.errors import CardInvalid, UnsafeUpload
from core.exams import Exam, Item, MultipleChoice, NumberLayout
from core.store import Output
from ocr.cards import blank_pages, design_card, draw_card
from ocr.omrchecker import ImportedTemplate, import_template
from pipeline.toolbox import Toolbox

_TEMPLATE_LIMIT_BYTES = 64 * 1024 * 1024


def design_exam_card(tb: Toolbox, exam_id: str, by: str) -> Card:
    """Design, draw and keep the card of the exam's last revision; an unchanged layout keeps its card.

    With pre-named cards a PDF with every candidate's own copy is kept as an output of release 0.

    Raises:
        NotFound: no such exam.
        CardInvalid: the exam has no card that fits on paper.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        earlier = uow.cards.of_exam(exam_id)
        roster = uow.candidates.roster(exam_id)
    card = design_card(exam, (earlier[0].revision if earlier else 0) + 1)
    same = earlier[0] if earlier and earlier[0].pages == card.pages else None
    if same is None:
        card = _drawn(tb, card, exam)
        with tb.store.write() as uow:
            uow.cards.add(card)
            uow.audit.write(by, "card.design", exam_id, card.id, after=f"{len(card.pages)} pages")
    else:
        card = same
    if exam.card.number_layout is NumberLayout.PRENAMED and roster.candidates:
        _keep_named(tb, card, draw_card(card, exam, roster.candidates))
    return card


def _drawn(tb: Toolbox, card: Card, exam: Exam) -> Card:
    pdf = draw_card(card, exam)
    blanks = blank_pages(pdf, len(card.pages))
    return card.model_copy(
        update={
            "exam_revision": exam.revision,
            "pdf_blob": tb.blobs.put(pdf),
            "blank_blobs": tuple(tb.blobs.put(blank) for blank in blanks),
        }
    )


def _keep_named(tb: Toolbox, card: Card, pdf: bytes) -> None:
    name = f"答题卡_{card.exam_id}_预印姓名.pdf"
    with tb.store.write() as uow:
        uow.outputs.put(
            Output(
                exam_id=card.exam_id,
                release=0,
                kind="card",
                candidate_id=card.id,
                name=name,
                blob=tb.blobs.put(pdf),
            )
        )


def import_exam_template(tb: Toolbox, exam_id: str, content: bytes, by: str) -> Card:
    """Keep a zipped OMRChecker template folder as the exam's card.

    Fields named q1, q2 … are taken as the answers of items 1, 2 …; the digits of a joined field
    named like a roll number become the 考号.

    Raises:
        UnsafeUpload: the ZIP unpacks to more than a template ever needs.
        CardInvalid: there is no usable template in it.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        earlier = uow.cards.of_exam(exam_id)
    revision = (earlier[0].revision if earlier else 0) + 1
    imported = import_template(_unzipped(content), exam_id, revision)
    card = _for_exam(imported, exam)
    if earlier and (earlier[0].pages, earlier[0].alignment) == (card.pages, card.alignment):
        return earlier[0]
    for blob in imported.blobs.values():
        tb.blobs.put(blob)
    with tb.store.write() as uow:
        uow.cards.add(card)
        uow.audit.write(by, "card.import", exam_id, card.id, after="OMRChecker template")
    return card


def _unzipped(content: bytes) -> Mapping[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _TEMPLATE_LIMIT_BYTES:
                raise UnsafeUpload("模板压缩包解压后超过 64 MB。", "请只压缩 template.json 和它用到的图片。")
            return {i.filename: archive.read(i) for i in archive.infolist() if not i.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise CardInvalid(
            "上传的模板不是可以打开的 ZIP 压缩包 (损坏或有密码)。",
            "请把 template.json 和图片压缩成 ZIP 后上传。",
        ) from error


_ROLL = re.compile(r"roll|exam_?no|student_?id|candidate|考号|学号|准考证", re.IGNORECASE)


def _for_exam(imported: ImportedTemplate, exam: Exam) -> Card:
    """The template's fields under the names that the exam knows them by."""
    items = {item.number: item for item in exam.items}
    roll = next((parts for label, parts in imported.custom_labels.items() if _ROLL.search(label)), ())
    page = imported.card.pages[0]
    fields = tuple(_renamed(field, items, roll) for field in page.bubbles)
    digits = sum(field.purpose is BubblePurpose.NUMBER for field in fields)
    return imported.card.model_copy(
        update={
            "pages": (page.model_copy(update={"bubbles": fields}),),
            "exam_revision": exam.revision,
            "number_digits": digits,
        }
    )


def _renamed(field: BubbleField, items: Mapping[str, Item], roll: tuple[str, ...]) -> BubbleField:
    number = re.sub(r"^[qQ](?=\d)", "", field.key)
    if number in items:
        several = isinstance(items[number], MultipleChoice)
        return field.model_copy(update={"purpose": BubblePurpose.ANSWER, "key": number, "multiple": several})
    if field.key in roll and all(bubble.label.isdigit() for bubble in field.bubbles):
        return field.model_copy(update={"purpose": BubblePurpose.NUMBER, "key": str(roll.index(field.key))})
    return field
