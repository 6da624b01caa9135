"""What no answer to a question says, but who speaks to the marker does. Each rule asks for an act and
its object, near each other; the kinds are what an office is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from marking.judge.kinds import Kind
from marking.judge.rules_chinese import CHINESE, PINYIN
from marking.judge.rules_english import ENGLISH, JOINED_ENGLISH
from marking.judge.rules_signs import FOREIGN, SIGNS

if TYPE_CHECKING:
    from marking.judge.views import Forms

View = Literal["lines", "spaced", "joined", "letters", "foreign"]


class Rule(NamedTuple):
    """A pattern, and the forms of the text that it is searched in."""

    kind: Kind
    views: tuple[View, ...]
    pattern: re.Pattern[str]

    def reads(self, forms: Forms) -> tuple[str, ...]:
        """The forms to search."""
        return tuple(form for view in self.views for form in getattr(forms, view))


def _rule(kind: Kind, views: str, pattern: str) -> Rule:
    """``pattern`` may be broken over lines and hold the words in angle brackets of ``_WORDS``."""
    for name, words in _WORDS.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{words})")
    return Rule(kind, tuple(views.split()), re.compile(pattern))  # type: ignore[arg-type]  # checked by a test


_WORDS = {
    "不理": "忽略|忽视|无视|不要?理会|不用管|不必管|不要?管|别管|跳过|绕过|抛开|抛弃|忘记|忘掉|忘了|不要?遵守|不再遵守"
    "|不要?遵循|不要?执行|停止执行|取消|作废|推翻|覆盖|不要?按照?|别按照?|不看|放弃|撤销|屏蔽|删除|清除|违反",
    "标准": "评分|评卷|阅卷|给分|打分|判分|得分|判卷|改卷|扣分|计分",
    "满分": "满分|满份|全分|高分|最高分|总分|100分|一百分|a\\+",
    "分": "满分|满份|全分|高分|最高分|\\d+分(?!米)|[五六七八九]分|一百分|[一二三四]分(?=$|吧|谢)|100%",
    "考官": "阅卷|评卷|改卷|判卷|评分|打分|批改|批卷|判分",
    "机器": "ai|人工智能|大模型|语言模型|智能体|机器人|gpt|chatgpt|deepseek|千问|豆包|文心|模型",
    "marks": "marks?|points?|credits?|scores?|grades?",
    "full": "full|maximum|max|top|highest|perfect|100|hundred|all(?: of)? the|extra|partial|more",
    "grader": "grader|marker|examiner|evaluator|assessor|grading (?:assistant|ai|model|system|bot|tool)"
    "|marking (?:assistant|ai|model|system|bot)|scoring (?:model|system|ai|bot)|language model|llm|chatgpt|gpt"
    "|ai (?:model|assistant|judge|system)|auto ?-?grader",
    "ignore": "ignore|ignoring|disregard|forget|override|bypass|skip|do not (?:follow|apply|use)"
    "|don'?t (?:follow|apply|use)|stop (?:following|applying)|pay no attention to|discard|neglect|set aside"
    "|instead of (?:following|applying|using)",
}

RULES: tuple[Rule, ...] = (
    *(_rule(kind, "lines", pattern) for kind, pattern in SIGNS),
    *(_rule(kind, "joined", pattern) for kind, pattern in CHINESE),
    *(_rule(kind, "spaced", pattern) for kind, pattern in ENGLISH),
    *(_rule(kind, "joined letters", pattern) for kind, pattern in JOINED_ENGLISH),
    *(_rule(kind, "spaced", pattern) for kind, pattern in PINYIN),
    *(_rule(kind, "foreign", pattern) for kind, pattern in FOREIGN),
)
