"""Accounts: who may log in, and how passwords are kept and tried."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import ValidationError

from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.people import Role, User
from core.rosters import Candidate
from core.store.people import Failures
from pipeline.toolbox import Toolbox

#: OWASP's least parameters for argon2id: about 30 ms, so that a class of students takes seconds.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Without 0 O 1 l I, so that a printed password can be typed.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_ONE_TIME_LENGTH = 10
LEAST_PASSWORD = 8
_MOST_PASSWORD = 200

THROTTLE_WINDOW_S = 15 * 60
#: Failures within the window after which a log-in is refused unread: of a login from one address; from
#: one address, which a school may share; and, far higher so that nobody can lock another out by
#: guessing from elsewhere, of a login from anywhere.
MOST_FAILURES_HERE = 8
MOST_FAILURES_OF_ADDRESS = 60
MOST_FAILURES_OF_LOGIN = 200


class TooManyAttempts(NotAllowed):
    """Too many failed log-ins; the password was not even looked at."""

    http_status = 429


@dataclass(frozen=True)
class NewAccount:
    """An account just made, with the one-time password that is shown once and kept nowhere."""

    user: User
    password: str


def authenticate(tb: Toolbox, login: str, password: str, address: str) -> User:
    """The user whose login and password these are.

    An unknown login costs as much time as a wrong password, and says the same.

    Raises:
        TooManyAttempts: of this login or from this address, within ``THROTTLE_WINDOW_S``.
        NotAllowed: the login or the password is wrong, or the account is closed.
    """
    login = login.strip()
    with tb.store.write() as uow:
        if _throttled(uow.people.failures(login, address, THROTTLE_WINDOW_S)):
            raise TooManyAttempts("登录失败次数过多。", f"请 {THROTTLE_WINDOW_S // 60} 分钟后再试。")
        # Counted before the password is looked at, so that many tries at once all count.
        uow.people.record_failure(login, address)
        user, kept = uow.people.get(login), uow.people.password_hash(login)
    right = _matches(kept or _nobodys_hash(), password)
    if user is None or not right or not user.active:
        raise NotAllowed("用户名或密码不对。", "请检查大小写后重试；忘记密码请找考务重置。")
    with tb.store.write() as uow:
        uow.people.forget_failures(login, THROTTLE_WINDOW_S, address)
        if _HASHER.check_needs_rehash(kept):
            uow.people.update(user, _HASHER.hash(password))
    return user


def _throttled(failures: Failures) -> bool:
    return (
        failures.here >= MOST_FAILURES_HERE
        or failures.of_address >= MOST_FAILURES_OF_ADDRESS
        or failures.of_login >= MOST_FAILURES_OF_LOGIN
    )


def session_stamp(tb: Toolbox, login: str) -> tuple[User | None, str]:
    """The account and a stamp that changes with its password, so that old sessions end with it."""
    with tb.store.read() as uow:
        user, kept = uow.people.get(login), uow.people.password_hash(login)
    return user, hashlib.sha256(kept.encode()).hexdigest()[:24]


def create_user(tb: Toolbox, user: User, password: str, by: str) -> User:
    """Add an account.

    Raises:
        BadInput: the password is too short.
        Conflict: the login is taken.
    """
    hashed = _hashed(password)
    with tb.store.write() as uow:
        if uow.people.get(user.login) is not None:
            raise Conflict(f"用户名 {user.login} 已经有人使用。", "请换一个用户名。")
        uow.people.add(user, hashed)
        uow.audit.write(by, "user.create", "", user.login, after=_described(user))
    return user


def make_user(
    login: str,
    name: str,
    role: str,
    classes: tuple[str, ...] = (),
    number: str = "",
    student_number: str = "",
) -> User:
    """An account as typed into a form; its first password has to be changed at the first log-in.

    Raises:
        BadInput: the login or the role cannot be used.
    """
    try:
        return User(
            login=login.strip(),
            name=name.strip() or login.strip(),
            role=Role(role),
            classes=classes,
            candidate_number=number.strip(),
            student_number=student_number.strip(),
            one_time=True,
        )
    except (ValidationError, ValueError) as error:
        raise BadInput(
            f"用户名 “{login[:40]}” 或角色 “{role[:20]}” 不能用。",
            "用户名只能有字母、数字和 _ . @ -，2 到 40 个字符。",
        ) from error


def change_password(tb: Toolbox, login: str, old: str, new: str) -> None:
    """Change one's own password; all sessions of the account end.

    Raises:
        NotAllowed: the old password is wrong.
        BadInput: the new one is too short, or the old one again.
    """
    with tb.store.read() as uow:
        user, kept = uow.people.get(login), uow.people.password_hash(login)
    if user is None or not _matches(kept or _nobodys_hash(), old):
        raise NotAllowed("原密码不对。", "请重新输入原密码。")
    if old == new:
        raise BadInput("新密码与原密码相同。", "请换一个新密码。")
    hashed = _hashed(new)
    with tb.store.write() as uow:
        uow.people.update(user.model_copy(update={"one_time": False}), hashed)
        uow.audit.write(login, "user.password", "", login)


def reset_password(tb: Toolbox, login: str, by: str) -> NewAccount:
    """Give an account a new one-time password.

    Raises:
        NotFound: there is no such account.
    """
    password = one_time_password()
    user = _user(tb, login).model_copy(update={"one_time": True})
    hashed = _hashed(password)
    with tb.store.write() as uow:
        uow.people.update(user, hashed)
        uow.people.forget_failures(login, THROTTLE_WINDOW_S)
        uow.audit.write(by, "user.reset", "", login)
    return NewAccount(user, password)


def update_user(
    tb: Toolbox, login: str, by: str, *, name: str, classes: tuple[str, ...], active: bool
) -> User:
    """Change an account's name, classes, or whether it may log in.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the last open account of the office, or one's own.
    """
    before = _user(tb, login)
    after = before.model_copy(update={"name": name.strip() or login, "classes": classes, "active": active})
    with tb.store.write() as uow:
        if before.active and not active:
            offices = [u for u in uow.people.all() if u.role is Role.OFFICE and u.active]
            if login == by or [u.login for u in offices] == [login]:
                raise Conflict(f"不能停用 {login}。", "请先用另一个考务账号登录。")
        uow.people.update(after)
        uow.audit.write(by, "user.update", "", login, before=_described(before), after=_described(after))
    return after


def create_students(tb: Toolbox, exam_id: str, by: str) -> tuple[NewAccount, ...]:
    """Accounts for the exam's candidates that have a 考号, a name and no account yet.

    The login is the 考号, with a count behind it where another pupil of another exam has that already.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        users = uow.people.all()
        roster = uow.candidates.roster(exam_id)
    students = [user for user in users if user.role is Role.STUDENT]
    taken = {user.login for user in users}
    made = tuple(
        NewAccount(_student(candidate, taken), one_time_password())
        for candidate in roster.candidates
        if len(candidate.number) > 1 and candidate.name
        if not any(user.is_candidate(candidate) for user in students)
    )
    hashes = [_hashed(account.password) for account in made]
    with tb.store.write() as uow:
        for account, hashed in zip(made, hashes, strict=True):
            if uow.people.get(account.user.login) is not None:
                raise Conflict(f"账号 {account.user.login} 刚刚被另一个人建立。", "请再试一次。")
            uow.people.add(account.user, hashed)
        uow.audit.write(by, "user.students", exam_id, "students", after=f"{len(made)} accounts")
    return made


def _student(candidate: Candidate, taken: set[str]) -> User:
    """An account for the candidate under a login that nobody has; the login is then taken."""
    number, count = candidate.number, 1
    login = number
    while login in taken:
        count += 1
        login = f"{number}-{count}"
    taken.add(login)
    classes = (candidate.class_name,)
    return make_user(login, candidate.name, Role.STUDENT, classes, number, candidate.student_number)


def ensure_office(tb: Toolbox, password: str = "") -> str:
    """On an installation without accounts: make ``office`` and return its password, else ``""``.

    Args:
        password: the password to use; a one-time password is made when it is empty.
    """
    chosen = password or one_time_password()
    with tb.store.read() as uow:
        if uow.people.all():
            return ""
    user = User(login="office", name="考务", role=Role.OFFICE, one_time=not password)
    create_user(tb, user, chosen, "system")
    return chosen


def one_time_password() -> str:
    """About 50 bits, easy to read off paper."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ONE_TIME_LENGTH))


def _user(tb: Toolbox, login: str) -> User:
    with tb.store.read() as uow:
        user = uow.people.get(login)
    if user is None:
        raise NotFound(f"没有账号 {login[:40]}。", "请从账号列表中打开。")
    return user


def _hashed(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
        raise BadInput(
            f"密码要有 {LEAST_PASSWORD} 到 {_MOST_PASSWORD} 个字符, 现在是 {len(password)} 个。",
            "请换一个密码。",
        )
    return _HASHER.hash(password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password[:_MOST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _described(user: User) -> str:
    classes = " ".join(user.classes)
    return f"{user.name} {user.role.value} {classes} {'active' if user.active else 'closed'}".strip()
