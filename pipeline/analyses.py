"""What is worked out about an item away from the web: each kind of analysis has its use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.errors import BadInput
from pipeline.toolbox import Toolbox

Progress = Callable[[int, int], None]
Analysis = Callable[[Toolbox, str, Mapping[str, Any], Progress], None]


def _patch(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.patching import patch_analysis  # noqa: PLC0415  (the rules and models load only here)

    patch_analysis(tb, exam_id, args, progress)


def _essays(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.essay_reading import essay_analysis  # noqa: PLC0415  (reads pages with the text engine)

    essay_analysis(tb, exam_id, args, progress)


def _agreement(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.agreement import analyse_agreement  # noqa: PLC0415  (as the others)

    analyse_agreement(tb, exam_id, args, progress)


def _licence(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.licensing import apply_licences  # noqa: PLC0415  (as the others)

    apply_licences(tb, exam_id, args, progress)


def _groups(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.grouping import group_analysis  # noqa: PLC0415  (as the others)

    group_analysis(tb, exam_id, args, progress)


def _learning(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.teaching import learning_analysis  # noqa: PLC0415  (as the others)

    learning_analysis(tb, exam_id, args, progress)


def _judge(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    from pipeline.judge_round import judge_round  # noqa: PLC0415  (as the others)

    judge_round(tb, exam_id, args, progress)


#: Kind → use case of (toolbox, exam id, the job's arguments, progress).
ANALYSES: dict[str, Analysis] = {
    "groups": _groups,
    "agreement": _agreement,
    "learning": _learning,
    "licence": _licence,
    "patch": _patch,
    "essays": _essays,
    "judge": _judge,
}


def analyse(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    """Do the analysis that ``args["what"]`` names.

    Raises:
        BadInput: there is no such analysis.
    """
    use_case = ANALYSES.get(args["what"])
    if use_case is None:
        raise BadInput(f"没有这种分析: {args['what']}。", f"可选: {'、'.join(ANALYSES)}。")
    use_case(tb, exam_id, args, progress)
