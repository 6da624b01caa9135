"""How far an exam's work has come, in one sentence of the person's language."""

from __future__ import annotations

from flask_babel import gettext as _

from pipeline.progress import Progress
from web.language import chosen_language


def sentence_of(progress: Progress) -> str:
    """E.g. "46 张已识别, 1 缺页, 1 考号待确认, 1 重复, 1 异页", or the same in English."""
    if chosen_language() == "zh":
        return progress.sentence
    counts = (
        (progress.complete, _("张已识别")),
        (progress.incomplete, _("人缺页")),
        (progress.accepted, _("人缺页(已确认)")),
        (progress.waiting_identity, _("份考号待确认")),
        (progress.duplicate, _("页重复")),
        (progress.stray, _("页异页")),
        (progress.unreadable, _("页无法辨认")),
        (progress.absent, _("人缺考")),
    )
    shown = [f"{count} {words}" for n, (count, words) in enumerate(counts) if count or n == 0]
    return ", ".join(shown)
