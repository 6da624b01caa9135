"""The judge decides by what the answer's own words support; otherwise another scorer does."""

from __future__ import annotations

import json

import pytest

from core.marks import Verdict
from core.scoring import Response
from marking.judge.breaker import Breaker, State
from marking.judge.kept import InMemory
from marking.scoring.protocol import score
from models.chat import Form
from tests.marking import readings
from tests.marking.judge.samples import (
    ANSWER,
    ENGLISH,
    QUESTION,
    RUBRIC,
    WHOLE,
    WRONG,
    Plain,
    given,
    judge_at,
    server_at,
)
from tests.marking.judge.stub_server import Reply, completion, criteria_in, decisions, obedient, running

GOOD = decisions(("c1", "credited", 1, ["受力面积变大"]), ("c2", "partly", 1, ["压强减小了"]))


def test_each_criterion_is_awarded_with_words_of_the_answer() -> None:
    with running(GOOD) as stub:
        judge = judge_at(stub)
        first, second = score(judge, QUESTION, RUBRIC, ANSWER)
    assert judge.name == "judge:stub(3x,p1)"
    assert (first.criterion, first.steps, first.full_steps, first.model) == ("c1", 1, 1, "judge:stub(3x,p1)")
    (evidence,) = first.evidence
    assert ANSWER.text[evidence.start : evidence.end] == evidence.text == "受力面积变大"
    assert first.verdict is Verdict.CREDITED
    assert second.verdict is Verdict.PARTLY
    assert sum(p for _, p in second.distribution) == pytest.approx(1)
    assert sum(p for _, p in second.verdicts) == pytest.approx(1)
    assert "“受力面积变大”" in first.reason
    assert "3 次判断 3 次一致" in first.reason
    assert "stub" in first.reason  # the model's own words
    assert judge.usage.decided == 2


def test_evidence_of_handwriting_has_its_part_and_its_box() -> None:
    response = Response.of((readings.text("受力面积\n变大", part=0), readings.text("压强减小", part=1)))
    reply = decisions(("c1", "credited", 1, ["受力面积变大"]), ("c2", "credited", 2, ["压强 减小"]))
    with running(reply) as stub:
        first, second = score(judge_at(stub), QUESTION, RUBRIC, response)
    assert [e.text for e in first.evidence] == ["受力面积", "变大"]
    assert [(e.part, e.start, e.end) for e in second.evidence] == [(1, 0, 4)]
    assert second.evidence[0].box is not None


def test_a_whole_answer_is_judged_where_there_are_no_criteria() -> None:
    with running(decisions(("whole", "credited", 2, ["it evaporated"]))) as stub:
        (award,) = score(judge_at(stub), ENGLISH, WHOLE, Response(text="It  Evaporated and salt was left"))
    assert (award.criterion, award.steps) == ("", 2)
    assert award.reason.startswith("Says “It Evaporated”; meets the reference answer (3 of 3")


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        (("c1", "credited", 1, ["受力面积增大"]), "找不到"),  # not the answer's words
        (("c1", "credited", 1, []), "找不到"),  # no words at all
        (("c1", "credited", 1, ["受力面积变大", "压力不变"]), "找不到"),  # one of two
        (("c1", "credited", 1, ["大"]), "找不到"),  # too slight
        (("c1", "credited", 1, ["书包带要做得宽"]), "找不到"),  # words of the question
        (("c1", "credited", 2, ["受力面积变大"]), "不合评分标准"),
        (("c1", "credited", -1, ["受力面积变大"]), "不合评分标准"),
        (("c1", "credited", 0, ["受力面积变大"]), "不合评分标准"),
        (("c1", "not_addressed", 1, ["受力面积变大"]), "不合评分标准"),
        (("c1", "contradicted", 1, ["受力面积变大"]), "不合评分标准"),
    ],
)
def test_a_decision_without_support_is_left_to_the_fallback_alone(
    entry: tuple[str, str, int, list[str]], part: str
) -> None:
    with running(decisions(entry, ("c2", "credited", 2, ["压强减小了"]))) as stub:
        judge = judge_at(stub)
        first, second = score(judge, QUESTION, RUBRIC, ANSWER)
    (expected, _) = score(Plain(), QUESTION, RUBRIC, ANSWER)
    assert (first.steps, first.distribution, first.model) == (
        expected.steps,
        expected.distribution,
        "plain-1",
    )
    assert part in first.reason
    assert second.model == "judge:stub(3x,p1)"
    assert dict(judge.usage.fell_back) in ({"evidence": 1}, {"steps": 1})


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("受力面积变大所以", None),
        ("受力面积变大，所以", "受力面积变大，\n所以"),  # white space aside
        ("书包带宽…压强减小", "书包带宽"),  # an ellipsis, in order
        ("压强减小…书包带宽", None),
        ("ｐ＝Ｆ／Ｓ", None),
    ],
)
def test_a_quotation_occurs_width_and_white_space_aside(quote: str, words: str | None) -> None:
    reply = decisions(("c1", "credited", 1, [quote]), ("c2", "not_addressed", 0, []))
    with running(reply) as stub:
        first, _ = score(judge_at(stub), QUESTION, RUBRIC, ANSWER)
    assert (first.model == "judge:stub(3x,p1)") is (words is not None)
    if words is not None:
        assert ANSWER.text[first.evidence[0].start : first.evidence[0].end] == words


def test_agreement_of_the_samples_is_the_confidence_and_never_certainty() -> None:
    def torn(request: dict[str, object]) -> Reply:
        steps = 2 if request["seed"] == 2 else 1
        verdict = "credited" if steps == 2 else "partly"
        return decisions(("c1", "not_addressed", 0, []), ("c2", verdict, steps, ["压强减小了"]))

    with running(torn) as stub:
        first, second = score(judge_at(stub), QUESTION, RUBRIC, ANSWER)
    assert (first.steps, second.steps) == (0, 1)
    assert first.confidence == pytest.approx((3 + 1) / 5)
    assert second.confidence == pytest.approx((2 + 2 / 3) / 5)
    assert dict(second.distribution)[2] == pytest.approx((1 + 2 / 3) / 5)
    assert sorted(request["seed"] for request in stub.requests) == [0, 1, 2]
    assert {request["temperature"] for request in stub.requests} == {0.7}


def test_a_judge_with_one_sample_is_asked_without_chance() -> None:
    with running(GOOD) as stub:
        score(judge_at(stub, samples=1), QUESTION, RUBRIC, ANSWER)
    assert [request["temperature"] for request in stub.requests] == [0.0]


def test_the_same_answer_is_judged_once() -> None:
    kept = InMemory()
    with running(GOOD) as stub:
        first = judge_at(stub, kept=kept).score_all(QUESTION, RUBRIC, [ANSWER, ANSWER])
        again = judge_at(stub, kept=kept).score_all(QUESTION, RUBRIC, [ANSWER])
        assert len(stub.requests) == 3
        assert first[0] == first[1] == again[0]
        other = QUESTION.model_copy(update={"stem": "另一道题"})
        judge_at(stub, kept=kept).score_all(other, RUBRIC, [ANSWER])
        assert len(stub.requests) == 6


def test_many_answers_keep_their_order() -> None:
    answers = [Response(text=f"第{n}份作答") for n in range(12)]
    with running(obedient) as stub:
        scored = judge_at(stub, at_once=8).score_all(QUESTION, RUBRIC, answers)
    assert [awards[0].evidence[0].text for awards in scored] == [answer.text for answer in answers]


@pytest.mark.parametrize("answer", [Response(text=""), Response(text=" \n"), Response(text="水" * 6001)])
def test_blank_and_endless_answers_are_not_sent(answer: Response) -> None:
    with running(GOOD) as stub:
        awards = score(judge_at(stub), QUESTION, RUBRIC, answer)
    assert stub.requests == []
    assert given(awards) == given(score(Plain(), QUESTION, RUBRIC, answer))


#: A fault of the server; what the reason says; whether the server itself is to blame.
FAULTS: dict[str, tuple[Reply, str]] = {
    "HTTP 500": (Reply(status=500, body=b"boom"), "没有应答"),
    "HTTP 502": (Reply(status=502), "没有应答"),
    "HTTP 429": (Reply(status=429, headers={"Retry-After": "0"}), "没有应答"),
    "HTTP 401": (Reply(status=401, body=b"no such key"), "没有应答"),
    "HTTP 404": (Reply(status=404, body=b"no such model"), "没有应答"),
    "a redirect": (Reply(status=302, headers={"Location": "http://example.com/"}), "没有应答"),
    "slow": (Reply(body=completion("{}").body, wait_s=0.5), "没有应答"),
    "dripping": (Reply(body=completion("x" * 500).body, drip_s=0.02), "没有应答"),
    "cut off": (Reply(body=b'{"choices"', cut=True), "没有应答"),
    "no JSON": (Reply(body=b"<html>gateway</html>"), "没有应答"),
    "not a completion": (Reply(body=b'{"choices": []}'), "没有应答"),
    "a list": (Reply(body=b"[1, 2]"), "没有应答"),
    "not UTF-8": (Reply(body=b"\xff\xfe\x00"), "没有应答"),
    "deep JSON": (Reply(body=b"[" * 200_000), "没有应答"),
    "refusing": (completion(None, refusal="I cannot judge this."), "没有应答"),
    "content filter": (completion("", finish="content_filter"), "没有应答"),
    "stopped by length": (completion('{"decisions": [', finish="length"), "没有应答"),
    "extremely long": (completion("长" * 400_000), "没有应答"),
    "prose": (completion("The answer is quite good."), "读不懂"),
    "empty": (completion(""), "读不懂"),
    "broken JSON": (completion('{"decisions": [{"criterion": "c1"'), "读不懂"),
    "ignoring the schema": (completion({"c1": "credited", "c2": 2}), "读不懂"),
    "deep JSON in the content": (completion("[" * 50_000), "读不懂"),
    "no criterion of ours": (decisions(("x", "credited", 1, ["受力面积变大"])), "读不懂"),
    "steps as text": (
        completion({"decisions": [{"criterion": "c1", "verdict": "credited", "steps": "1", "evidence": []}]}),
        "读不懂",
    ),
    "two that differ": (
        decisions(("c1", "credited", 1, ["受力面积变大"]), ("c1", "not_addressed", 0, [])),
        "读不懂",
    ),
    "lying about evidence": (
        decisions(("c1", "credited", 1, ["完全正确"]), ("c2", "credited", 2, ["压强变小是因为面积"])),
        "找不到",
    ),
    "wrong steps": (
        decisions(("c1", "credited", 9, ["受力面积变大"]), ("c2", "credited", 7, ["压强减小了"])),
        "不合评分标准",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_server_changes_no_award_and_the_breaker_opens(name: str) -> None:
    reply, part = FAULTS[name]
    answers = [Response(text=f"{ANSWER.text}{'。' * n}") for n in range(3)]
    breaker = Breaker(failures=4, pause_s=60)
    with running(reply) as stub:
        server = server_at(stub, timeout_s=0.15 if name in ("slow", "dripping") else 5.0)
        judge = judge_at(stub, server=server, breaker=breaker, at_once=1, samples=2)
        scored = judge.score_all(QUESTION, RUBRIC, answers)
        asked = len(stub.requests)
        judge.score_all(QUESTION, RUBRIC, [WRONG])
        assert len(stub.requests) == asked  # nobody is asked while it is open
    expected = Plain().score_all(QUESTION, RUBRIC, answers)
    assert [given(awards) for awards in scored] == [given(awards) for awards in expected]
    assert part in scored[0][0].reason
    assert all("暂停" in award.reason for award in scored[2])
    assert {award.model for awards in scored for award in awards} == {"plain-1"}
    assert breaker.state is State.OPEN
    assert judge.usage.decided == 0
    assert judge.usage.requests == asked


def test_the_breaker_lets_one_through_after_its_pause_and_closes_when_it_is_answered() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, pause_s=10, clock=lambda: now[0])
    for _ in range(2):
        assert breaker.admits()
        breaker.note(useful=False)
    assert not breaker.admits()
    now[0] = 11.0
    assert breaker.admits()
    assert str(breaker.state) == "half_open"
    assert not breaker.admits()  # only one on trial
    breaker.note(useful=False)
    now[0] = 22.0
    assert not breaker.admits()  # the pause has doubled
    now[0] = 32.0
    assert breaker.admits()
    breaker.note(useful=True)
    assert str(breaker.state) == "closed"


def test_a_server_that_is_well_again_is_asked_again() -> None:
    calls = [0]

    def recovering(request: dict[str, object]) -> Reply:
        calls[0] += 1
        return Reply(status=500) if calls[0] == 1 else GOOD

    with running(recovering) as stub:
        awards = score(judge_at(stub, at_once=1), QUESTION, RUBRIC, ANSWER)
    assert {award.model for award in awards} == {"judge:stub(3x,p1)"}


def test_one_failed_sample_of_three_does_not_stop_the_judgement() -> None:
    def once_wrong(request: dict[str, object]) -> Reply:
        return completion("what?") if request["seed"] == 0 else GOOD

    with running(once_wrong) as stub:
        first, _ = score(judge_at(stub), QUESTION, RUBRIC, ANSWER)
    assert first.model == "judge:stub(3x,p1)"
    assert first.confidence == pytest.approx((2 + 1) / 4)  # two of two are less than three of three


def test_what_failed_is_asked_again_another_time_and_what_was_judged_is_not() -> None:
    kept = InMemory()
    with running(Reply(status=500)) as stub:
        score(judge_at(stub, kept=kept), QUESTION, RUBRIC, ANSWER)
    with running(GOOD) as stub:
        awards = score(judge_at(stub, kept=kept), QUESTION, RUBRIC, ANSWER)
    assert {award.model for award in awards} == {"judge:stub(3x,p1)"}


@pytest.mark.parametrize(
    ("refused", "form"), [({"json_schema"}, Form.OBJECT), ({"json_schema", "json_object"}, Form.PLAIN)]
)
def test_a_server_without_schemas_is_asked_in_a_laxer_form_from_then_on(
    refused: set[str], form: Form
) -> None:
    def lax(request: dict[str, dict[str, str]]) -> Reply:
        if request.get("response_format", {}).get("type", "text") in refused:
            return Reply(status=400, body=b"response_format is not supported")
        return completion("Here you are:\n```json\n" + _content(GOOD) + "\n```")

    with running(lax) as stub:
        server = server_at(stub)
        judge = judge_at(stub, server=server, at_once=1)
        first, _ = score(judge, QUESTION, RUBRIC, ANSWER)
        assert first.model == "judge:stub(3x,p1)"
        assert server.form is form
        before = len(stub.requests)
        score(judge, QUESTION, RUBRIC, Response(text=ANSWER.text + "！"))
        assert len(stub.requests) == before + 3  # no further refusals


def test_a_bad_request_that_no_form_mends_leaves_the_form_as_it_was() -> None:
    with running(Reply(status=400, body=b"context too long")) as stub:
        server = server_at(stub)
        score(judge_at(stub, server=server), QUESTION, RUBRIC, ANSWER)
        assert server.form is Form.SCHEMA


def test_the_schema_names_the_criteria_and_their_steps() -> None:
    with running(GOOD) as stub:
        score(judge_at(stub), QUESTION, RUBRIC, ANSWER)
    wanted = stub.requests[0]["response_format"]["json_schema"]
    entry = wanted["schema"]["properties"]["decisions"]["items"]
    assert wanted["strict"] is True
    assert entry["properties"]["criterion"]["enum"] == ["c1", "c2"]
    assert entry["properties"]["steps"]["enum"] == [0, 1, 2]
    assert entry["additionalProperties"] is False
    assert [c["full_steps"] for c in criteria_in(stub.requests[0])] == [1, 2]


def _content(reply: Reply) -> str:
    content: str = json.loads(reply.body)["choices"][0]["message"]["content"]
    return content
