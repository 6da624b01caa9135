"""The settings choose the judge; what it may use is an exam's, what it used is kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.errors import BadInput, ModelUnusable
from core.judging import JudgeUsage
from core.settings import Settings
from marking.judge.judge import LanguageModelJudge
from marking.scoring.protocol import score
from pipeline.judging import (
    KEPT_DAYS,
    KeptInFolder,
    chat_server,
    judge_of,
    judge_usage,
    keep_usage,
    scorer_of,
    usage_of,
)
from pipeline.toolbox import Toolbox
from tests.marking.judge.samples import ANSWER, QUESTION, RUBRIC, Plain
from tests.marking.judge.stub_server import Reply, decisions, running

GOOD = decisions(("c1", "credited", 1, ["受力面积变大"]), ("c2", "partly", 1, ["压强减小了"]))


def at(url: str, home: Path = Path("zhupi-data"), **more: object) -> Settings:
    given = {"home": home, "judge_kind": "server", "judge_url": url, "judge_model": "stub", **more}
    return Settings.model_validate(given)


def test_without_a_judge_the_fallback_scores_alone() -> None:
    plain = Plain()
    assert scorer_of(Settings(), fallback=plain) is plain
    assert usage_of(plain) is None


@pytest.mark.parametrize(
    "url", ["https://api.example.com/v1", "http://8.8.8.8/v1", "http://x.local.example/v1"]
)
def test_a_judge_outside_the_school_is_refused_unless_the_settings_allow_it(url: str) -> None:
    with pytest.raises(BadInput, match="不在校内网络") as caught:
        scorer_of(at(url), fallback=Plain())
    assert "ZHUPI_EXTERNAL_MODELS" in caught.value.remedy
    assert isinstance(scorer_of(at(url, external_models=True), fallback=Plain()), LanguageModelJudge)


@pytest.mark.parametrize("settings", [at(""), at("http://gpu:8000/v1", judge_model="")])
def test_a_judge_without_address_or_model_is_refused(settings: Settings) -> None:
    with pytest.raises(BadInput, match="ZHUPI_JUDGE_KIND"):
        scorer_of(settings, fallback=Plain())


def test_a_local_judge_without_a_model_says_so(tmp_path: Path) -> None:
    settings = Settings(judge_kind="local", judge_path=tmp_path)
    with pytest.raises(Exception, match=r"config\.json|程序包") as caught:
        scorer_of(settings, fallback=Plain())
    assert isinstance(caught.value, ModelUnusable) or type(caught.value).__name__ == "EngineUnavailable"


def test_settings_do_not_show_their_keys() -> None:
    shown = repr(at("http://gpu/v1", judge_key="sk-secret", vlm_key="sk-other"))
    assert "sk-" not in shown
    assert "sk-" not in repr(chat_server(at("http://gpu/v1", judge_key="sk-secret")))


def test_what_was_used_is_added_to_the_exams_and_counts_against_its_budget(
    toolbox: Toolbox, tmp_path: Path
) -> None:
    with running(GOOD) as stub:
        settings = at(stub.url, tmp_path, judge_tokens_per_exam=4000, judge_price_out=10.0, judge_samples=2)
        scorer = scorer_of(settings, fallback=Plain())
        score(scorer, QUESTION, RUBRIC, ANSWER)
        with toolbox.store.write() as uow:
            keep_usage(uow, "e", usage_of(scorer))
            keep_usage(uow, "e", usage_of(scorer))
            keep_usage(uow, "e", None)
            keep_usage(uow, "e", JudgeUsage(model="stub"))
        with toolbox.store.read() as uow:
            spent = judge_usage(uow, "e")
            assert judge_usage(uow, "other") == JudgeUsage()
        assert (spent.requests, spent.tokens, spent.decided) == (4, 4 * 107, 4)
        assert spent.cost == pytest.approx(4 * 7 * 10 / 1e6)
        before = len(stub.requests)
        full = spent.model_copy(update={"tokens_in": 4000})
        other = QUESTION.model_copy(update={"stem": "另一道题"})
        score(scorer_of(settings, full, fallback=Plain()), other, RUBRIC, ANSWER)
        assert len(stub.requests) == before


def test_what_was_judged_is_judged_once_for_all_workers(tmp_path: Path) -> None:
    with running(GOOD) as stub:
        first = score(scorer_of(at(stub.url, tmp_path), fallback=Plain()), QUESTION, RUBRIC, ANSWER)
        again = score(scorer_of(at(stub.url, tmp_path), fallback=Plain()), QUESTION, RUBRIC, ANSWER)
        assert len(stub.requests) == 3
    assert first == again
    files = [path for path in (tmp_path / "judge").rglob("*") if path.is_file()]
    assert [path.suffix for path in files] == [".json"]


def test_all_judges_of_a_process_share_the_servers_breaker(tmp_path: Path) -> None:
    with running(Reply(status=400)) as stub:
        settings = at(stub.url, tmp_path, judge_samples=5, judge_at_once=1)
        score(scorer_of(settings, fallback=Plain()), QUESTION, RUBRIC, ANSWER)
        asked = len(stub.requests)
        awards = score(scorer_of(settings, fallback=Plain()), QUESTION, RUBRIC, ANSWER)
        assert len(stub.requests) == asked
    assert "暂停" in awards[0].reason


def test_kept_opinions_are_whole_files_named_by_their_key(tmp_path: Path) -> None:
    kept = KeptInFolder(tmp_path / "judge")
    assert kept.get("ab12") is None
    kept.put("ab12", "{}")
    kept.put("ab12", '{"a": 1}')
    assert kept.get("ab12") == '{"a": 1}'
    assert [path.name for path in (tmp_path / "judge" / "ab").iterdir()] == ["ab12.json"]


def test_opinions_older_than_the_term_are_removed_and_younger_ones_stay(tmp_path: Path) -> None:
    kept = KeptInFolder(tmp_path / "judge")
    for key, days in (("aa1", 91), ("aa2", 89), ("bb1", 400)):
        kept.put(key, "{}")
        path = tmp_path / "judge" / key[:2] / f"{key}.json"
        then = time.time() - days * 86_400
        os.utime(path, (then, then))
    assert kept.forget_older(KEPT_DAYS) == 2
    assert [kept.get(key) for key in ("aa1", "aa2", "bb1")] == [None, "{}", None]
    assert KeptInFolder(tmp_path / "none").forget_older(KEPT_DAYS) == 0


def test_the_first_judge_of_a_process_removes_old_opinions(tmp_path: Path) -> None:
    KeptInFolder(tmp_path / "judge").put("cc1", "{}")
    path = tmp_path / "judge" / "cc" / "cc1.json"
    os.utime(path, (0, 0))
    scorer_of(at("http://127.0.0.1:9/v1", tmp_path), fallback=Plain())
    assert not path.exists()


def test_the_judges_name_is_known_without_asking_or_loading_it(tmp_path: Path) -> None:
    settings = at("http://127.0.0.1:9/v1", tmp_path)
    assert judge_of(settings) == scorer_of(settings, fallback=Plain()).name == "judge:stub(3x,p1)"
    assert judge_of(Settings(judge_kind="local", judge_path=tmp_path / "tiny")) == "judge:tiny(local,p1)"
    assert judge_of(Settings()) == ""
