"""The files to deploy with agree with the program. (They are not built here: there may be no Docker engine.)"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
UNIT = (ROOT / "deploy" / "paperwire.service").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / "deploy" / "paperwire.env.example").read_text()
OURS = {str(field.alias) for field in Settings.model_fields.values()}


def example(text: str) -> dict[str, str]:
    """The variables of the example, those commented out too."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.M))


def test_by_default_the_bot_runs_alone_on_sqlite() -> None:
    ours = COMPOSE["services"]["paperwire"]
    assert "profiles" not in ours
    assert "DATABASE_URL" not in ours["environment"]
    assert "paperwire-data:/data" in ours["volumes"] and "VOLUME /data" in DOCKERFILE
    assert {name for name, each in COMPOSE["services"].items() if "profiles" not in each} == {"paperwire"}


def test_with_the_profile_the_bot_waits_for_a_healthy_postgres() -> None:
    ours, postgres = COMPOSE["services"]["paperwire"], COMPOSE["services"]["postgres"]
    assert postgres["profiles"] == ["postgres"]
    assert ours["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    assert "pg_isready" in postgres["healthcheck"]["test"][1]
    user, name = postgres["environment"]["POSTGRES_USER"], postgres["environment"]["POSTGRES_DB"]
    assert example(EXAMPLE)["DATABASE_URL"] == f"postgresql://{user}:…@postgres/{name}"
    assert "postgres-data:/var/lib/postgresql/data" in postgres["volumes"]
    assert set(COMPOSE["volumes"]) == {"paperwire-data", "postgres-data"}


def test_secrets_come_from_the_env_file_alone() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service["environment"].items():
            secret = re.search(r"TOKEN|SECRET|PASSWORD|KEY", variable)
            assert not secret or str(value).startswith("${"), f"{name}: {variable}"
    assert COMPOSE["services"]["paperwire"]["env_file"] == ".env"
    assert re.search(r"^\.env$", (ROOT / ".gitignore").read_text(), re.M)
    assert not re.search(r"xox[bp]-\w|xapp-\w|sk-\w", EXAMPLE)


def test_the_example_names_settings_there_are_and_all_that_are_needed() -> None:
    beside = {"OPENAI_API_KEY", "COMPOSE_PROFILES", "POSTGRES_PASSWORD"}
    assert set(example(EXAMPLE)) <= OURS | beside
    uncommented = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.M))
    assert not Settings.model_validate(uncommented).missing(http=False)


def test_containers_may_do_no_more_than_they_need() -> None:
    ours = COMPOSE["services"]["paperwire"]
    assert ours["read_only"] is True and ours["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in ours["security_opt"]
    assert "ports" not in ours, "nothing is published by default"


def test_the_container_is_healthy_by_the_file_that_the_bot_touches() -> None:
    assert "find /data/heartbeat -mmin -1" in DOCKERFILE
    assert re.search(r"PAPERWIRE_DATA=/data$", DOCKERFILE, re.M)
    assert 'settings.data / "heartbeat"' in (ROOT / "bot" / "__main__.py").read_text()


def test_the_unit_runs_the_program_on_its_state_folder() -> None:
    assert "ExecStart=/opt/paperwire/.venv/bin/paperwire run" in UNIT
    assert "StateDirectory=paperwire" in UNIT and "PAPERWIRE_DATA=/var/lib/paperwire" in UNIT
    assert "EnvironmentFile=/etc/paperwire/paperwire.env" in UNIT
    stop = int(re.search(r"TimeoutStopSec=(\d+)", UNIT)[1])  # type: ignore[index]
    assert stop > 20, "workflows get ten seconds, connections ten more"


def test_the_unit_lets_the_readers_limit_themselves() -> None:
    """Refused setrlimit, every PDF would be damaged."""
    for line in re.findall(r"^SystemCallFilter=~(.*)$", UNIT, re.M):
        assert "@resources" not in line


def test_systemd_takes_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    unit = tmp_path / "paperwire.service"
    unit.write_text(UNIT.replace("/opt/paperwire/.venv/bin/paperwire run", "/bin/true"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert rated.returncode == 0, rated.stdout[-300:]
