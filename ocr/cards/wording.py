"""The card's fixed words, in the exam's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Wording:
    """All words that are printed on every card of one language."""

    card: str
    name: str
    class_name: str
    room: str
    seat: str
    number: str
    score: str
    notes_title: str
    notes: tuple[str, ...]
    good_mark: str
    absent: str
    absent_note: str
    sticker: str
    points: str
    section_points: str
    page: str
    footer: str
    choose: str
    continued: str
    count: str


_CHINESE = Wording(
    card="答题卡",
    name="姓名",
    class_name="班级",
    room="考场",
    seat="座位号",
    number="考　号",
    score="总　分",
    notes_title="注 意 事 项",
    notes=(
        "1. 答题前先将姓名、班级、考场、座位号和考号填写清楚。",
        "2. 选择题用 2B 铅笔填涂；修改时用橡皮擦干净，不留痕迹。",
        "3. 非选择题用 0.5 毫米黑色签字笔书写，字迹工整；不得使用涂改液、胶带。",
        "4. 在各题的答题区域内作答，写在边框以外的答案无效。",
        "5. 保持卡面清洁，不折叠，不弄破；四角的定位块上不要写画。",
    ),
    good_mark="正确填涂",
    absent="缺考标记",
    absent_note="监考员填涂，考生禁填",
    sticker="贴条形码区",
    points="{points}分",
    section_points="（共{points}分）",
    page="第 {page} 页　共 {count} 页",
    footer="请在各题目的答题区域内作答，超出边框限定区域的答案无效",
    choose="请把所选题目的题号涂黑",
    continued="（续）",
    count="{count}字",
)

_ENGLISH = Wording(
    card="Answer Sheet",
    name="Name",
    class_name="Class",
    room="Room",
    seat="Seat",
    number="Number",
    score="Total",
    notes_title="Instructions",
    notes=(
        "1. First write your name, class, room, seat and candidate number.",
        "2. Fill bubbles with a 2B pencil; rub out cleanly to change an answer.",
        "3. Write everything else with a 0.5 mm black pen. No correction fluid or tape.",
        "4. Write inside each item's area; what stands outside the frame is not marked.",
        "5. Keep the sheet clean and flat. Do not write on the corner markers.",
    ),
    good_mark="Like this",
    absent="Absent",
    absent_note="for the invigilator only",
    sticker="Barcode sticker",
    points="{points} points",
    section_points=" ({points} points)",
    page="Page {page} of {count}",
    footer="Write inside each item's area; answers outside the frame are not marked",
    choose="Fill the number of the item you answer",
    continued=" (continued)",
    count="{count}",
)


def wording(language: Literal["zh", "en"]) -> Wording:
    """The words of a card in this language."""
    return _CHINESE if language == "zh" else _ENGLISH
