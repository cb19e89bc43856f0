"""The command line as a script sees it: output, exit codes, errors."""

from __future__ import annotations

import json
import subprocess
import sys
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


def test_records_go_in_and_out_and_into_the_report(tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    records.write_text(json.dumps(RECORD, ensure_ascii=False) + "\n", encoding="utf-8")
    for _ in range(2):
        assert paperwire("import", "records.jsonl", folder=tmp_path).returncode == 0
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
        (["healthy"], 1, "no heartbeat"),
    ],
)
def test_wrong_use_is_told_in_a_sentence_with_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = paperwire(*arguments, folder=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    done = paperwire("report", folder=tmp_path, environment={"PAPERWIRE_MODEL_SECONDS": "-1"})
    assert done.returncode == 2
    assert "PAPERWIRE_MODEL_SECONDS" in done.stderr


def test_a_bad_line_of_records_is_named_and_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text(json.dumps(RECORD) + "\n{broken\n", encoding="utf-8")
    done = paperwire("import", "records.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert "Line 2" in done.stderr
    assert paperwire("export", folder=tmp_path).stdout == ""


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
