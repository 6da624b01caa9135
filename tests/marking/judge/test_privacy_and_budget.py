"""Nothing that names a person is sent; nothing beyond the budget is spent; no key is told."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.judging import JudgeUsage
from core.scoring import Response
from marking.judge.account import Account, Budget
from marking.judge.privacy import scrubbed
from marking.judge.prompts import messages_for, most_tokens
from marking.judge.targets import targets_of
from marking.scoring.protocol import score
from models.chat import ChatServer, Fault, estimated_tokens
from tests.marking.judge.samples import ANSWER, QUESTION, RUBRIC, Plain, given, judge_at, server_at
from tests.marking.judge.stub_server import Reply, answer_in, completion, decisions, obedient, running

GOOD = decisions(("c1", "credited", 1, ["受力面积变大"]), ("c2", "partly", 1, ["压强减小了"]))


@pytest.mark.parametrize(
    ("written", "secret"),
    [
        ("姓名：张伟，因为受力面积大", "张伟"),
        ("姓 名: 欧阳娜娜\n答：压强小", "欧阳娜娜"),
        ("考号 20240117 答案略", "20240117"),
        ("学号：2024011732", "2024011732"),
        ("准考证号为 110108199001", "110108199001"),
        ("班级：高三（2）班", "高三（2）班"),
        ("Name: John Smith\nThe salt stays", "John Smith"),
        ("Student ID: A-4471, water", "A-4471"),
        ("我的电话 13812345678", "13812345678"),
        ("身份证110101199003074512", "110101199003074512"),
        ("mail me: kid.one@school.example", "kid.one@school.example"),
        ("李小明认为受力面积变大", "李小明"),
        ("李 小 明认为", "李 小 明"),
        ("number A1009 says so", "A1009"),
        ("考号2024 0117，答略", "2024 0117"),
        ("我是 2024-01-17 号考生", "2024-01-17"),
        ("2 0 2 4 0 1 1 7", "2 0 2 4 0 1 1 7"),
        ("姓名 陈晓红 班级 高一3班\n答：压强小", "陈晓红"),
        ("姓名 陈晓红 班级 高一3班\n答：压强小", "高一3班"),
        ("姓名陈晓红\n压强小", "陈晓红"),
        ("姓 名 ____陈 晓 红\n压强小", "陈 晓 红"),
        ("学号 0231 压强小", "0231"),
        ("Name Mary Jones\nThe salt stays", "Mary Jones"),
        ("电话 138 1234 5678", "138 1234 5678"),
        ("110101-19900307-4512", "110101-19900307-4512"),
        ("Lee Ann wrote it", "Lee Ann"),
        ("written by Lee, Ann", "Lee, Ann"),
    ],
)
def test_what_names_a_person_is_covered_place_for_place(written: str, secret: str) -> None:
    covered = scrubbed(written, {"李小明", "A1009", "20240117", "王", "Ann Lee"})
    assert secret not in covered
    assert len(covered) == len(written)


@pytest.mark.parametrize(
    "written",
    [
        "国王统治的时期",
        "压强为20240118Pa",
        "密度是1000 kg/m³",
        "物质的名称：水",
        "class of animals",
        "A10091",
        "13 15 17 19 21 23 25",
        "班级 里有五个人",
        "name the two gases",
        "2024 年 1 月 17 日",
        "量得 2024 0118 次",
    ],
)
def test_answers_without_people_stay_as_they_are(written: str) -> None:
    assert scrubbed(written, {"王", "A1009", "20240117"}) == written


def test_no_request_holds_a_name_or_number_of_the_roster() -> None:
    roster = {f"学生{c}" for c in "甲乙丙丁戊"} | {f"2024{n:05}" for n in range(20)}
    answers = [
        Response(text=f"姓名：赵{n} 考号：2024{n:05} 学生甲写道：受力面积变大，2024{n:05}") for n in range(20)
    ]
    with running(obedient) as stub:
        judge_at(stub, names=roster).score_all(QUESTION, RUBRIC, answers)
    assert len(stub.requests) >= 3
    for raw, request in zip(stub.raw, stub.requests, strict=True):
        said = answer_in(request)
        assert "受力面积变大" in said
        assert not [word for word in (*roster, "赵") if word in said or word in raw]
        assert set(request) <= {"model", "messages", "temperature", "max_tokens", "seed", "response_format"}
    for header in stub.headers:
        assert not {"cookie", "referer"} & {name.lower() for name in header}


def test_what_is_covered_cannot_be_quoted() -> None:
    answer = Response(text="姓名：张伟，受力面积变大")
    with running(decisions(("c1", "credited", 1, ["□□"]), ("c2", "not_addressed", 0, []))) as stub:
        first, _ = score(judge_at(stub), QUESTION, RUBRIC, answer)
    assert first.model == "plain-1"


def test_the_key_is_sent_but_told_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running(Reply(status=403, body=b"key sk-secret is not known")) as stub:
        server = server_at(stub, api_key="sk-secret")
        (reply,) = server.ask([{"role": "user", "content": "x"}], {})
        assert stub.headers[0]["Authorization"] == "Bearer sk-secret"
    assert reply.fault is Fault.REQUEST
    assert "HTTP 403" in reply.detail
    assert "sk-secret" not in reply.detail + repr(server) + caplog.text


def test_the_budget_of_tokens_stops_the_judge_and_the_fallback_does_the_rest() -> None:
    answers = [Response(text=f"{ANSWER.text}{n}") for n in range(6)]
    messages = messages_for(QUESTION, RUBRIC, answers[0].text)
    one = sum(estimated_tokens(m["content"]) for m in messages) + most_tokens(targets_of(RUBRIC))
    account = Account("stub", Budget(tokens=one + 250))
    with running(GOOD) as stub:
        judge = judge_at(stub, account=account, samples=1, at_once=1)
        scored = judge.score_all(QUESTION, RUBRIC, answers)
    models = [awards[0].model for awards in scored]
    asked = models.count("judge:stub(1x,p1)")
    assert 0 < asked < 6
    assert len(stub.requests) == asked
    assert judge.usage.tokens <= one + 250
    assert dict(judge.usage.fell_back) == {"budget": 2 * (6 - asked)}
    assert "额度已用完" in scored[-1][0].reason
    assert given(scored[-1]) == given(score(Plain(), QUESTION, RUBRIC, answers[-1]))


def test_the_budget_of_money_counts_what_was_spent_before() -> None:
    budget = Budget(cost=1.0, price_in=2.0, price_out=8.0)
    spent = JudgeUsage(cost=0.9999)
    with running(GOOD) as stub:
        judge = judge_at(stub, account=Account("stub", budget, spent))
        score(judge, QUESTION, RUBRIC, ANSWER)
        assert stub.requests == []
        free = judge_at(stub, account=Account("stub", budget), samples=1)
        score(free, QUESTION, RUBRIC, ANSWER)
    assert free.usage.cost == pytest.approx((100 * 2 + 7 * 8) / 1e6)
    assert (free.usage.tokens_in, free.usage.tokens_out, free.usage.estimated) == (100, 7, 0)


def test_tokens_are_estimated_where_the_server_does_not_count_them() -> None:
    with running(completion("你好 world", tokens=None)) as stub:
        (reply,) = server_at(stub).ask([{"role": "user", "content": "压强abc"}], {})
    assert not reply.counted
    assert (reply.tokens_in, reply.tokens_out) == (
        estimated_tokens("压强abc"),
        estimated_tokens("你好 world"),
    )


def test_reservations_hold_under_threads() -> None:
    account = Account("m", Budget(tokens=1000))
    with ThreadPoolExecutor(8) as pool:
        held = sum(pool.map(lambda _: account.reserve(50, 50), range(40)))
    assert held == 10
    account.charge((), 50, 50)
    assert account.reserve(50, 50)
    assert not account.reserve(1, 0)


def test_retries_are_booked_one_by_one_and_pauses_grow() -> None:
    pauses: list[float] = []
    with running(Reply(status=503)) as stub:
        server = ChatServer(stub.url, "m", attempts=4, pause_s=1.0, sleep=pauses.append)
        replies = server.ask([{"role": "user", "content": "x"}], {})
    assert [reply.fault for reply in replies] == [Fault.SERVER] * 4
    assert pauses == [1.0, 2.0, 4.0]


def test_a_busy_server_says_how_long_to_wait() -> None:
    pauses: list[float] = []
    with running(Reply(status=429, headers={"Retry-After": "7"})) as stub:
        ChatServer(stub.url, "m", attempts=2, pause_s=1.0, sleep=pauses.append).ask([], {})
    assert pauses == [7.0]


def test_usages_add_up() -> None:
    first = JudgeUsage(model="m", requests=2, cost=0.5, longest_s=3, failures=(("busy", 1),))
    second = JudgeUsage(model="m", requests=1, cost=0.25, longest_s=1, failures=(("busy", 2), ("timeout", 1)))
    total = first + second
    assert (total.requests, total.cost, total.longest_s) == (3, 0.75, 3)
    assert total.failures == (("busy", 3), ("timeout", 1))
