"""The documentation keeps up: every command, option, error code and link."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from importer.cli.main import cli
from importer.readers.fit.integrity import Integrity

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "sample_files").glob("*.md")])


def commands(group: click.Group = cli, path: str = "retro-import") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, sub-commands included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


COMMANDS = dict(commands())


def documentation() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "README.md", ROOT / "docs" / "cli.md"))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_documented(words):
    assert re.search(rf"{re.escape(words)}\b", documentation()), f"{words} stands neither in README.md nor in docs/cli.md"


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_says_what_it_does(words):
    assert COMMANDS[words].get_short_help_str(limit=200)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_has_help_and_is_documented(words):
    text = documentation()
    options = [option for option in COMMANDS[words].params if isinstance(option, click.Option)]

    assert [option.name for option in options if not option.help] == []
    missing = [
        name for option in options for name in option.opts if name.startswith("--") and not re.search(rf"{re.escape(name)}(?![\w-])", text)
    ]
    assert missing == []


def _strings(value: ast.expr) -> set[str]:
    """Give the string constants an expression may result in."""
    if isinstance(value, ast.Constant):
        return {value.value} if isinstance(value.value, str) else set()
    if isinstance(value, ast.IfExp):
        return _strings(value.body) | _strings(value.orelse)
    return set()


def _coded(node: ast.AST) -> ast.expr | None:
    """Give what a node calls a code: ``code="..."``, ``code = "..."``, ``x.code = "..."``, ``Problem("...")``."""
    if isinstance(node, ast.keyword) and node.arg == "code":
        return node.value
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return node.value if getattr(target, "id", getattr(target, "attr", "")) == "code" else None
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and node.args:
        return node.args[0]
    return None


def codes_in_the_code() -> set[str]:
    """Collect the error codes from the sources, and the kinds of damage that are codes under ``--strict``."""
    found = {integrity.value for integrity in Integrity} - {Integrity.OK.value}
    for path in (ROOT / "importer").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            coded = _coded(node)
            if coded is not None:
                found |= _strings(coded)
    return found


def codes_on_the_page() -> set[str]:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.MULTILINE))


def test_every_error_code_is_documented():
    codes = codes_in_the_code()

    assert {"usage", "corrupt-file", "not-an-activity", "no-time"} <= codes
    assert sorted(codes - codes_on_the_page()) == []


def test_no_documented_error_code_is_gone():
    assert sorted(codes_on_the_page() - codes_in_the_code()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:|#", link)]

    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_readme_marks_its_two_commands(name):
    """`.ci/run` runs what stands there; a fence with two lines would be run by halves."""
    fence = re.search(rf"<!-- command: {name} -->\s*```\w*\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)

    assert fence is not None
    assert len(fence[1].strip().splitlines()) == 1


def test_every_page_of_the_documentation_is_linked():
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:|#", link)
    }

    assert [page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md") if page.resolve() not in linked] == []
