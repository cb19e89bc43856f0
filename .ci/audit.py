"""What ``make audit`` does: known weaknesses of the locked packages, and code that runs at every start of Python.

Prints a line for each finding. Exits 1 for a finding, and with ``CI=true`` also where the weaknesses could not be
looked up; else that is said and is no failure.
"""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A line of a .pth file that begins with "import" is run at every start of Python, whoever starts it for what. The
# compromised releases of LiteLLM stole keys this way (1.82.7 and 1.82.8), from a file that they listed as their own:
# so a file is expected for its words, not for its name or for who owns it.
SETUPTOOLS = (
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
    "enabled and __import__('_distutils_hack').add_shim();"
)
"""Of setuptools' distutils-precedence.pth."""
# Python imports these at every start, too, also where they are compiled (``sitecustomize.abi3.so``).
_CUSTOM = ("sitecustomize", "usercustomize")


def startup_code(folder: Path, installed: Sequence[Distribution], project: Path = ROOT) -> Iterator[str]:
    """What in a site-packages folder would run at every start, or lead it elsewhere, and is not expected."""
    for file in sorted(folder.glob("*.pth")):
        owner = _owner(file, installed)
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            words = line.strip()
            if not words or words.startswith("#") or (words == SETUPTOOLS and owner == "setuptools"):
                continue
            leads_home = owner == "paperwire" and not words.startswith("import") and Path(words).resolve() == project
            if not leads_home:
                yield f"{file}, of {owner or 'no installed package'}: {words[:200]}"
    for name in _CUSTOM:
        for found in sorted([*folder.glob(f"{name}.*"), *folder.glob(f"{name}/__init__.*")]):
            yield f"{found}, of {_owner(found, installed) or 'no installed package'}: is imported at every start"


def _owner(file: Path, installed: Sequence[Distribution]) -> str | None:
    for distribution in installed:
        if any(Path(str(each.locate())).resolve() == file.resolve() for each in distribution.files or ()):
            return str(distribution.metadata["Name"]).lower()
    return None


def weaknesses(lock: Path, command: Sequence[str]) -> tuple[list[str], str | None]:
    """The findings, and why it is not known whether that is all of them (None when it is)."""
    options = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10")
    done = subprocess.run([*command, "-r", str(lock), *options], capture_output=True, text=True, check=False)
    try:
        looked_at = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        words = done.stderr.strip().splitlines()
        return [], f"pip-audit did not answer: {words[-1] if words else f'exit code {done.returncode}'}"
    found = [
        f"{each['name']} {each['version']}: {weakness['id']}, mended in {' '.join(weakness['fix_versions']) or 'none'}"
        for each in looked_at
        for weakness in each.get("vulns", ())
    ]
    unknown = [each for each in looked_at if "skip_reason" in each]
    if unknown:
        # pip-audit calls this a success.
        return found, f"{len(unknown)} of {len(looked_at)} packages not looked up: {unknown[0]['skip_reason']}"
    return found, None if looked_at else "the lock file names no package"


def main() -> int:
    folders = [Path(each) for each in site.getsitepackages()]
    installed = list(distributions(path=[str(each) for each in folders]))
    running = [line for folder in folders for line in startup_code(folder, installed)]
    for line in running:
        print(f"FAIL  start-up code: {line}")
    if not running:
        print(f"ok    start-up code: nothing unexpected in {', '.join(map(str, folders))}")
    weak: list[str] = []
    unknown: str | None = None
    for service in ("pypi", "osv"):
        weak, unknown = weaknesses(
            ROOT / "requirements.lock", [sys.executable, "-m", "pip_audit", "--vulnerability-service", service]
        )
        for line in weak:
            print(f"FAIL  known weaknesses ({service}): {line}")
        if unknown is None:
            break
        print(f"SKIP  known weaknesses ({service}): {unknown}")
    if not weak and unknown is None:
        print("ok    known weaknesses: none in requirements.lock")
    missing = unknown is not None and os.environ.get("CI") == "true"
    return 1 if running or weak or missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
