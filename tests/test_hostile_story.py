"""Among enemies, end to end: whatever papers, people and models say, what is posted is grounded, bounded and harmless.

The catalogue is ``hostile.py``; what Slack would make of a payload is judged by ``slack_sight.py``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bibtexparser
import pypdf
import pytest
import rispy
from fake_arxiv import FakeArxiv
from fake_model_server import FakeModelServer
from hostile import ANSWERS, ORDERS, PAYLOADS, PDFS, hidden_orders, paper_with
from made_papers import MadePaper
from running_bot import APP, RunningBot, connected_bot
from slack_sight import harms, markdown_harms, seen, unseen

from playground import Playground

_SCALE = 50
_SHOWN = ("chat.", "views.", "files.", "response_url")
# LiteLLM takes 180 MB, the rest of the bot some 110; an answer of 50 MB taken whole, and parsed, would be far above.
_MOST_MEMORY_KB = 520_000


def asserted_harmless(*payloads: Any) -> None:
    for payload in payloads:
        assert harms(payload) == [], json.dumps(payload, ensure_ascii=False)[:3000]


def judge(place: Playground) -> int:
    """Look at everything the bot said to Slack; how much that was."""
    said = [call for call in place.calls if call.method.startswith(_SHOWN)]
    for call in said:
        asserted_harmless(call.args)
    return len(said)


def settled(place: Playground, channel: str, ts: str, seconds: float = 90) -> list[dict[str, Any]]:
    place.wait_for(lambda: {"white_check_mark", "x"} & place.reactions(channel, ts).keys(), seconds)
    return place.thread(channel, ts)


# --- papers and people ------------------------------------------------------------------------------


class Village:
    def __init__(self, place: Playground, arxiv: FakeArxiv, bot: RunningBot) -> None:
        self.place, self.arxiv, self.bot = place, arxiv, bot
        self.ada = place.add_user("ada")
        self.others = [place.add_user(words) for words in PAYLOADS.values()]
        self.channel = place.add_channel("papers")
        self.posts: list[str] = []

    def share_everything(self) -> None:
        """Each payload as the words of a paper on arXiv, and as those of an uploaded one."""
        for number, words in enumerate(PAYLOADS.values()):
            paper = MadePaper(500 + number)
            title = f"{words} {paper.title}" if number % 2 else words
            sayable = "".join(c for c in words if c >= " ")
            self.arxiv.add(paper.arxiv_id, title, [f"Ada {words}", words], f"{words} {paper.abstract}", paper.pdf())
            link = f"https://arxiv.org/abs/{paper.arxiv_id}"
            self.posts.append(self.place.post(self.others[number], self.channel, link))
            self.posts.append(self.place.post(self.ada, self.channel, link))
            pdf = paper_with(sayable)
            self.posts.append(self.place.upload(self.ada, self.channel, f"{sayable}.pdf", pdf, words))
        self.answers = [message for ts in self.posts for message in settled(self.place, self.channel, ts)]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with Playground(time_scale=_SCALE, installation=APP) as place, FakeArxiv() as arxiv:
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
        }
        with connected_bot(environment, tmp_path_factory.mktemp("village") / "data") as bot:
            made = Village(place, arxiv, bot)
            made.share_everything()
            yield made


def test_hostile_words_of_papers_and_people_do_nothing_anywhere(village: Village) -> None:
    place, channel = village.place, village.channel
    answers = village.answers
    assert len(answers) >= len(village.posts)
    briefed = [each for each in answers if "paper_details" in str(each["blocks"])]
    assert len(briefed) > len(PAYLOADS), "most of them are papers all the same"
    for words in PAYLOADS.values():
        asserted_harmless(*place.command(village.ada, channel, f"/digest topic {words}"))
    place.command(village.ada, channel, f"/digest topic {PAYLOADS['a broadcast']} {PAYLOADS['directions']}")
    for number, other in enumerate(village.others):
        asserted_harmless(
            *place.command(other, channel, f"/digest add 10.1234/a{number}\u202egnp.exe 10.1234/b{number}")
        )
    place.wait_for(lambda: f"10.1234/b{len(village.others) - 1}" in str(place.messages(channel)), 60)
    place.open_home(village.ada)
    for words in PAYLOADS.values():
        asserted_harmless(*place.command(village.ada, channel, f"/digest search {words} tree"))
        asserted_harmless(*place.command(village.ada, channel, f"/digest {words}"))
        asserted_harmless(*place.command(village.ada, channel, f"/digest add {words}"))
    for answer in briefed[::4]:
        before = len(place.calls)
        place.click(village.ada, answer, "paper_details")
        place.wait_for(lambda before=before: [c for c in place.calls[before:] if c.method == "views.open"])
    asserted_harmless(place.home(village.ada))
    [preview] = place.command(village.ada, channel, "/digest week")
    asserted_harmless(preview)
    place.click(village.ada, preview, "digest_post")
    place.wait_for(lambda: [f for f in place.files(channel) if f["name"].startswith("digest-")], 60)
    [report] = [f for f in place.files(channel) if f["name"].startswith("digest-")]
    check_report(report["content"].decode(), len(briefed))
    assert judge(place) > 60
    assert "Traceback" not in village.bot.log


def check_report(report: str, most: int) -> None:
    assert list(unseen(report, "report")) == []
    lines = report.splitlines()
    headings = [line for line in lines if line.startswith("### ")]
    assert 10 < len(headings) <= 2 * most
    assert all(re.match(r"### \d+\. ", line) for line in headings), "a title made a heading of its own"
    assert "### 9. Forged" not in lines
    assert list(markdown_harms(report, "report")) == []


@pytest.mark.parametrize("form", ["md", "bib", "ris", "csv", "jsonl"])
def test_an_export_of_all_that_opens_and_runs_nothing(village: Village, form: str) -> None:
    place = village.place
    direct = place.direct_channel(village.ada)
    place.command(village.ada, village.channel, f"/digest export {form}")
    [file] = place.wait_for(lambda: [f for f in place.files(direct) if f["name"].endswith(f".{form}")], 60)
    words = file["content"].decode()
    assert re.fullmatch(r"[\w.-]+", file["name"])
    count = len(village.arxiv.papers)
    if form == "md":
        check_report(words, 10_000)
    elif form == "bib":
        assert len(bibtexparser.loads(words).entries) >= count
    elif form == "ris":
        assert all(each["type_of_reference"] != "EVIL" for each in rispy.loads(words))
        assert len(rispy.loads(words)) >= count
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(words.removeprefix("\ufeff"))))
        assert len(rows) > count
        assert not [cell for row in rows for cell in row if re.match(r"\s*[=+@\t\r]|\s*-\D", cell)]
    else:
        assert all(json.loads(line)["title"] is not None for line in words.splitlines())
    judge(place)


@pytest.mark.parametrize("name", PDFS)
def test_a_hostile_pdf_gets_one_short_answer(village: Village, name: str) -> None:
    ts = village.place.upload(village.ada, village.channel, "x.pdf", PDFS[name]())
    [answer] = settled(village.place, village.channel, ts, 120)
    assert len(answer["text"]) < 4000
    asserted_harmless(answer)
    assert "evil.example" not in str(answer)


@pytest.mark.parametrize("style", ["white", "tiny", "off the page", "not painted"])
def test_orders_that_no_reader_sees_leave_no_trace_but_a_note(village: Village, style: str) -> None:
    ts = village.place.upload(village.ada, village.channel, "x.pdf", hidden_orders(style))
    [answer] = settled(village.place, village.channel, ts)
    assert "PWNED" not in str(answer)
    assert "9999" not in seen([answer["text"], answer["blocks"]])


# --- models -----------------------------------------------------------------------------------------

Scene = tuple[Playground, FakeModelServer, str, str, RunningBot]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Playground(time_scale=_SCALE, installation=APP) as place, FakeModelServer() as server:
        environment = {
            **place.environment(),
            "PAPERWIRE_MODEL": "openai/test-model",
            "PAPERWIRE_MODEL_URL": server.url,
            "PAPERWIRE_MODEL_SECONDS": "4",
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "OPENAI_API_KEY": "sk-nobody",
        }
        ada, channel = place.add_user("ada"), place.add_channel("papers")
        with connected_bot(environment, tmp_path_factory.mktemp("models") / "data") as bot:
            yield place, server, ada, channel, bot


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_a_model_answers_the_brief_is_the_papers(scene: Scene, name: str) -> None:
    place, server, ada, channel, _ = scene
    paper = MadePaper(700 + list(ANSWERS).index(name))
    pdf = paper.pdf()
    server.clear()
    server.queue(*ANSWERS[name](paper))
    asked = len(server.requests)
    ts = place.upload(ada, channel, "x.pdf", pdf)
    [answer] = settled(place, channel, ts)
    server.clear()
    assert len(server.requests) > asked, "the model was never asked"
    shown = f"{answer['text']} {json.dumps(answer['blocks'], ensure_ascii=False)}"
    asserted_harmless(answer)
    assert paper.title in answer["text"]
    assert len(answer["text"]) < 3500
    for invented in ("PWNED", ORDERS, "evil.example", "Evil Corp", "OpenAI"):
        assert invented not in shown, f"{invented} is not in the paper"
    assert "4321" not in seen([answer["text"], answer["blocks"]])
    says = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for number in re.findall(r"\d+(?:\.\d+)?", answer["text"]):
        assert number in says, f"{number} is not in the paper"


def test_after_all_these_answers_the_bot_is_small_and_its_posts_were_harmless(scene: Scene) -> None:
    place, _, _, _, bot = scene
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{bot.pid}/status").read_text())
    assert peak is not None and int(peak[1]) < _MOST_MEMORY_KB
    assert judge(place) > 20
    assert "Traceback" not in bot.log
