"""The head of each page: code, title, who writes, how to fill; and the foot."""

from __future__ import annotations

from dataclasses import dataclass

from core.cards import Bubble, BubbleField, BubblePurpose
from core.errors import CardInvalid
from core.exams import Exam, NumberLayout
from ocr.cards import measures as m
from ocr.cards.sheets import Sheet, box, fitted_size_pt, text_height_mm, text_width_mm
from ocr.cards.wording import Wording, wording

_FIELD_MM = 9.0  #: one line of the handwritten information
_DIGIT_ROW_MM = 4.4
_DIGIT_BOX_MM = 8.0
_TITLE_MM = 6.0
_NOTES_PT = (8.4, 8.0, 7.6, 7.2)  #: the largest that fits beside the 考号
_LABEL_GREY = 0.25


@dataclass(frozen=True)
class HeadArea:
    """The column in which a page's head stands: its left edge and width, in millimetres."""

    x: float
    width: float
    code_right: float  #: where the code ends

    @property
    def right(self) -> float:
        return self.x + self.width


def print_front(sheet: Sheet, exam: Exam, area: HeadArea) -> float:
    """Print the first page's head and return where the content below it may start."""
    words = wording(exam.language)
    _print_code(sheet, area)
    title_left = max(area.x, m.FIDUCIAL_INSET_MM + m.FIDUCIAL_MM / 2 + 2.5)
    sheet.score_box = box(title_left, m.CODE_TOP_MM + 1, 18.0, m.CODE_MM - 2)
    sheet.frame(sheet.score_box, 0.2, 0.35)
    sheet.text(box(title_left, m.CODE_TOP_MM + 1.5, 18.0, 4.0), words.score, 8, "center", grey=_LABEL_GREY)
    _print_title(sheet, exam, title_left + 20, area.code_right - m.CODE_MM - 2)
    number_width = _number_width(exam)
    number_x = area.right - number_width
    bottom = _print_number(sheet, exam, number_x, m.HEADER_MM, number_width)
    left_bottom = _print_left(sheet, exam, area.x, number_x - area.x - 4, bottom)
    return max(bottom, left_bottom) + m.BLOCK_GAP_MM + 1


def print_back(sheet: Sheet, exam: Exam, area: HeadArea) -> float:
    """Print the compact head of a later page and return where the content may start.

    It asks for the number again: the master is photocopied, so the code does not say whose page it is.
    """
    words = wording(exam.language)
    _print_code(sheet, area)
    left = max(area.x, m.FIDUCIAL_INSET_MM + m.FIDUCIAL_MM / 2 + 2.5)
    right = area.code_right - m.CODE_MM - 2
    title = f"{exam.title}　{exam.subject}{words.card}"
    size = fitted_size_pt(title, right - left, 10.5, 6.0)
    sheet.text(box(left, m.CODE_TOP_MM + 1, right - left, 9), title, size, "center", bold=True)
    y = m.CODE_TOP_MM + 12
    if exam.card.number_layout is NumberLayout.PRENAMED:
        _print_fields(sheet, (("name", words.name), ("number", words.number)), area.x, y, right - area.x)
        return m.HEADER_MM
    digits = exam.card.number_digits
    pitch = min(7.0, (right - area.x - 14) / digits)
    boxes_x = right - digits * pitch
    sheet.number_boxes = tuple(box(boxes_x + i * pitch, y, pitch, 9.0) for i in range(digits))
    label_x = boxes_x - 13
    sheet.text(box(label_x, y, 12.5, 9), words.number, 9.5, "center")
    if label_x - area.x >= 28:
        width = min(48.0, label_x - area.x - 2)
        _print_fields(sheet, (("name", words.name),), area.x, y, width)
    return m.HEADER_MM


def print_foot(sheet: Sheet, exam: Exam, page_count: int) -> None:
    """Print the line between the lower markers: the rule of the frame, and which page this is."""
    words = wording(exam.language)
    y = sheet.height_mm - m.FIDUCIAL_INSET_MM - 3
    inner = box(22, y, sheet.width_mm - 44, 4)
    page = words.page.format(page=sheet.number, count=page_count)
    sheet.text(inner, f"{exam.subject}{words.card}　{page}", 8.5, "center")
    sheet.text(box(22, y - 4.2, sheet.width_mm - 44, 4), words.footer, 7.5, "center", grey=_LABEL_GREY)


def _print_code(sheet: Sheet, area: HeadArea) -> None:
    sheet.code_box = box(area.code_right - m.CODE_MM, m.CODE_TOP_MM, m.CODE_MM, m.CODE_MM)


def _print_title(sheet: Sheet, exam: Exam, left: float, right: float) -> None:
    width, title = right - left, exam.title
    size = fitted_size_pt(title, width, 16.0, 10.0)
    if text_height_mm(title, size, width) > 2.1 * text_height_mm("一", size, width):
        raise CardInvalid(
            f"考试名称有 {len(title)} 个字，答题卡上放不下。", "请缩短考试名称（A4 约 60 字以内）。"
        )
    sheet.text(box(left, m.CODE_TOP_MM, width, 13), title, size, "center", bold=True)
    words = wording(exam.language)
    line = "　".join(part for part in (exam.grade, f"{exam.subject}{words.card}", exam.date) if part)
    size = fitted_size_pt(line, width, 13.0, 7.0)
    sheet.text(box(left, m.CODE_TOP_MM + 14, width, 7), line, size, "center")


def _digit_pitch(exam: Exam) -> float:
    """Width of a digit's box; where nothing but the written digits says who it is, they get more room."""
    if exam.card.number_layout is NumberLayout.BOXES:
        return 8.0 if exam.card.number_digits <= 9 else 5.8
    return 6.4 if exam.card.number_digits <= 9 else 5.6


def _number_width(exam: Exam) -> float:
    digits = exam.card.number_digits
    if exam.card.number_layout is NumberLayout.PRENAMED:
        return 62.0
    grid = digits * _digit_pitch(exam) + 3.0
    return max(grid, 64.0) if exam.card.number_layout is NumberLayout.STICKER else grid


def _print_number(sheet: Sheet, exam: Exam, x: float, y: float, width: float) -> float:
    """Print the layout's block for the 考号 and return its lower edge."""
    words = wording(exam.language)
    match exam.card.number_layout:
        case NumberLayout.PRENAMED:
            fields = (("name", words.name), ("number", words.number), ("class_name", words.class_name))
            for row, one in enumerate(fields):
                _print_fields(sheet, (one,), x + 2, y + 2 + row * _FIELD_MM, width - 4)
            sheet.frame(box(x, y, width, 4 + len(fields) * _FIELD_MM))
            sheet.name_box = box(x, y, width, 4 + len(fields) * _FIELD_MM)
            return y + 4 + len(fields) * _FIELD_MM
        case NumberLayout.STICKER:
            sheet.sticker_box = box(x, y, width, 32.0)
            sheet.frame(sheet.sticker_box, 0.3)
            sheet.text(box(x, y + 1, width, 5), words.sticker, 9, "center", grey=0.45)
            return _print_digit_boxes(sheet, exam, x, y + 34, width)
        case NumberLayout.BOXES:
            return _print_digit_boxes(sheet, exam, x, y, width)
    bottom = _print_digit_boxes(sheet, exam, x, y, width)
    return _print_grid(sheet, bottom)


def _print_digit_boxes(sheet: Sheet, exam: Exam, x: float, y: float, width: float) -> float:
    digits = exam.card.number_digits
    pitch = _digit_pitch(exam)
    left = x + (width - digits * pitch) / 2
    sheet.text(box(x, y, width, _TITLE_MM - 0.5), wording(exam.language).number, 10, "center", bold=True)
    top = y + _TITLE_MM
    sheet.number_boxes = tuple(box(left + i * pitch, top, pitch, _DIGIT_BOX_MM) for i in range(digits))
    return top + _DIGIT_BOX_MM + 1.0


def _print_grid(sheet: Sheet, y: float) -> float:
    """Ten bubbles under each digit box."""
    first = sheet.number_boxes[0]
    for position, digit_box in enumerate(sheet.number_boxes):
        width = min(4.6, digit_box.width_mm - 1.3)
        x = digit_box.centre.x_mm - width / 2
        bubbles = tuple(
            Bubble(label=str(digit), box=box(x, y + 1.2 + digit * _DIGIT_ROW_MM, width, 2.7))
            for digit in range(10)
        )
        sheet.bubbles.append(BubbleField(purpose=BubblePurpose.NUMBER, key=str(position), bubbles=bubbles))
    bottom = y + 10 * _DIGIT_ROW_MM + 1.0
    total = len(sheet.number_boxes) * first.width_mm
    top = first.y_mm - _TITLE_MM
    sheet.frame(box(first.x_mm - 1.5, top, total + 3.0, bottom - top), 0.25)
    return bottom


def _print_left(sheet: Sheet, exam: Exam, x: float, width: float, at_least: float) -> float:
    """Information fields, instructions and the 缺考 bubble; returns the lower edge."""
    words, y = wording(exam.language), m.HEADER_MM
    if exam.card.number_layout is not NumberLayout.PRENAMED:
        y = _print_information(sheet, words, x, width) + 1.5
    text = "\n".join(words.notes)
    foot = 7.0
    room = at_least - y - _TITLE_MM - foot
    size = next((s for s in _NOTES_PT if text_height_mm(text, s, width - 4) <= room), _NOTES_PT[-1])
    height = text_height_mm(text, size, width - 4)
    free = max(0.0, room - height)
    frame = box(x, y, width, _TITLE_MM + height + foot + free)
    sheet.frame(frame, 0.25)
    sheet.text(box(x, y + 0.5, width, 5), words.notes_title, 9, "center", bold=True)
    sheet.text(box(x + 2, y + _TITLE_MM, width - 4, height + free), text, size)
    _print_samples(sheet, exam, x + 2, frame.bottom_mm - foot, width - 4)
    return frame.bottom_mm


def _print_information(sheet: Sheet, words: Wording, x: float, width: float) -> float:
    fields = (
        ("name", words.name),
        ("class_name", words.class_name),
        ("room", words.room),
        ("seat", words.seat),
    )
    in_row = 2 if width >= 68 else 1
    rows = [fields[i : i + in_row] for i in range(0, len(fields), in_row)]
    for row, shown in enumerate(rows):
        _print_fields(sheet, shown, x, m.HEADER_MM + row * _FIELD_MM, width)
    sheet.name_box = box(x, m.HEADER_MM, width, len(rows) * _FIELD_MM)
    return m.HEADER_MM + len(rows) * _FIELD_MM


def _print_fields(
    sheet: Sheet, fields: tuple[tuple[str, str], ...], x: float, y: float, width: float
) -> None:
    """Labels with a line to write on, side by side; a pre-named copy prints the candidate's own."""
    each = width / len(fields)
    for index, (slot, label) in enumerate(fields):
        label_width = text_width_mm(label, 9.5) + 1.5
        left = x + index * each
        line = each - label_width - (2.0 if index + 1 < len(fields) else 0.0)
        sheet.text(box(left, y, label_width, _FIELD_MM), label, 9.5)
        sheet.rule(left + label_width, y + _FIELD_MM - 1.2, line)
        sheet.text(box(left + label_width + 1, y, line - 1, _FIELD_MM - 1), "", 10.5, slot=slot)
    if sheet.name_box is None:
        sheet.name_box = box(x, y, width, _FIELD_MM)


def _print_samples(sheet: Sheet, exam: Exam, x: float, y: float, width: float) -> None:
    """How to fill, and the invigilator's bubble."""
    words = wording(exam.language)
    sheet.rule(x - 2, y, width + 4, 0.2, 0.35)
    label = text_width_mm(words.good_mark, 7.5) + 1
    sheet.text(box(x, y + 0.5, label + 1, 6), words.good_mark, 7.5)
    sheet.fill(box(x + label, y + 2.2, 4.6, 2.6))
    if not exam.card.absent_box:
        return
    note = words.absent if width < 70 else f"{words.absent}（{words.absent_note}）"
    right = x + width
    bubble = Bubble(label="absent", box=box(right - m.BUBBLE_MM[0], y + 2.0, *m.BUBBLE_MM))
    note_width = text_width_mm(note, 7.5) + 1.5
    sheet.text(box(right - m.BUBBLE_MM[0] - 1 - note_width, y + 0.5, note_width, 6), note, 7.5, "right")
    sheet.bubbles.append(BubbleField(purpose=BubblePurpose.ABSENT, key="absent", bubbles=(bubble,)))
