"""A site with a small school in it, and people who are logged in to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.settings import Settings
from pipeline.toolbox import Toolbox, open_toolbox
from tests.web import school
from web import create_app

_TOKEN = re.compile(r'<meta name="csrf" content="([^"]+)">')


def token_in(page: str) -> str:
    found = _TOKEN.search(page)
    assert found is not None, page[:400]
    return found[1]


@dataclass
class Person:
    """A browser of one person: keeps cookies, and sends the page's token with every post."""

    client: FlaskClient
    token: str = ""

    def get(self, url: str, **more: Any) -> TestResponse:
        return self.client.get(url, **more)

    def post(self, url: str, data: Any = None, **more: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token, **more.pop("headers", {})}
        return self.client.post(url, data=data, headers=headers, **more)

    def fetch(self, url: str, json: Any = None, **more: Any) -> TestResponse:
        """As the page's own script asks."""
        headers = {"X-CSRFToken": self.token, "X-Requested-With": "fetch"}
        if json is None and not more:
            return self.client.get(url, headers=headers)
        return self.client.post(url, json=json, headers=headers, **more)

    def log_in(self, login: str, password: str = school.PASSWORD) -> TestResponse:
        self.token = token_in(self.get("/login").text)
        answer = self.post("/login", {"login": login, "password": password})
        if answer.status_code == 302:
            self.token = token_in(self.get("/password").text)
        return answer


@dataclass
class Site:
    """The application on its tools, and the school in it."""

    app: Flask
    tb: Toolbox
    school: school.School

    def person(self, login: str = "") -> Person:
        person = Person(self.app.test_client())
        if login:
            assert person.log_in(login).status_code == 302
        return person


def build_site(settings: Settings) -> Site:
    tb = open_toolbox(settings)
    founded = school.found(tb)
    school.hire(tb)
    return Site(create_app(tb, testing=True), tb, founded)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests of a file; they only look."""
    site = build_site(Settings(home=tmp_path_factory.mktemp("shared"), upload_limit_mib=1))
    yield site
    site.tb.store.close()


@pytest.fixture(scope="session")
def _original(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("original")
    site = build_site(Settings(home=folder))
    site.tb.store.close()
    return folder, site.school


@pytest.fixture
def site(_original: Any, tmp_path: Any) -> Iterator[Site]:
    """A site of the test's own, copied from one made before."""
    folder, founded = _original
    shutil.copytree(folder, tmp_path / "home")
    tb = open_toolbox(Settings(home=tmp_path / "home", upload_limit_mib=1))
    yield Site(create_app(tb, testing=True), tb, founded)
    tb.store.close()


@pytest.fixture
def office(site: Site) -> Person:
    return site.person("office")


@pytest.fixture
def marker(site: Site) -> Person:
    return site.person("marker")
