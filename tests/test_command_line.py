"""The command line as a script sees it: output, exit codes, errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fake_model_server import FakeModelServer
from running_bot import ROOT, connected_bot

from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples

RECORD = {
    "title": "Tides in Shallow Lakes",
    "institutions": ["University of Constance"],
    "author_count": 2,
    "abstract": "Lakes have tides too.",
    "brief": {"zh": "康斯坦茨大学发布了《Tides in Shallow Lakes》论文。"},
}


def paperwire(
    *arguments: str, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **(environment or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    files = []
    for sample in samples():
        file = tmp_path / f"{sample.name}.pdf"
        file.write_bytes(sample.pdf)
        files.append(file)
    return files


def test_papers_are_briefed_in_order_one_json_line_each(tmp_path: Path, papers: list[Path]) -> None:
    done = paperwire("brief", *map(str, papers), "--json", "--language", "en", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in papers]
    assert [line["title"] for line in lines] == [sample.title for sample in samples()]
    fields = (
        "file title authors institutions abstract language brief technique problem effect evidence model badges error"
    )
    for line in lines:
        assert set(line) == set(fields.split())
        assert line["error"] is None
        assert line["title"] in line["brief"]
        assert line["evidence"]["effect"]["quote"]
    assert not (tmp_path / "paperwire-data").exists()


def test_a_link_is_briefed_with_no_more_than_the_sources(tmp_path: Path) -> None:
    with ArxivStandIn() as arxiv:
        link = f"https://arxiv.org/abs/{samples()[0].arxiv}"
        done = paperwire("brief", link, "--json", folder=tmp_path, environment=arxiv.environment())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["link"] == link
    assert json.loads(done.stdout)["title"] == samples()[0].title


@pytest.mark.parametrize("written", ["{}", "{}v1", "arXiv:{}", "10.48550/arXiv.{}"])
def test_an_identifier_is_briefed_as_its_link_is(tmp_path: Path, written: str) -> None:
    with ArxivStandIn([replace(samples()[0], arxiv="1706.03762")]) as arxiv:
        name = written.format("1706.03762")
        done = paperwire("brief", name, "--json", folder=tmp_path, environment=arxiv.environment())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["link"] == name
    assert json.loads(done.stdout)["title"] == samples()[0].title


def test_a_file_that_is_called_like_an_identifier_is_read(tmp_path: Path) -> None:
    (tmp_path / "1706.03762").write_bytes(samples()[0].pdf)
    done = paperwire("brief", "1706.03762", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == "1706.03762"


def test_one_bad_file_does_not_spoil_the_others_and_is_told_by_the_exit_code(
    tmp_path: Path, papers: list[Path]
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")
    done = paperwire("brief", str(bad), "missing.pdf", str(papers[0]), folder=tmp_path)
    assert done.returncode == 1
    assert samples()[0].title in done.stdout
    assert "bad.pdf" in done.stderr
    assert "missing.pdf" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_report_of_briefed_papers_is_written(tmp_path: Path, papers: list[Path]) -> None:
    done = paperwire("brief", *map(str, papers), "--report", "out.md", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    report = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert f"分析论文数量: {len(papers)}篇" in report
    assert all(f"{sample.title}\n" in report for sample in samples())


def test_a_report_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, papers: list[Path]) -> None:
    done = paperwire("brief", str(papers[0]), "--report", "nowhere/out.md", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "paperwire: I cannot write the report nowhere/out.md (No such file or directory). Name a place that I may "
        "write to.\n"
    )


def test_a_model_that_fails_is_told_under_its_own_name_in_words(tmp_path: Path, papers: list[Path]) -> None:
    why = (
        "There is no key for the model gpt-4: set OPENAI_API_KEY where the bot runs, or choose another model with "
        "PAPERWIRE_MODEL. This brief was excerpted from the paper instead."
    )
    done = paperwire("brief", str(papers[0]), "--compare", "gpt-4", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    _, _, heading, words, sentence, *_ = done.stdout.splitlines()
    assert heading.startswith("gpt-4  (0+0 tokens") and heading.endswith("  [excerpts, no model]")
    assert words == why
    assert samples()[0].title in sentence
    done = paperwire("brief", str(papers[0]), folder=tmp_path, environment={"PAPERWIRE_MODEL": "gpt-4"})
    assert done.stdout.splitlines()[:2] == [f"{papers[0]}  [excerpts, no model]", why]
    assert " INFO " not in done.stderr
    done = paperwire("eval", str(papers[0]), "--model", "gpt-4", folder=tmp_path)
    assert f"{papers[0]}: {why}" in done.stderr


@pytest.mark.parametrize("other", [["--json"], ["--report", "report.md"]])
def test_what_a_comparison_cannot_be_printed_as_is_refused(
    tmp_path: Path, papers: list[Path], other: list[str]
) -> None:
    done = paperwire("brief", str(papers[0]), "--compare", "extractive", *other, folder=tmp_path)
    assert done.returncode == 2
    assert "leave out --json and --report" in done.stderr


def test_models_are_compared_and_scored(tmp_path: Path, papers: list[Path]) -> None:
    with FakeModelServer() as server:
        environment = {"PAPERWIRE_MODEL_URL": server.url, "OPENAI_API_KEY": "none"}
        models = ("extractive", "openai/test-model")
        chosen = [word for model in models for word in ("--compare", model)]
        done = paperwire("brief", str(papers[0]), "--language", "en", *chosen, folder=tmp_path, environment=environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(samples()[0].title) == 2
        assert all(f"\n{model}  (" in done.stdout for model in models)
        chosen = [word for model in models for word in ("--model", model)]
        done = paperwire("eval", *map(str, papers), *chosen, folder=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(("| extractive", "| openai/test-model"))]
    assert len(rows) == 2
    assert all(f"| {len(papers)} " in row for row in rows)


def test_headers_are_read_as_json_lines(tmp_path: Path, papers: list[Path]) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    done = paperwire("read", "--json", str(papers[0]), str(empty), folder=tmp_path)
    assert done.returncode == 1
    good, bad = (json.loads(line) for line in done.stdout.splitlines())
    assert good["title"] == samples()[0].title
    assert good["is_paper"] is True
    assert bad["is_paper"] is False
    assert bad["error"]


def test_headers_are_read_for_people_with_a_sentence_for_what_cannot_be_read(
    tmp_path: Path, papers: list[Path]
) -> None:
    (tmp_path / "empty.pdf").touch()
    done = paperwire("read", "nofile", "empty.pdf", str(papers[0]), folder=tmp_path)
    assert done.returncode == 1
    assert samples()[0].title in done.stdout
    assert done.stderr.split("\n\n")[:2] == [
        "nofile: There is no file nofile.",
        "empty.pdf: This file is empty. Upload the PDF again.",
    ]


def test_records_go_in_and_out_and_into_the_report(tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    records.write_text(json.dumps(RECORD, ensure_ascii=False) + "\n", encoding="utf-8")
    for new in (1, 0):
        done = paperwire("import", "records.jsonl", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, f"records: 1, new papers: {new}\n")
    exported = paperwire("export", folder=tmp_path)
    assert [json.loads(line)["title"] for line in exported.stdout.splitlines()] == [RECORD["title"]]
    report = paperwire("report", "--plain", "--title", "湖", "--at", "2026-01-02 03:04:05", folder=tmp_path)
    assert report.stdout.startswith("# 湖\n生成时间: 2026-01-02 03:04:05\n分析论文数量: 1篇\n")
    assert paperwire("report", "--team", "T9", folder=tmp_path).stdout.count("###") == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["report", "--since", "2026-12-01", "--until", "2026-11-01"], 1, "2026-11-01..2026-12-01"),
        (["report", "--at", "yesterday"], 2, "--at"),
        (["nonsense"], 2, "nonsense"),
        (["brief"], 2, "FILE|LINK"),
        (["run"], 2, "SLACK_BOT_TOKEN, SLACK_APP_TOKEN"),
        (["run", "--http", "127.0.0.1:3000"], 2, "SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET"),
        (["healthy"], 1, "No bot on paperwire-data is running and connected to Slack."),
        (["report"], 1, "There is no library in paperwire-data. Name the bot's folder with PAPERWIRE_DATA."),
        (["export"], 1, "There is no library in paperwire-data."),
        (["backup", "b"], 1, "There is nothing to back up in paperwire-data."),
        (["forget-workspace", "T1"], 1, "There is no library in paperwire-data."),
        (["report", "--since", "2999-01-01"], 1, "The period begins on 2999-01-01, and today is "),
    ],
)
def test_wrong_use_is_told_in_a_sentence_with_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = paperwire(*arguments, folder=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "what fails leaves nothing behind"


@pytest.mark.parametrize("data", ["a file", "/proc/nowhere"])
@pytest.mark.parametrize(
    "command", [["run"], ["restore", "b"], ["import", "records.jsonl"]], ids=lambda words: words[0]
)
def test_a_place_that_can_be_no_data_folder_is_told(tmp_path: Path, command: list[str], data: str) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "records.jsonl").touch()
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    done = paperwire(*command, folder=tmp_path, environment={**tokens, "PAPERWIRE_DATA": data})
    assert done.returncode == 1
    assert done.stderr.startswith(f"paperwire: I cannot write the library {data}")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "tokens", "words"),
    [
        (["run"], ("xapp-1", "xoxb-1"), "SLACK_BOT_TOKEN is an app-level token. Set it to the “Bot User OAuth Token”"),
        (["run"], ("xoxb-1", "xoxb-1"), "SLACK_APP_TOKEN is a bot token. Set it to an app-level token (xapp-…)"),
        (["run", "--http", "127.0.0.1:9"], ("hello", ""), "SLACK_BOT_TOKEN is none of Slack's tokens. Set it to"),
    ],
    ids=["exchanged", "twice the same", "over HTTP"],
)
def test_a_token_of_the_wrong_kind_is_told_before_slack_is_asked(
    tmp_path: Path, arguments: list[str], tokens: tuple[str, str], words: str
) -> None:
    environment = {"SLACK_BOT_TOKEN": tokens[0], "SLACK_APP_TOKEN": tokens[1], "SLACK_SIGNING_SECRET": "0" * 32}
    done = paperwire(*arguments, folder=tmp_path, environment=environment)
    assert done.returncode == 2
    assert done.stderr.startswith(f"paperwire: {words}")
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_nobody_knows_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    assert paperwire("import", "records.jsonl", folder=tmp_path).returncode == 0
    done = paperwire("forget-workspace", "T123", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "I know nothing of a workspace T123." in done.stderr
    done = paperwire("forget-workspace", "local", "--yes", folder=tmp_path)
    assert (done.returncode, "local: " in done.stderr) == (0, True)


def test_a_bot_that_fell_silent_is_not_healthy(tmp_path: Path) -> None:
    heartbeat = tmp_path / "paperwire-data" / "heartbeat"
    heartbeat.parent.mkdir()
    heartbeat.touch()
    assert paperwire("healthy", folder=tmp_path).returncode == 0
    hour_ago = time.time() - 3600
    os.utime(heartbeat, (hour_ago, hour_ago))
    done = paperwire("healthy", folder=tmp_path)
    assert done.returncode == 1
    assert re.match(r"paperwire: No bot on paperwire-data has been connected to Slack for 36\d\d s\.", done.stderr)


def test_the_list_of_commands_fits_on_its_lines(tmp_path: Path) -> None:
    done = paperwire("--help", folder=tmp_path)
    assert done.returncode == 0
    assert "..." not in done.stdout.partition("Commands:")[2]


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    done = paperwire("report", folder=tmp_path, environment={"PAPERWIRE_MODEL_SECONDS": "-1"})
    assert done.returncode == 2
    assert "PAPERWIRE_MODEL_SECONDS" in done.stderr


def test_a_misspelt_setting_is_warned_of(tmp_path: Path) -> None:
    done = paperwire("healthy", folder=tmp_path, environment={"PAPERWIRE_LANG": "en"})
    assert "PAPERWIRE_LANG is no setting and changes nothing. Is PAPERWIRE_LANGUAGE meant?" in done.stderr


def test_a_bad_line_of_records_is_named_and_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text(json.dumps(RECORD) + "\n{broken\n", encoding="utf-8")
    done = paperwire("import", "records.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert "Line 2" in done.stderr
    assert paperwire("export", folder=tmp_path).stdout == ""


def test_a_file_that_is_no_text_holds_no_records(tmp_path: Path, papers: list[Path]) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"title": "Gr\xfc\xdfe", "brief": {"en": "A brief."}}\n')
    for file in (str(papers[0]), "latin.jsonl"):
        done = paperwire("import", file, folder=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("paperwire: Line 1 of the records cannot be used (")
        assert "Traceback" not in done.stderr


def test_a_second_bot_on_the_same_folder_says_so(tmp_path: Path) -> None:

    with Playground() as place, connected_bot(place.environment(), tmp_path / "data") as bot:
        environment = {**place.environment(), "PAPERWIRE_DATA": str(tmp_path / "data")}
        done = paperwire("run", folder=tmp_path, environment=environment)
        assert done.returncode == 1
        assert f"process {bot.pid}" in done.stderr
        assert paperwire("healthy", folder=tmp_path, environment=environment).returncode == 0


def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    done = paperwire("demo", "--once", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest-" in done.stdout
