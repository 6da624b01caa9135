"""Words for what the records name by a code."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from core.identities import ProposalKind
from core.jobs import JobKind
from core.marks import Award, Verdict
from core.pages import PageState
from core.results import CandidateStatus
from feedback.for_pupils import for_pupils

#: A reader's note where a fill's reason ends: “（crossed out）”, or all of it where nothing was read.
_NOTED = re.compile(r"(（|^第\d+空)([a-z ]+)(?=）?(?:；|$))")
#: Why a bubble was doubtful and what was noted about writing, as the readers name it.
_REASONS = {
    "erased": _("有擦除痕迹"),
    "crossed out": _("有划掉的痕迹"),
    "partly crossed out": _("有一部分划掉了"),
    "two marks": _("填了两个"),
    "faint": _("填涂太浅"),
    "outside the box": _("写在框外"),
}

PAGE_STATES = {
    PageState.RECEIVED: _("处理中"),
    PageState.PLACED: _("已归位"),
    PageState.DUPLICATE: _("重复"),
    PageState.STRAY: _("异页"),
    PageState.UNREADABLE: _("无法辨认"),
    PageState.HELD: _("待处理"),
}
STATUSES = {
    CandidateStatus.PRESENT: _("正常"),
    CandidateStatus.ABSENT: _("缺考"),
    CandidateStatus.VOID: _("违纪"),
}
HELD_FOR = {
    "identity": _("考号待确认"),
    "collision": _("与另一页重号"),
    "registration": _("无法定位"),
    "retake": _("请重拍"),
    "absent": _("缺考标记待确认"),
    "optional": _("选做题待确认"),
}
JOBS = {
    JobKind.DESIGN_CARD: _("生成答题卡"),
    JobKind.IMPORT_TEMPLATE: _("导入模板"),
    JobKind.READ_BLANK: _("读取空白卡"),
    JobKind.BLANK_CARD: _("按空白卡生成答题卡"),
    JobKind.SPLIT_STACK: _("拆分扫描件"),
    JobKind.RECOGNISE: _("识别"),
    JobKind.SETTLE: _("核对考号"),
    JobKind.MARK: _("重新评分"),
    JobKind.RELEASE: _("制作成绩文件"),
    JobKind.SCRIPTS: _("制作红笔卷与错题本"),
}
ACTIONS = {
    "exam.save": _("保存试卷"),
    "roster.import": _("导入名单"),
    "roster.numbers": _("生成考号"),
    "roster.remove": _("移出名单"),
    "jobs.retry": _("重试失败的工作"),
    "card.design": _("生成答题卡"),
    "card.import": _("导入模板"),
    "stack.take_in": _("上传扫描件"),
    "stack.dismiss": _("放弃没有读完的文件"),
    "identity.settle": _("确认考号"),
    "candidate.declare": _("登记考生状态"),
    "candidate.absent": _("识别为缺考"),
    "mark.give": _("给分"),
    "mark.undo": _("撤销给分"),
    "group.mark": _("整组给分"),
    "group.undo": _("撤销整组给分"),
    "group.pull_out": _("移出分组"),
    "group.put_back": _("放回分组"),
    "mark.flag": _("标为异常"),
    "mark.again": _("重新评分"),
    "mark.recheck": _("评分标准改后送回复核"),
    "patch.adopt": _("采用新的评分标准"),
    "patch.done": _("按新标准重评"),
    "choice.correct": _("确认填涂"),
    "learning.adopt": _("采用学到的建议分"),
    "learning.policy": _("改跟老师学的方式"),
    "licence.granted": _("授权机器定分"),
    "licence.withdrawn": _("撤回机器定分的授权"),
    "licence.fallen_back": _("授权自动收回"),
    "licence.measuring": _("抽取盲评"),
    "optional.choose": _("确认选做题"),
    "page.duplicate": _("标为重复"),
    "page.stray": _("标为异页"),
    "page.unreadable": _("标为无法辨认"),
    "page.held": _("重新处理"),
    "release": _("发布"),
    "user.students": _("建立学生账号"),
}
EXCHANGES = {
    ProposalKind.SWAP: _("互换"),
    ProposalKind.SHIFT: _("整体错位"),
    ProposalKind.GRID: _("填涂错行或错列"),
}
#: 异常 reasons as marking systems in China name them.
FLAG_REASONS = (
    _("图像不清"),
    _("错位作答"),
    _("选做未涂"),
    _("涂改疑似"),
    _("特殊标记或泄露姓名"),
    _("雷同"),
    _("疑似代答"),
    _("其他"),
)


def install(app: Flask) -> None:
    """Give the templates their words."""
    for name, table in (
        ("state_name", PAGE_STATES),
        ("status_name", STATUSES),
        ("held_name", HELD_FOR),
        ("job_name", JOBS),
        ("action_name", ACTIONS),
        ("exchange_name", EXCHANGES),
    ):
        app.jinja_env.filters[name] = _lookup(table)
    app.jinja_env.filters["reason_words"] = reason_words
    app.jinja_env.filters["model_name"] = model_name
    app.jinja_env.filters["pupil_words"] = pupil_words


_VERDICTS = {
    Verdict.CREDITED: _("写到了"),
    Verdict.PARTLY: _("写到一部分"),
    Verdict.CONTRADICTED: _("不符"),
    Verdict.NOT_ADDRESSED: _("没有写到"),
}


def verdict_words(said: Award) -> str:
    """What the answer does with a criterion, in a teacher's words that fit the points given for it."""
    if said.verdict is None:
        return ""
    if said.steps == said.full_steps:
        return str(_VERDICTS[Verdict.CREDITED])
    if said.steps:
        return str(_VERDICTS[Verdict.PARTLY])
    against = said.verdict is Verdict.CONTRADICTED
    return str(_VERDICTS[Verdict.CONTRADICTED if against else Verdict.NOT_ADDRESSED])


#: What a scorer's name holds → who that is, in a teacher's words; the first that fits.
_MODELS = (
    (re.compile(r"judge:"), _("语言模型")),
    (re.compile(r"^(fill-verified|choice-rules|steps)-"), _("按答案核对")),
)
_LEARNT = re.compile(r"^item-head-\d+(?: k=(\d+))?")


def model_name(name: str) -> str:
    """A scorer's name in plain words; the exact name belongs in the title."""
    learnt = _LEARNT.match(name)
    if learnt:
        return str(gettext("跟老师学的（%(k)s 份）", k=learnt[1]) if learnt[1] else _("跟老师学的"))
    fitting = next((words for pattern, words in _MODELS if pattern.search(name)), None)
    return str(fitting or _("自带评分")) if name else "–"


def reason_words(reason: str) -> str:
    """A reader's reason in words; other reasons are sentences already, but may end with a reader's note."""
    if reason in _REASONS:
        return str(_REASONS[reason])
    return _NOTED.sub(lambda found: f"{found[1]}{_REASONS.get(found[2], found[2])}", reason)


def pupil_words(reason: str) -> str:
    """A reason as a pupil reads it: without what was said among the staff."""
    return reason_words(for_pupils(reason))


def _lookup(table: dict[Any, Any]) -> Any:
    return lambda code: table.get(code, code)
