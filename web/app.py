"""The application: settings, security, language, blueprints."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf import CSRFProtect

from core.settings import secret_key
from pipeline.toolbox import Toolbox
from web import access, errors, filters, headers, labels, language, limits
from web.views import BLUEPRINTS

SESSION_HOURS = 12


def create_app(toolbox: Toolbox, *, testing: bool = False) -> Flask:
    """The web application on these tools.

    Args:
        toolbox: store, blobs and settings; the application itself loads no model.
        testing: errors in views are raised to the test instead of shown.
    """
    app = Flask(__name__)
    app.extensions["zhupi"] = toolbox
    app.config.update(_settings(toolbox), TESTING=testing)
    language.install(app)
    filters.install(app)
    labels.install(app)
    errors.install(app)
    # In this order: who asks, how much they may send, and only then a look for the token in what they sent.
    access.install(app)
    limits.install(app)
    CSRFProtect(app)
    headers.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _settings(toolbox: Toolbox) -> dict[str, object]:
    https = toolbox.settings.https
    return {
        "SECRET_KEY": secret_key(toolbox.settings),
        "SESSION_COOKIE_NAME": "__Host-zhupi" if https else "zhupi",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=SESSION_HOURS),
        # A marking page stays open for an evening: the token lives as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": limits.STRANGER_LIMIT_BYTES,
        "MAX_FORM_MEMORY_SIZE": limits.TEXT_LIMIT_BYTES,
        "TEMPLATES_AUTO_RELOAD": False,
    }
