"""Logging in: sessions, throttle, passwords, language."""

from __future__ import annotations

import pytest

from core.people import Role, User
from core.settings import Settings
from pipeline.accounts import MOST_FAILURES_HERE, create_user, ensure_office
from pipeline.toolbox import Toolbox, open_toolbox
from tests.web.conftest import Site, token_in
from tests.web.school import EXAM_ID, PASSWORD
from web import create_app


def test_a_log_in_begins_a_new_session_and_the_cookie_is_strict(site: Site) -> None:
    person = site.person()
    person.get("/login")
    with person.client.session_transaction() as session:
        session["planted"] = "before"
    answer = person.log_in("office")
    assert answer.status_code == 302
    with person.client.session_transaction() as session:
        assert "planted" not in session
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("zhupi="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookie_travels_over_https_alone(site: Site) -> None:
    tb = Toolbox(site.tb.settings.model_copy(update={"https": True}), site.tb.store, site.tb.blobs)
    app = create_app(tb, testing=True)
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")


@pytest.mark.parametrize("login", ["office", "nobody", "' or 1=1 --", ""])
def test_a_wrong_password_and_an_unknown_login_say_the_same(shared: Site, login: str) -> None:
    answer = shared.person().log_in(login, "wrong password")
    assert answer.status_code == 403
    assert "用户名或密码不对" in answer.text


def test_after_too_many_failures_even_the_right_password_is_not_looked_at(site: Site) -> None:
    person = site.person()
    for _ in range(MOST_FAILURES_HERE):
        assert person.log_in("marker", "wrong password").status_code == 403
    answer = person.log_in("marker")
    assert answer.status_code == 429
    assert "15 分钟" in answer.text
    assert site.person("teacher").get("/exams").status_code == 200


def test_a_success_forgets_the_failures_before_it(site: Site) -> None:
    for _ in range(MOST_FAILURES_HERE - 1):
        site.person().log_in("marker", "wrong password")
    assert site.person().log_in("marker").status_code == 302
    assert site.person().log_in("marker", "wrong password").status_code == 403


def test_a_one_time_password_has_to_be_changed_first(site: Site) -> None:
    create_user(
        site.tb, User(login="new", name="新人", role=Role.MARKER, one_time=True), "one time word", "t"
    )
    person = site.person()
    person.log_in("new", "one time word")
    assert person.get("/marking").headers["Location"] == "/password"
    wrong = person.post("/password", {"old": "one time word", "new": "short", "again": "short"})
    assert wrong.status_code == 400
    assert "8 到 200" in wrong.text
    other = person.post("/password", {"old": "one time word", "new": "my own words", "again": "other words"})
    assert other.status_code == 400
    good = person.post("/password", {"old": "one time word", "new": "my own words", "again": "my own words"})
    assert good.status_code == 302
    assert person.get("/marking").status_code == 200


def test_a_new_password_ends_the_other_sessions(site: Site) -> None:
    here, there = site.person("marker"), site.person("marker")
    here.post("/password", {"old": PASSWORD, "new": "another one", "again": "another one"})
    assert here.get("/marking").status_code == 200
    assert there.get("/marking").status_code == 302


def test_logging_out_ends_the_session(site: Site) -> None:
    person = site.person("marker")
    assert person.post("/logout").status_code == 302
    assert person.get("/marking").status_code == 302


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/exams/x", "/exams/x"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_the_log_in_one_stays_on_this_site(shared: Site, asked: str, goes: str) -> None:
    person = shared.person()
    token = token_in(person.get("/login").text)
    answer = person.post(
        "/login", {"login": "office", "password": PASSWORD, "next": asked, "csrf_token": token}
    )
    assert answer.headers["Location"] == goes


def test_one_click_switches_the_language_and_comes_back(shared: Site) -> None:
    person = shared.person("office")
    url = f"/exams/{EXAM_ID}/ledger"
    assert "没有收齐的考生" in person.get(url).text
    answer = person.post("/language", {"language": "en", "next": url})
    assert answer.headers["Location"] == url
    page = person.get(url).text
    assert '<html lang="en">' in page
    assert "没有收齐的考生" not in page
    assert person.post("/language", {"language": "xx", "next": url}).headers.get("Set-Cookie", "") == ""


def test_the_first_start_makes_one_office_account_and_says_its_password_once(settings: Settings) -> None:
    tb = open_toolbox(settings)
    password = ensure_office(tb)
    assert len(password) == 10
    assert ensure_office(tb) == ""
    person = Site(create_app(tb, testing=True), tb, None).person()  # type: ignore[arg-type]  # no school here
    assert person.log_in("office", password).status_code == 302
    assert person.get("/exams").headers["Location"] == "/password"
    tb.store.close()
