"""Simplified Chinese first, English second: message ids are the Chinese words themselves."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import Babel

COOKIE = "zhupi_language"
LANGUAGES = ("zh", "en")


def install(app: Flask) -> None:
    """Choose the language of each request from its cookie."""
    app.config.update(BABEL_DEFAULT_LOCALE="zh", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai")
    Babel(app, locale_selector=chosen_language)
    app.jinja_env.globals["language"] = chosen_language


def chosen_language() -> str:
    """ "zh" unless the person has switched to "en"."""
    wanted = request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
