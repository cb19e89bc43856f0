"""The house rules that a newcomer can read off the tree."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from bot import wording
from bot.models import LANGUAGES
from handlers.doctor import SCOPES

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "storage", "playground")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

OWNERS = {
    "litellm": {"bot/briefs/asking/provider.py"},
    "httpx": {"bot/papers/web.py", "bot/papers/guard.py", "bot/briefs/asking/bounded.py"},
    "httpcore": {"bot/papers/web.py", "bot/papers/guard.py"},
    "arxiv": {"bot/papers/arxiv_api.py"},
    "lxml": {"bot/papers/sources.py"},
    "pypdf": {"bot/papers/read.py"},
    "pypdfium2": {"bot/papers/read.py", "bot/papers/thumbnail.py", "bot/papers/pages/"},
    "matplotlib": {"bot/digests/chart.py"},
    "psycopg": {"storage/database/postgres.py"},
    "uvicorn": {"handlers/", "playground/"},
    "starlette": {"handlers/", "playground/"},
    "dbos": {"bot/work.py", "bot/rescue.py"},
    "prometheus_client": {"handlers/metrics.py"},
    "apscheduler": {"handlers/clock.py"},
    "slack_sdk": {"handlers/", "playground/", "storage/installations.py"},
    "cryptography": {"storage/installations.py"},
    "slack_bolt": {"handlers/"},
    "sqlite_utils": {"storage/"},
    "sqlalchemy": {"bot/engine.py", "bot/work.py", "storage/"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_outside_library_has_one_owner(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    for library in imported(path) & OWNERS.keys():
        assert any(here.startswith(owner) for owner in OWNERS[library]), f"{here} imports {library}"


def test_whoever_writes_briefs_takes_the_writer_that_was_given_its_tools() -> None:
    makers = {path.relative_to(ROOT).as_posix() for path in MODULES if re.search(r"\bWriter\(", path.read_text())}
    assert makers == {"bot/briefs/write.py", "bot/running.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_settings_read_the_environment(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    if here in ("bot/settings.py", "playground/demo.py"):
        return
    reads = re.findall(r"os\.(?:getenv\(|environ(?!\.setdefault|\[[^\]]+\] = ))", text)
    assert not reads, f"{here} reads the environment"


def test_top_level_names_are_ours_alone() -> None:
    import importlib.metadata

    owners = importlib.metadata.packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ["paperwire"])) == {"paperwire"}


def test_both_catalogues_say_the_same_with_the_same_facts() -> None:
    placeholders = re.compile(r"\{(\w+)")
    reference = {key: set(placeholders.findall(wording.catalogue("en")[key])) for key in wording.catalogue("en")}
    assert {path.stem for path in (ROOT / "bot" / "languages").glob("*.toml")} == set(LANGUAGES)
    for language in LANGUAGES:
        assert wording.catalogue(language).keys() == reference.keys(), language
        for key, facts in reference.items():
            assert set(placeholders.findall(wording.catalogue(language)[key])) == facts, f"{language} {key}"


def test_every_error_raised_has_a_sentence() -> None:
    known = wording.catalogue("en")
    raised = re.compile(r"\b(?:Tell|Retry)\(\s*\"(\w+)\"")
    for path in MODULES:
        for code in raised.findall(path.read_text(encoding="utf-8")):
            assert f"errors.{code}" in known, f"{path.relative_to(ROOT)} raises {code}"


def test_locks_pin_every_dependency_by_hash_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        requirements = re.findall(r"^([a-z0-9][\w.-]*)==([^ ]+)(.*)$", text, re.M)
        assert requirements and len(requirements) <= text.count("--hash=sha256:")
        assert ("litellm", "1.82.7") not in {r[:2] for r in requirements}
        assert ("litellm", "1.82.8") not in {r[:2] for r in requirements}
    runtime = set(re.findall(r"^([\w.-]+==[^ ]+)", (ROOT / "requirements.lock").read_text(), re.M))
    development = set(re.findall(r"^([\w.-]+==[^ ]+)", (ROOT / "requirements-dev.lock").read_text(), re.M))
    assert runtime <= development


def test_the_lock_satisfies_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    for requirement in project["dependencies"]:
        assert re.match(r"[\w.-]+", requirement)[0] in locked, requirement  # type: ignore[index]


def test_the_manifest_asks_for_what_the_program_uses() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text())
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    sources = "\n".join(path.read_text() for path in (ROOT / "handlers").glob("*.py"))
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert f'"{event.split(".")[0]}"' in sources, f"no listener for {event}"
    for shortcut in manifest["features"]["shortcuts"]:
        assert f'app.shortcut("{shortcut["callback_id"]}")' in sources
    for command in manifest["features"]["slash_commands"]:
        assert f'app.command("{command["command"]}")' in sources
    assert len(manifest["display_information"]["description"]) <= 140
    assert 174 <= len(manifest["display_information"]["long_description"]) <= 4000
    assert len(manifest["features"]["agent_view"]["agent_description"]) <= 300


def test_the_container_files_leave_nothing_out() -> None:
    """There may be no Docker here: at least the files must name what there is."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \./\1$", dockerfile, re.M))
    assert copied == set(PACKAGES)
    assert dockerfile.count("FROM ") == 2
    assert "trixie" in dockerfile
    assert re.search(r"^USER paperwire$", dockerfile, re.M)
    assert re.search(r"^VOLUME /data$", dockerfile, re.M)
    assert "HEALTHCHECK" in dockerfile
    allowed = set(re.findall(r"^!(\w+)", (ROOT / ".dockerignore").read_text(), re.M))
    assert allowed == {*PACKAGES, "requirements"}
