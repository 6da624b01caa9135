"""The web pages: Flask, Jinja, hand-written CSS and a little plain JavaScript."""

from web.app import create_app

__all__ = ["create_app"]
