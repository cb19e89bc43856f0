"""``make audit`` names code that runs unasked, and never calls unknown what it could not look up well."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import sys
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from running_bot import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def install(folder: Path, name: str, **files: str) -> None:
    """A distribution as pip leaves it, with what it says are its files."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    rows = []
    for file, words in files.items():
        path = folder / file.replace("__", ".")
        path.write_text(words)
        digest = base64.urlsafe_b64encode(hashlib.sha256(words.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path.name},sha256={digest},{len(words)}")
    (info / "RECORD").write_text("\n".join(rows) + "\n")


def told(audit: ModuleType, folder: Path, project: Path) -> list[str]:
    return list(audit.startup_code(folder, list(distributions(path=[str(folder)])), project))


def test_what_setuptools_and_we_ourselves_bring_is_expected(audit: ModuleType, tmp_path: Path) -> None:
    install(tmp_path, "setuptools", precedence__pth=f"{audit.SETUPTOOLS}\n")
    install(tmp_path, "paperwire", _editable__pth=str(ROOT))
    assert told(audit, tmp_path, ROOT) == []


@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("litellm", "litellm_init__pth", "import os, subprocess; subprocess.Popen(['sh'])"),
        ("litellm", "distutils-precedence__pth", "import os; os.system('sh')"),
        ("setuptools", "distutils-precedence__pth", "import os; os.system('sh')"),
        ("paperwire", "_editable__pth", "/somewhere/else"),
        ("paperwire", "_editable__pth", "import evil"),
        ("something", "sitecustomize__py", "print()"),
        ("something", "sitecustomize__abi3__so", "compiled"),
        ("something", "usercustomize__cpython-311-x86_64-linux-gnu__so", "compiled"),
    ],
)
def test_anything_else_is_named_with_its_owner(
    audit: ModuleType, tmp_path: Path, name: str, file: str, words: str
) -> None:
    install(tmp_path, name, **{file: words})
    [line] = told(audit, tmp_path, ROOT)
    assert file.replace("__", ".") in line
    assert f"of {name}:" in line


@pytest.mark.parametrize("file", ["__init__.py", "__init__.pyc", "__init__.abi3.so"])
def test_a_package_that_is_imported_at_every_start_is_named(audit: ModuleType, tmp_path: Path, file: str) -> None:
    (tmp_path / "usercustomize").mkdir()
    (tmp_path / "usercustomize" / file).touch()
    [line] = told(audit, tmp_path, ROOT)
    assert "usercustomize" in line


def test_a_file_that_nobody_installed_is_named_even_with_innocent_words(audit: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "stray.pth").write_text(f"{audit.SETUPTOOLS}\n")
    [line] = told(audit, tmp_path, ROOT)
    assert "no installed package" in line


def test_the_environment_of_these_tests_runs_nothing_unexpected(audit: ModuleType) -> None:
    import site

    for folder in map(Path, site.getsitepackages()):
        project = next((Path(line) for line in _paths_of_paperwire(folder)), ROOT)
        assert told(audit, folder, project.resolve()) == []


def _paths_of_paperwire(folder: Path) -> list[str]:
    return [line for file in folder.glob("*paperwire.pth") for line in file.read_text().splitlines()]


def answering(folder: Path, answer: Any, code: int = 0) -> list[str]:
    """A stand-in for pip-audit: what it prints is all that is read of it."""
    file = folder / "answer"
    file.write_text(answer if isinstance(answer, str) else json.dumps({"dependencies": answer}))
    program = f"import sys; print(open({str(file)!r}).read()); sys.stderr.write('no route'); sys.exit({code})"
    return [sys.executable, "-c", program]


SOUND = {"name": "click", "version": "8.1", "vulns": []}
WEAK = {"name": "litellm", "version": "1.82.7", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.83"]}]}
UNKNOWN = {"name": "click", "skip_reason": "Dependency not found on PyPI and could not be audited: click (8.1)"}


@pytest.mark.parametrize(
    ("answer", "code", "findings", "known"),
    [
        ([SOUND], 0, 0, True),
        ([SOUND, WEAK], 1, 1, True),
        ([UNKNOWN, UNKNOWN], 0, 0, False),
        ([SOUND, WEAK, UNKNOWN], 1, 1, False),
        ([], 0, 0, False),
        ("", 1, 0, False),
    ],
    ids=["well", "weak", "nothing looked up", "weak and not all looked up", "nothing to look up", "no network"],
)
def test_only_what_was_looked_up_whole_is_called_well(
    audit: ModuleType, tmp_path: Path, answer: Any, code: int, findings: int, known: bool
) -> None:
    found, unknown = audit.weaknesses(tmp_path / "lock", answering(tmp_path, answer, code))
    assert (len(found), unknown is None) == (findings, known)
    assert all("PYSEC-1" in line and "1.83" in line for line in found)
