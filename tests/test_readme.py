"""The README is true: its tables, its commands, its links."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.settings import Settings
from handlers import commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    rows = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for field in Settings.model_fields.values():
        default = field.default
        shown = "" if default in (None, ()) else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
        rows.append(f"| `{field.alias}` | {shown} | {field.description} |")
    return "\n".join(rows)


def test_the_settings_table_is_that_of_the_program() -> None:
    assert settings_table() in README, f"the table should be:\n\n{settings_table()}\n"


PAGES = [README, *(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md")))]


def shell_lines() -> list[str]:
    """What the pages tell people to type, in fences and in indented blocks."""
    blocks = [
        block for page in PAGES for block in re.findall(r"^```sh\n(.*?)^```|^((?: {4}\S.*\n)+)", page, re.M | re.S)
    ]
    joined = "\n".join("".join(block) for block in blocks).replace("\\\n", " ")
    lines = [line.split("  #")[0].strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("line", [line for line in shell_lines() if line.startswith("make ")])
def test_every_make_target_named_exists(line: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(line.split()[1:]) <= targets


@pytest.mark.parametrize("line", [line for line in shell_lines() if re.match(r"(?:\.venv/bin/)?paperwire ", line)])
def test_every_command_named_takes_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    words = words[: words.index(">")] if ">" in words else words
    command = main.commands[words[0]]
    options = {name for parameter in command.params for name in parameter.opts}
    for word in words[1:]:
        if word.startswith("--"):
            assert word.split("=")[0] in options, f"{words[0]} has no {word}"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme_and_has_help(name: str) -> None:
    assert f"`paperwire {name}" in README or f"paperwire {name} " in README or f"paperwire {name}\n" in README
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, ``\\|`` standing for a bar."""
    part = README.split(f"\n{heading}\n")[1].split("\n#")[0].replace("\\|", "¦")
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("¦", "|") for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_commands_is_the_programs() -> None:
    rows = rows_under("### On the command line")
    named = [name for row in rows for name in re.findall(r"`paperwire ([a-z-]+)", row[0])]
    assert sorted(named) == sorted(main.commands)
    for row in rows:
        options = {option for name in re.findall(r"`paperwire ([a-z-]+)", row[0]) for option in options_of(name)}
        for option in re.findall(r"--[a-z-]+", " ".join(row)):
            assert option in options, f"{row[0]} has no {option}"


def options_of(name: str) -> set[str]:
    return {option for parameter in main.commands[name].params for option in parameter.opts}


def test_the_table_of_slack_names_every_word_of_digest_and_none_besides() -> None:
    cells = " ".join(row[0] for row in rows_under("### In Slack"))
    written = {code.removeprefix("/digest ").split(" ")[0] for code in re.findall(r"`([^`]+)`", cells)}
    words = {word for word in written if word.isalpha()}
    periods = {word for word in commands.PERIODS if word.isascii()}
    assert words == {*commands._ANSWERS, *periods}


def test_the_pictures_are_those_of_the_script() -> None:
    shown = set(re.findall(r"\]\(docs/([\w-]+\.png)\)", README))
    script = (ROOT / "playground" / "screenshot.py").read_text(encoding="utf-8")
    assert shown == set(re.findall(r'"([\w-]+\.png)"', script))


def test_the_first_two_commands_are_demo_and_test() -> None:
    assert [line for line in shell_lines() if line.startswith("make ")][:2] == ["make demo", "make test"]


def test_links_to_files_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_python_version_named_is_the_one_required() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f"Python {required.removeprefix('>=')}" in README


def test_every_error_can_be_looked_up_with_its_sentence_cause_and_remedy() -> None:
    """A new sentence in ``bot/languages/en.toml`` needs a row in ``docs/errors.md``."""
    said = tomllib.loads((ROOT / "bot" / "languages" / "en.toml").read_text(encoding="utf-8"))["errors"]
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").replace("\\|", "¦")
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.splitlines() if line[:3] == "| `"]
    table = {row[0].strip("`"): row[1:] for row in rows}
    for code, sentence in said.items():
        assert code in table, f"docs/errors.md lacks a row: | `{code}` | {sentence} | why | what to do |"
        told, cause, remedy = table[code]
        assert told == sentence.replace("|", "¦"), f"docs/errors.md says something else under {code}: {sentence}"
        assert cause and remedy, code
    assert set(table) == set(said), "docs/errors.md names errors there are no more"
    assert "docs/errors.md" in README
