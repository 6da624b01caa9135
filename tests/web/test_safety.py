"""Headers, forged requests, uploads that are not trusted."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import Person, Site, token_in
from tests.web.school import EXAM_ID
from web.context import plain_name

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


def test_every_answer_carries_the_strict_headers(shared: Site) -> None:
    person = shared.person("office")
    for url in ("/login", "/exams", "/nothing", "/static/css/paper.css", f"/exams/{EXAM_ID}/pages/c1p1/scan"):
        answer = person.get(url)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, url
        assert "unsafe" not in policy, url
        assert answer.headers["X-Content-Type-Options"] == "nosniff", url
        assert answer.headers["X-Frame-Options"] == "DENY", url
        answer.close()
    assert person.get("/exams").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda p: p.name)
def test_a_template_has_no_inline_script_and_no_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", text)
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize(
    "url", ["/logout", "/people/new", f"/exams/{EXAM_ID}/release", f"/exams/{EXAM_ID}/scans", "/language"]
)
def test_a_post_without_the_token_is_refused(shared: Site, url: str) -> None:
    person = shared.person("office")
    answer = person.client.post(url)
    assert answer.status_code == 400
    assert "过期" in answer.text


def test_a_script_without_the_token_gets_its_refusal_as_json(shared: Site) -> None:
    person = shared.person("office")
    url = f"/exams/{EXAM_ID}/marking/c1p1/6/mark"
    answer = person.client.post(url, json={}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 400
    assert answer.get_json()["message"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\扫描.pdf", "扫描.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "file"),
        (None, "file"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_files_name_is_only_ever_shown(given: str | None, shown: str) -> None:
    assert plain_name(given) == shown


def _upload(person: Person, content: bytes, name: str) -> tuple[int, dict[str, str]]:
    answer = person.post(
        f"/exams/{EXAM_ID}/scans",
        {"file": (io.BytesIO(content), name)},
        headers={"X-Requested-With": "fetch"},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.get_json()


def test_a_scan_is_taken_in_once(site: Site, office: Person) -> None:
    assert _upload(office, b"%PDF-1.7 scans", "../../扫描.pdf") == (
        200,
        {"name": "扫描.pdf", "already": False},
    )
    assert _upload(office, b"%PDF-1.7 scans", "again.pdf") == (200, {"name": "扫描.pdf", "already": True})
    with site.tb.store.read() as uow:
        assert len(uow.pages.stacks(EXAM_ID)) == 2
        assert len(uow.jobs.open_of_exam(EXAM_ID)) == 1
    assert list((site.tb.settings.home / "incoming").iterdir()) == []


def test_an_empty_upload_is_refused_with_what_to_do(office: Person) -> None:
    status, body = _upload(office, b"", "scan.pdf")
    assert status == 400
    assert "空文件" in body["message"]
    assert body["remedy"]


_ONE_FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n%s\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("url", "size", "status"),
    [
        (f"/exams/{EXAM_ID}/scans", 1_000_000, 200),
        (f"/exams/{EXAM_ID}/scans", 1_200_000, 413),  # the site's upload limit is 1 MiB
        (f"/exams/{EXAM_ID}/roster/preview", 1_200_000, 413),
        (f"/exams/{EXAM_ID}/card/design", 9_000_000, 413),  # takes no file, so only as much as a form
    ],
)
def test_a_body_is_bounded_by_what_the_page_takes(office: Person, url: str, size: int, status: int) -> None:
    body = _ONE_FILE % (b"x" * size)
    answer = office.post(
        url, body, headers={"X-Requested-With": "fetch"}, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == status
    assert status == 200 or "太大" in answer.get_json()["message"]


@pytest.mark.parametrize("url", ["/login", "/language", f"/exams/{EXAM_ID}/scans"])
def test_a_stranger_cannot_send_much_to_any_page(shared: Site, url: str) -> None:
    person = shared.person()
    person.token = token_in(person.get("/login").text)
    body = _ONE_FILE % (b"x" * 100_000)
    answer = person.post(url, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (401, 413)


def test_a_post_without_a_file_says_so(office: Person) -> None:
    answer = office.post(f"/exams/{EXAM_ID}/scans", {}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 400
    assert "没有选择文件" in answer.get_json()["message"]


def test_a_picture_that_is_none_is_refused(office: Person) -> None:
    answer = office.post(
        f"/exams/{EXAM_ID}/pictures",
        {"file": (io.BytesIO(b"<svg onload=alert(1)>"), "x.svg")},
        headers={"X-Requested-With": "fetch"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
    assert "PNG" in answer.get_json()["message"]


def test_a_blob_that_is_no_picture_of_the_exam_is_not_given_out(site: Site, office: Person) -> None:
    secret = site.tb.blobs.put(b"results of everybody")
    assert office.get(f"/exams/{EXAM_ID}/pictures/{secret}").status_code == 404
    assert site.person("marker").get(f"/exams/{EXAM_ID}/pictures/{secret}").status_code == 404
    assert office.get(f"/exams/{EXAM_ID}/pictures/..%2f..%2fsecret-key").status_code == 404


def test_script_in_a_stem_stays_text(site: Site, office: Person) -> None:
    answer = office.fetch(
        f"/exams/{EXAM_ID}/edit/preview",
        {"stem": "<script>alert(1)</script> $x^2$", "explanation": "|a|\n|:-:|\n|b|"},
    )
    made = answer.get_json()
    assert "<script" not in made["stem"]
    assert "<math" in made["stem"]
    assert "style=" not in made["explanation"]


def test_the_web_process_loads_no_model_runtime() -> None:
    code = (
        "import sys, web; "
        "heavy = {'cv2', 'onnxruntime', 'scipy', 'rapidocr', 'torch', 'paddle'} & set(sys.modules); "
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
