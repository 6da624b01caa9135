"""``zhupi user``."""

from __future__ import annotations

from typing import Any

import click

from core.people import Role, User
from pipeline.accounts import create_user, make_user, one_time_password, reset_password
from workers.cli.terminal import json_option, opened, show, who


@click.group()
def user() -> None:
    """Add accounts, reset passwords, list them."""


@user.command()
@click.argument("login")
@click.option("--name", default="", help="The person's name [the login].")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="marker", show_default=True)
@click.option("--class", "classes", multiple=True, help="A class of a teacher; may be given again.")
@click.option("--number", default="", help="The 考号 of a student.")
@json_option
def add(login: str, name: str, role: str, classes: tuple[str, ...], number: str, as_json: bool) -> None:
    """Add the account LOGIN; its one-time password is printed once."""
    password = one_time_password()
    with opened() as tb:
        made = create_user(tb, make_user(login, name, role, classes, number), password, who())
    _show_password(made, password, as_json)


@user.command()
@click.argument("login")
@json_option
def password(login: str, as_json: bool) -> None:
    """Give the account LOGIN a new one-time password, printed once."""
    with opened() as tb:
        account = reset_password(tb, login, who())
    _show_password(account.user, account.password, as_json)


@user.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List all accounts."""
    with opened() as tb, tb.store.read() as uow:
        users = uow.people.all()
    lines = [f"{u.login}\t{u.role.value}\t{u.name}\t{'' if u.active else '已停用'}".rstrip() for u in users]
    show({"users": [_plain(u) for u in users]}, lines, as_json)


def _plain(account: User) -> dict[str, Any]:
    return account.model_dump(mode="json")


def _show_password(account: User, one_time: str, as_json: bool) -> None:
    result = {**_plain(account), "password": one_time}
    line = f"{account.login} ({account.role.value}) 的一次性密码: {one_time}   (只显示这一次)"
    show(result, [line], as_json)
