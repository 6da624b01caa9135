"""The documents say what is there, and the repository holds nothing that it must not."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from core.settings import Settings
from workers.cli import zhupi

_ROOT = Path(__file__).parents[1]
_READMES = ("README.md", "README.zh-CN.md")
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_GROUPS: dict[str, list[str]] = {"core": _PROJECT["dependencies"], **_PROJECT["optional-dependencies"]}

#: Paths of a machine and addresses of package indexes: neither helps anybody who reads the repository.
_FORBIDDEN = ("/wo" + "rk/", "py" + "pi.org", "files.python" + "hosted.org", "registry.np" + "mjs.org")


def _tracked() -> tuple[Path, ...]:
    """Files under version control that are still there; all files where this is no checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout: what is tracked cannot be told")
    paths = (_ROOT / name for name in listed.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def _documents() -> tuple[Path, ...]:
    tops = _ROOT.glob("*.md")
    return tuple(sorted((*tops, *(_ROOT / "docs").rglob("*.md"))))


def _text(name: str) -> str:
    return (_ROOT / name).read_text(encoding="utf-8")


def _name(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;(]", requirement, maxsplit=1)[0].lower()


def _code(text: str) -> Iterator[str]:
    """What stands in the text as code: fenced lines and words between backquotes."""
    for block in re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", text)


def _linked(text: str) -> Iterator[str]:
    """Targets of links and pictures outside of code."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", prose)


def _anchors(text: str) -> set[str]:
    """The names by which the headings of a document can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("group", _GROUPS)
def test_every_dependency_has_its_line(group: str) -> None:
    rows = [row.split("|") for row in _text("docs/dependencies.md").splitlines() if row.startswith("| `")]
    listed = {row[1].strip(" `"): [cell.strip() for cell in row[2:-1]] for row in rows}
    names = {_name(requirement) for requirement in _GROUPS[group]}
    assert names - set(listed) == set()
    for name in names:
        what, keeper, licence, size, _why = listed[name]
        assert what and keeper and licence, name
        assert re.fullmatch(r"\d+\.\d", size), f"{name}: {size!r} is no size in MB"


def test_no_line_is_left_of_a_dependency_that_is_gone() -> None:
    rows = re.findall(r"^\| `([^`]+)`", _text("docs/dependencies.md"), flags=re.MULTILINE)
    assert sorted(rows) == sorted({_name(r) for group in _GROUPS.values() for r in group})


def _stated_licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """Expression, classifiers and name of the licence; not its text, which may speak of other licences."""
    facts = metadata.json
    classifiers = [c for c in facts.get("classifier", []) if c.startswith("License")]
    old = str(facts.get("license", "")).strip().partition("\n")[0]
    return " ; ".join([str(facts.get("license_expression", "")), old, *classifiers])


def test_no_package_that_setup_installs_is_under_the_agpl() -> None:
    locked = re.findall(r"^([\w.\-]+)==", _text("requirements.lock"), flags=re.MULTILINE)
    assert len(locked) > 50, "the lock file is read wrongly"
    stated = {}
    for name in locked:
        try:
            stated[name] = _stated_licence(importlib.metadata.metadata(name))
        except importlib.metadata.PackageNotFoundError:
            continue  # locked for another Python
    assert len(stated) > 50, "the packages of the lock are not installed"
    assert {n: words for n, words in stated.items() if re.search("AGPL|Affero", words, re.IGNORECASE)} == {}


def test_the_licence_document_agrees_with_the_wheels() -> None:
    rows = [row.split("|") for row in _text("docs/dependencies.md").splitlines() if row.startswith("| `")]
    said = {row[1].strip(" `"): row[4] for row in rows}
    for name in (_name(r) for r in _GROUPS["core"]):
        stated = _stated_licence(importlib.metadata.metadata(name))
        family = re.search(r"MIT|BSD|Apache|MPL|LGPL|ZPL", stated)
        if family is not None:  # some wheels keep their licence in a file alone
            assert family[0] in said[name], f"{name} states {stated!r}"


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `(ZHUPI_\w+)`", _text("docs/settings.md"), flags=re.MULTILINE))
    known = {f"ZHUPI_{name.upper()}" for name in Settings.model_fields} | {"ZHUPI_FONTS"}
    assert documented == known


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(_ROOT)))
def test_settings_that_a_document_names_exist(document: Path) -> None:
    named = set(re.findall(r"ZHUPI_[A-Z_]+[A-Z]", document.read_text(encoding="utf-8")))
    known = {f"ZHUPI_{name.upper()}" for name in Settings.model_fields}
    assert named - known - {"ZHUPI_FONTS", "ZHUPI_TEST_REQUIRE"} == set()


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(_ROOT)))
def test_make_targets_that_a_document_names_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), flags=re.MULTILINE))
    code = list(_code(document.read_text(encoding="utf-8")))
    named = {target for line in code for target in re.findall(r"\bmake ([a-z][a-z-]*)", line)}
    assert named - targets == set()


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(_ROOT)))
def test_commands_that_a_document_names_exist(document: Path) -> None:
    context = click.Context(zhupi)
    for line in _code(document.read_text(encoding="utf-8")):
        for name, rest in re.findall(r"(?:^|\s|/)zhupi ([a-z]+)([^`]*)", line):
            command = zhupi.get_command(context, name)
            assert command is not None, f"{document.name}: there is no `zhupi {name}`"
            _check_words(document, command, rest.partition("#")[0].partition(", `")[0].split())


def _check_words(document: Path, command: click.Command, words: list[str]) -> None:
    """Subcommands and options exist, too."""
    if isinstance(command, click.Group) and words and words[0].isascii() and words[0].isalpha():
        assert words[0] in command.commands, f"{document.name}: {command.name} {words[0]}"
        command = command.commands[words[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    options = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
    assert options - known - {"--help"} == set(), f"{document.name}: {command.name}"


@pytest.mark.parametrize("readme", _READMES)
def test_a_readme_opens_with_its_two_commands_and_a_picture(readme: str) -> None:
    opening = _text(readme).partition("\n## ")[0]
    assert re.search(r"^make demo .*\nmake test ", opening, flags=re.MULTILINE)
    assert "](docs/images/review.png)" in opening


def test_the_commands_of_an_evening_are_in_the_readmes() -> None:
    daily = {
        "exam",
        "roster",
        "card",
        "ingest",
        "recognise",
        "ledger",
        "release",
        "serve",
        "worker",
        "doctor",
    }
    assert daily <= set(zhupi.list_commands(click.Context(zhupi)))
    for readme in _READMES:
        told = _text(readme)
        assert {name for name in daily if f"zhupi {name}" not in told} == set(), readme


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(_ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in _linked(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = document.parent / name if name else document
        assert place.exists(), f"{document.name} links to {target}, which is not there"
        if anchor and place.suffix == ".md":
            assert anchor in _anchors(place.read_text(encoding="utf-8")), f"{document.name}: {target}"


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = _ROOT / "docs" / "adr"
    decisions = sorted(folder.glob("0*.md"))
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert path.name in index
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), path.name


def test_the_licence_is_there_whole_and_the_notice_with_it() -> None:
    licence = _text("LICENSE")
    assert licence.lstrip().startswith("Apache License")
    assert "9. Accepting Warranty or Additional Liability." in licence
    assert _PROJECT["license"] == "Apache-2.0"
    notice = _text("NOTICE")
    sources = tomllib.loads(_text("models/weights.toml"))["model"]
    assert all(part in notice for part in ("PP-OCRv6", "Apache License", "weights.toml"))
    assert {model["carried_by"] for model in sources} == {"rapidocr", "models"}, "NOTICE names them"
    trained = [m["path"] for m in sources if m["carried_by"] == "models" and m["file"].endswith(".onnx")]
    assert [path for path in trained if f"models/{path}" not in notice] == [], "NOTICE names their data"


def test_the_changelog_has_this_version() -> None:
    assert f"## [{_PROJECT['version']}]" in _text("CHANGELOG.md")


def test_no_tracked_file_names_a_machine_path_or_a_package_index() -> None:
    found = [
        f"{path.relative_to(_ROOT)}: {word}"
        for path in _tracked()
        if path != Path(__file__)
        for word in _FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_nothing_of_others_is_vendored() -> None:
    suffixes = {".ttf", ".ttc", ".otf", ".woff", ".woff2", ".onnx", ".pdiparams", ".whl"}
    models = tomllib.loads(_text("models/weights.toml"))["model"]
    own = {_ROOT / "models" / model["path"] for model in models if model["carried_by"] == "models"}
    found = [p.name for p in _tracked() if p not in own and (p.suffix in suffixes or ".min." in p.name)]
    assert found == []
