"""The vision-language engine against a local server: what it sends, and how it bears faults."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from core.errors import EngineUnavailable
from ocr.engines import TextEngine, VlmEngine
from ocr.engines.vlm import LONGEST_SIDE_PX, MOST_CONFIDENT
from ocr.rasters import Grey
from tests.ocr.stub_vlm_server import Reply, StubServer, completion, running

GOOD = completion({"text": "牛顿第二定律", "confidence": 0.8})


def crop(width: int = 200) -> Grey:
    picture = np.full((40, width), 255, dtype=np.uint8)
    cv2.putText(picture, "ma", (5, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    return picture


@contextmanager
def engine(stub: StubServer, **options: Any) -> Iterator[VlmEngine]:
    made = VlmEngine(stub.url, "qwen-vl", **{"pause_s": 0.0, "timeout_s": 5.0, **options})
    try:
        yield made
    finally:
        made.close()


def test_a_line_is_read_with_its_confidence_and_evenly_spread_characters() -> None:
    with running(GOOD) as stub, engine(stub) as vlm:
        (reading,) = vlm.read_lines([crop()])
    assert isinstance(vlm, TextEngine)
    assert vlm.name == "vlm:qwen-vl"
    assert (reading.text, reading.probability) == ("牛顿第二定律", 0.8)
    assert [char.text for char in reading.chars] == list("牛顿第二定律")
    assert reading.chars[3].start == pytest.approx(0.5)


def test_the_request_names_the_model_and_asks_for_the_schema() -> None:
    with running(GOOD) as stub, engine(stub, api_key="secret") as vlm:
        vlm.read_lines([crop()])
    (request,) = stub.requests
    assert stub.paths == ["/v1/chat/completions"]
    assert stub.headers[0]["Authorization"] == "Bearer secret"
    assert (request["model"], request["temperature"]) == ("qwen-vl", 0)
    schema = request["response_format"]["json_schema"]
    assert request["response_format"]["type"] == "json_schema"
    assert schema["strict"] is True
    assert set(schema["schema"]["required"]) == {"text", "confidence"}
    assert schema["schema"]["additionalProperties"] is False


def test_the_picture_travels_as_a_png_data_uri_of_the_very_pixels() -> None:
    with running(GOOD) as stub, engine(stub) as vlm:
        vlm.read_lines([crop()])
    (_, image) = stub.requests[0]["messages"][0]["content"]
    kind, data = image["image_url"]["url"].split(",", 1)
    assert image["type"] == "image_url"
    assert kind == "data:image/png;base64"
    sent = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(np.asarray(sent), crop())


def test_nothing_but_the_fixed_prompt_and_the_crop_leaves() -> None:
    with running(GOOD) as stub, engine(stub) as vlm:
        vlm.read_lines([crop(), crop(90)])
    texts = set()
    for request in stub.requests:
        assert set(request) == {"model", "temperature", "max_tokens", "response_format", "messages"}
        (message,) = request["messages"]
        assert set(message) == {"role", "content"}
        assert [part["type"] for part in message["content"]] == ["text", "image_url"]
        assert set(message["content"][1]) == {"type", "image_url"}
        texts.add(message["content"][0]["text"])
    assert len(texts) == 1  # the same words whoever wrote the line
    for header in stub.headers:
        assert not {"cookie", "referer"} & {name.lower() for name in header}


def test_a_huge_crop_is_scaled_down_before_it_is_sent() -> None:
    with running(GOOD) as stub, engine(stub) as vlm:
        vlm.read_lines([crop(6000)])
    data = stub.requests[0]["messages"][0]["content"][1]["image_url"]["url"].split(",", 1)[1]
    sent = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sent is not None
    assert max(sent.shape) == LONGEST_SIDE_PX


def test_many_lines_keep_their_order() -> None:
    replies = [completion({"text": f"{at}", "confidence": 0.5}) for at in range(6)]
    with running(*replies) as stub, engine(stub, at_once=1) as vlm:
        readings = vlm.read_lines([crop()] * 6)
    assert [reading.text for reading in readings] == ["0", "1", "2", "3", "4", "5"]


def test_a_models_own_confidence_never_counts_as_certainty() -> None:
    with running(completion({"text": "a", "confidence": 1})) as stub, engine(stub) as vlm:
        assert vlm.read_lines([crop()])[0].probability == MOST_CONFIDENT


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500, body=b"boom"),
        Reply(status=503),
        Reply(status=429),
        Reply(body=b"{not json"),
        Reply(body=b'{"choices": []}'),
        Reply(body=b"[1, 2]"),
        completion("I think it says 42"),
        completion({"text": "42"}),
        completion({"text": "42", "confidence": 7}),
        completion({"text": "42", "confidence": 0.5, "name": "x"}),
        completion(None),
    ],
)
def test_a_fault_that_passes_is_tried_again(fault: Reply) -> None:
    with running(fault, GOOD) as stub, engine(stub) as vlm:
        assert vlm.read_lines([crop()])[0].text == "牛顿第二定律"
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    "nonsense", [completion("no schema here"), Reply(body=b"{not json"), completion({"text": 3})]
)
def test_an_answer_that_is_never_in_the_schema_reads_as_nothing(nonsense: Reply) -> None:
    with running(nonsense) as stub, engine(stub) as vlm:
        reading = vlm.read_lines([crop()])[0]
    assert (reading.text, reading.probability) == ("", 0.0)
    assert len(stub.requests) == 3


def test_a_refusal_reads_as_nothing_and_is_not_asked_again() -> None:
    with running(completion(None, refusal="I cannot help with that")) as stub, engine(stub) as vlm:
        assert vlm.read_lines([crop()])[0].text == ""
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("reply", "requests", "message"),
    [
        (Reply(status=500, body=b"out of memory"), 3, "HTTP 500.*out of memory"),
        (Reply(status=401, body=b"bad key"), 1, "HTTP 401.*bad key"),
        (Reply(status=404, body=b"no such model"), 1, "HTTP 404.*no such model"),
        (Reply(status=302), 1, "HTTP 302"),
    ],
)
def test_a_server_that_keeps_refusing_is_named(reply: Reply, requests: int, message: str) -> None:
    with running(reply) as stub, engine(stub) as vlm, pytest.raises(EngineUnavailable, match=message) as told:
        vlm.read_lines([crop()])
    assert len(stub.requests) == requests
    assert "onnx" in told.value.remedy


def test_a_server_that_is_too_slow_is_given_up() -> None:
    slow = Reply(wait_s=0.6)
    with running(slow) as stub, engine(stub, timeout_s=0.1, attempts=2) as vlm:
        with pytest.raises(EngineUnavailable, match="没有按时应答"):
            vlm.read_lines([crop()])
        assert len(stub.requests) == 2


def test_a_server_that_is_not_there_is_named() -> None:
    with running(GOOD) as stub:
        url = stub.url
    vlm = VlmEngine(url, "m", pause_s=0.0, attempts=2)
    with pytest.raises(EngineUnavailable, match="无法连接"):
        vlm.read_lines([crop()])
    vlm.close()


def test_the_pause_between_attempts_doubles() -> None:
    pauses: list[float] = []
    with (
        running(Reply(status=500)) as stub,
        engine(stub, pause_s=0.5, attempts=4, sleep=pauses.append) as vlm,
        pytest.raises(EngineUnavailable),
    ):
        vlm.read_lines([crop()])
    assert pauses == [0.5, 1.0, 2.0]


def request_errors() -> list[type[Exception]]:
    """Every error that httpx can raise for a request."""
    found = [
        kind for _, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, httpx.RequestError)
    ]
    return [*found, httpx.InvalidURL]


@pytest.mark.parametrize("kind", request_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_client_becomes_ours(kind: type[Exception]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise kind("planted")

    vlm = VlmEngine("http://server/v1", "m", pause_s=0.0, transport=httpx.MockTransport(fail))
    with pytest.raises(EngineUnavailable, match="planted"):
        vlm.read_lines([crop()])
    vlm.close()


def test_an_empty_crop_is_not_sent() -> None:
    with running(GOOD) as stub, engine(stub) as vlm:
        assert vlm.read_lines([np.zeros((0, 0), dtype=np.uint8)])[0].text == ""
        assert vlm.read_lines([]) == ()
    assert stub.requests == []
