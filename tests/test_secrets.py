"""No secret leaves the places it belongs to: not to a log, a file, a message, a model, however things go."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_model_server import FakeModelServer, error, html
from local_ports import free_port
from made_papers import MadePaper
from running_bot import APP, BOT, RunningBot, connected_bot
from test_command_line import paperwire

from bot.settings import Settings
from playground import Playground

KEY = f"sk-proj-{secrets.token_urlsafe(24)}"
PASSWORD = "correct-horse-battery"


def wait_for_sign(place: Playground, channel: str, ts: str) -> None:
    place.wait_for(lambda: {"white_check_mark", "x"} & place.reactions(channel, ts).keys(), 60)


def live_through_everything(place: Playground, model: FakeModelServer) -> None:
    """Good days, then each kind of bad one."""
    ada, channel = place.add_user("ada"), place.add_channel("papers")

    def upload(number: int) -> str:
        ts = place.upload(ada, channel, f"{number}.pdf", MadePaper(number).pdf())
        wait_for_sign(place, channel, ts)
        return ts

    ts = upload(1)
    [answer] = place.thread(channel, ts)
    place.click(ada, answer, "paper_details")
    place.wait_for(lambda: place.modal(ada))
    place.open_home(ada)
    place.wait_for(lambda: place.home(ada))
    for line in ("week", "status", "export bib", "search tree", "nonsense"):
        place.command(ada, channel, f"/digest {line}")
    place.wait_for(lambda: place.files(place.direct_channel(ada)), 30)
    repeated = f"Incorrect API key provided: {KEY}. You sent Authorization: Bearer {KEY}"
    model.queue(error(401, repeated, code="invalid_api_key"))
    upload(2)
    model.queue(*[error(500, repeated)] * 4, error(400, repeated), html(502))
    upload(3)
    place.fail_next("files.info", error="internal_error", status=500)
    place.fail_next("chat.postMessage", drop=True)
    place.fail_next("chat.postMessage", error="invalid_auth")
    place.fail_next("chat.postMessage", retry_after=1)
    upload(4)
    for content in (b"%PDF-1.7 rubbish", b"<html>Sign in</html>", b""):
        wait_for_sign(place, channel, place.upload(ada, channel, "bad.pdf", content))
    wait_for_sign(place, channel, place.post(ada, channel, "http://169.254.169.254/latest/paper.pdf"))


@contextmanager
def scene(folder: Path, *, http: bool) -> Iterator[tuple[Playground, FakeModelServer, RunningBot, dict[str, str]]]:
    """A bot whose secrets lie in files (Socket Mode) or in the environment (HTTP), talking at DEBUG level."""
    with Playground(time_scale=50, installation=APP) as place, FakeModelServer() as model:
        environment = place.environment()
        needed = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET" if http else "SLACK_APP_TOKEN")
        known = {name: environment[name] for name in needed} | {"OPENAI_API_KEY": KEY}
        settings = {
            "SLACK_API_URL": environment["SLACK_API_URL"],
            "PAPERWIRE_ALLOWED_HOSTS": place.url[7:],
            "PAPERWIRE_MODEL": "openai/test-model",
            "PAPERWIRE_MODEL_URL": model.url,
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": "50",
            "PAPERWIRE_LOG_LEVEL": "DEBUG",
        }
        address = f"127.0.0.1:{free_port()}"
        if http:
            settings |= known
        else:
            settings["PAPERWIRE_SECRETS"] = str(folder / "secrets")
            (folder / "secrets").mkdir()
            for name, secret in known.items():
                (folder / "secrets" / name).write_text(f"{secret}\n")
        program = (*BOT, "--http", address) if http else BOT
        with connected_bot(settings, folder / "data", program) as bot:
            if http:
                place.http_app(f"http://{address}/slack/events")
            yield place, model, bot, known


@pytest.mark.parametrize("http", [False, True], ids=["socket, secrets in files", "http, secrets in the environment"])
def test_secrets_stay_where_they_belong_whatever_goes_wrong(tmp_path: Path, http: bool) -> None:
    with scene(tmp_path, http=http) as (place, model, bot, known):
        live_through_everything(place, model)
        bot.stop()
        log = bot.log
        posted = json.dumps([[call.method, call.args] for call in place.calls])
        prompts = json.dumps(model.requests)
        headers = [{k: v for k, v in each.items() if k.lower() != "authorization"} for each in model.headers]
        authorized = {each.get("Authorization", each.get("authorization")) for each in model.headers}
    assert authorized == {f"Bearer {KEY}"}, "the model was asked with its key"
    assert "DEBUG" in log
    assert MadePaper(4).title in posted
    kept = {str(file): file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()}
    assert any(name.endswith("paperwire.work.db") for name in kept)
    for name, secret in known.items():
        assert secret not in log, f"{name} in the log: …{log[log.find(secret) - 300 : log.find(secret)]}"
        assert secret not in posted, f"{name} was posted"
        assert secret not in prompts, f"{name} went to the model"
        assert secret not in str(headers), f"{name} went to the model in a header"
        assert [file for file, content in kept.items() if secret.encode() in content] == [], name
    assert "ticket=" not in log, "the address of the socket lets anybody in who has it"
    assert "needs no training" not in log, "what a paper says is not the log's business"


def test_the_password_of_the_database_is_told_nobody(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"postgresql://paperwire:{PASSWORD}@127.0.0.1:9/paperwire",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "PAPERWIRE_LOG_LEVEL": "DEBUG",
    }
    for command in (("run",), ("doctor",), ("report",), ("backup", "b"), ("restore", "b")):
        done = paperwire(*command, folder=tmp_path, environment=environment)
        assert done.returncode != 0, command
        assert PASSWORD not in done.stdout + done.stderr, command
    assert not any(PASSWORD.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_settings_show_no_secret_of_theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "DATABASE_URL"):
        (tmp_path / name).write_text(f"postgresql://u:{PASSWORD}@h/d")
    (tmp_path / "PAPERWIRE_TOKEN_KEY").write_text(PASSWORD)
    monkeypatch.setenv("PAPERWIRE_SECRETS", str(tmp_path))
    settings = Settings()
    assert settings.bot_token is not None and PASSWORD in settings.bot_token.get_secret_value()
    assert PASSWORD not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_environment_goes_before_a_file_and_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "PAPERWIRE_ZONE").write_text("Mars/Olympus")
    secrets_folder = {"PAPERWIRE_SECRETS": str(tmp_path)}
    done = paperwire("report", folder=tmp_path, environment=secrets_folder)
    assert (done.returncode, "PAPERWIRE_ZONE" in done.stderr) == (2, True)
    (tmp_path / "records.jsonl").touch()
    done = paperwire("import", "records.jsonl", folder=tmp_path, environment=secrets_folder | {"PAPERWIRE_ZONE": "UTC"})
    assert done.returncode == 0, done.stderr
    done = paperwire("report", folder=tmp_path, environment={"PAPERWIRE_SECRETS": str(tmp_path / "nowhere")})
    assert (done.returncode, "PAPERWIRE_SECRETS" in done.stderr) == (2, True)
