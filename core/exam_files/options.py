"""Options and keys of choices and true–false items."""

from __future__ import annotations

import unicodedata

from core.exam_files.fields import Fields, kind_of
from core.exam_files.problems import shortened
from core.exam_files.tree import Mapping, Sequence, Text
from core.exam_files.words import TRUTHS, letters_of
from core.exams import ChoiceOption

LABELS = "ABCDEFGH"


def plain_options(count: int) -> tuple[ChoiceOption, ...]:
    """Options without a text, A first."""
    return tuple(ChoiceOption(label=label) for label in LABELS[:count])


def read_options(fields: Fields, default: tuple[ChoiceOption, ...] | None) -> tuple[ChoiceOption, ...]:
    """``options``: a mapping of letters to texts, a list of texts, or how many there are."""
    node = fields.node("options")
    if node is None:
        return default or plain_options(4)
    if isinstance(node, Mapping):
        return _lettered(fields, node)
    if isinstance(node, Sequence):
        texts = fields.words("options")
        if not 2 <= len(texts) <= len(LABELS):
            fields.wrong("options", f"应有 2 到 {len(LABELS)} 个选项，现在是 {len(node.nodes)} 个")
            return plain_options(4)
        return tuple(ChoiceOption(label=label, text=text) for label, text in zip(LABELS, texts, strict=False))
    return plain_options(fields.whole("options", 4, 2, len(LABELS)))


def _lettered(fields: Fields, node: Mapping) -> tuple[ChoiceOption, ...]:
    options = []
    for name, (line, value) in node.entries.items():
        label = unicodedata.normalize("NFKC", name).strip().upper()
        path = f"{fields.sub('options')}.{name}"
        if label not in tuple(LABELS):
            fields.problems.add(line, path, f"选项只能是 {LABELS[0]} 到 {LABELS[-1]} 的字母")
        elif not isinstance(value, Text):
            fields.problems.add(line, path, f"选项应是文字，现在是{kind_of(value)}")
        else:
            options.append(ChoiceOption(label=label, text="" if value.is_null else value.text))
    if len(options) < 2:
        fields.wrong("options", f"至少要有 2 个选项，现在是 {len(options)} 个")
        return plain_options(4)
    return tuple(options)


def read_key(fields: Fields, options: tuple[ChoiceOption, ...], given: str | None) -> tuple[str, ...]:
    """The letters of the key, each among the options; empty after telling what is wrong."""
    written = given if given is not None else " ".join(fields.words("key"))
    letters = letters_of(written)
    labels = tuple(option.label for option in options)
    strangers = [letter for letter in letters if letter not in labels]
    if not letters:
        fields.wrong("key", "缺少答案")
    elif strangers:
        fields.wrong("key", f"答案“{shortened(written)}”不在选项 {'、'.join(labels)} 中")
    elif len(set(letters)) < len(letters):
        fields.wrong("key", f"答案“{shortened(written)}”里有重复的字母")
    else:
        return letters
    return ()


def read_truth(fields: Fields, given: str | None) -> bool | None:
    """The key of a true–false item; ``None`` after telling what is wrong."""
    written = given if given is not None else fields.text("key")
    truth = TRUTHS.get(unicodedata.normalize("NFKC", written).strip().lower())
    if truth is None:
        fields.wrong("key", f"判断题答案应写 T 或 F（也可写 对/错、√/×），现在是“{shortened(written)}”")
    return truth
