"""What the bot says to every word of ``/digest`` and every button, in both languages, as golden files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_papers import MadePaper
from running_bot import APP, clear_of_midnight, connected_bot

from playground import Playground

Json = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden" / "answers"
PAPERS = tuple(MadePaper(number) for number in range(10))
COMMANDS = (
    "",
    "help",
    "week",
    "last week",
    "yesterday",
    "last month",
    "all",
    "last fortnight",
    "2026-02-30",
    "2026-11-15..2026-11-01",
    "weeks",
    "stop",
    "lunch",
    "search Beacon Trees",
    "search zebrafish",
    "search",
    "add",
    "schedule",
    "schedule weekly mon 09:00",
    "schedule monthly 1st 09:00 Europe/Berlin from #papers",
    "schedule",
    "schedule daily 09:00 from #nowhere",
    "schedule daily 09:00 Europe/Berln",
    "schedule daily 09:00 Mars",
    "schedule weekly mon,fri 09:00",
    "schedule sometimes",
    "schedule off",
    "schedule off",
    "topic",
    "topic lakes",
    "topic",
    "topic off",
    "language",
    "language fr",
    "mode",
    "mode quiet",
    "mode off",
    "mode reply",
    "mode loud",
    "export bib week",
    "export bib last week",
    "export docx",
    "export",
    "backfill",
    "backfill soon",
    "status",
)
DIRECTLY = ("week", "last week", "search Beacon Trees", "schedule daily 09:00", "export md", "backfill 30d", "status")


def words_of(part: Any) -> Iterator[str]:
    """What a person reads of blocks, in order."""
    if isinstance(part, list):
        for each in part:
            yield from words_of(each)
    elif isinstance(part, dict):
        kind = part.get("type")
        if kind == "button":
            yield f"[{part['text']['text']}]"
        elif kind == "rich_text_section":
            yield "".join(words_of(part["elements"]))
        elif isinstance(part.get("text"), str):
            yield part["text"]
        else:
            for name in ("text", "elements", "options"):
                yield from words_of(part.get(name, []))


def shown(message: Json, names: dict[str, str]) -> str:
    """A message as it reads, without what differs from run to run."""
    text = "\n".join(words_of(message.get("blocks") or [])) or message["text"]
    for slack_id, name in names.items():
        text = text.replace(slack_id, name)
    for pattern, instead in _DIFFERS:
        text = re.sub(pattern, instead, text)
    return text


# How briefs are worded, and when, is not what is told here.
_DIFFERS = (
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "DAY TIME"),
    (r"\d{4}-\d{2}-\d{2}(?= (?:to|至) | ?[(（])", "DAY"),
    (r"<!date\^\d+", "<!date^WHEN"),
    (r"(Work waiting\*|待处理\*)(: |：)\d+", r"\1\2…"),
    (r".*[\"《]((?:Beacon|Twin|Lazy|Slack|Shared) \w+ \d+): .*", r"BRIEF OF \1"),
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_reads_as_its_golden_file(language: str, tmp_path: Path) -> None:
    said: list[str] = []
    clear_of_midnight()
    with Playground(time_scale=50, installation=APP) as place:
        ada = place.add_user("ada", "Asia/Shanghai")
        papers, hub = place.add_channel("papers"), place.add_channel("hub")
        direct = place.direct_channel(ada)
        names = {papers: "papers", hub: "hub", direct: "direct", ada: "ada"}
        environment = {
            **place.environment(),
            "PAPERWIRE_LANGUAGE": language,
            "PAPERWIRE_TIME_SCALE": "50",
        }
        with connected_bot(environment, tmp_path / "data"):
            for paper in PAPERS:
                ts = place.upload(ada, papers, "p.pdf", paper.pdf())
                place.wait_for(lambda ts=ts: place.thread(papers, ts), 60)  # type: ignore[misc]

            def hear(heading: str, message: Json) -> Json:
                said.append(f"## {heading}\n\n{shown(message, names)}\n")
                return message

            def asked(channel: str, command: str) -> Json:
                [answer] = place.command(ada, channel, f"/digest {command}")
                where = "" if channel == papers else f"{names[channel]}: "
                return hear(f"{where}/digest {command}".strip(), answer)

            def pressed(message: Json, button: str) -> Json:
                before = place.ephemerals(ada, message["channel"])
                place.click(ada, message, button)
                after = place.wait_for(
                    lambda: [m for m in place.ephemerals(ada, message["channel"]) if m not in before], 10
                )
                return hear(f"[{button}]", after[-1])

            for channel, commands in (
                (papers, COMMANDS),
                (direct, DIRECTLY),
                (hub, ("schedule daily 09:00 UTC from #papers",)),
            ):
                for command in commands:
                    asked(channel, command)
            preview = asked(hub, "week")
            pressed(preview, "digest_report")
            following = pressed(preview, "digest_page")
            pressed(following, "digest_post")
            reply = place.thread(papers, place.messages(papers)[0]["ts"])[0]
            hear("the reply to a shared paper", reply)
            before = place.ephemerals(ada, papers)
            place.click(ada, reply, "brief_more", "remove")
            removed = place.wait_for(lambda: [m for m in place.ephemerals(ada, papers) if m not in before], 10)[-1]
            hear("[Remove from digest]", removed)
            pressed(removed, "brief_put_back")
    golden = GOLDEN / f"{language}.md"
    assert "\n".join(said) == golden.read_text(encoding="utf-8")
