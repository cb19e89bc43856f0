"""The slash command ``/digest``: one word says what, the rest is its own. Answers go to the asker alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.digests.period import PERIODS, is_period, period_of
from bot.errors import Tell
from bot.models import ChannelSettings, Coverage, Language
from bot.papers.identify import identify_asked
from bot.wording import say
from handlers import blocks, digest_blocks, forget, settings_commands
from handlers.blocks import Message
from handlers.coverage import coverage_of, is_direct, settings_of, sight_of
from handlers.desk import Desk
from handlers.members import has_bot
from handlers.payloads import is_private_by_name


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as somebody typed it."""

    desk: Desk
    client: WebClient
    team_id: str
    channel_id: str
    user_id: str
    is_direct: bool
    is_private: bool
    language: Language
    word: str
    """The first word, in lower case."""
    rest: str
    key: str
    """Of this use of the command: what it enqueues is done once for it."""

    @property
    def settings(self) -> ChannelSettings:
        """The channel's, or what holds where it chose nothing."""
        return settings_of(self.desk, self.client, self.team_id, self.channel_id, self.user_id)

    @property
    def coverage(self) -> Coverage:
        """Whose papers a digest is of."""
        return coverage_of(self.desk, self.client, self.team_id, self.channel_id, self.user_id)

    @property
    def sight(self) -> Coverage:
        """What the asker may be shown."""
        return sight_of(self.client, self.channel_id, self.user_id)


def register(app: App, desk: Desk) -> None:
    @app.command("/digest")
    def digest(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        message = _answer(_asked(desk, command, client))
        seen_by = "in_channel" if message.public else "ephemeral"
        ack(text=message.text, blocks=message.blocks, response_type=seen_by)


def _asked(desk: Desk, command: dict[str, Any], client: WebClient) -> Asked:
    team_id, channel_id = command["team_id"], command["channel_id"]
    # Parted by any space: an input method for Chinese types a wide one.
    word, rest = [*command.get("text", "").split(maxsplit=1), "", ""][:2]
    return Asked(
        desk,
        client,
        team_id,
        channel_id,
        command["user_id"],
        is_direct(channel_id),
        is_private_by_name(command.get("channel_name", "")),
        desk.channels.language(team_id, channel_id),
        word.lower(),
        rest.strip(),
        command["trigger_id"],
    )


def _answer(asked: Asked) -> Message:
    """Raises Tell for what was asked wrongly."""
    if is_period(asked.word):
        return _preview(asked)
    answer = _ANSWERS.get(_ALSO.get(asked.word, asked.word or "help"))
    if answer is not None:
        return answer(asked)
    closest = _closest(asked)
    raise Tell("unknown_command", word=asked.word, closest=closest) if closest else Tell("no_command", word=asked.word)


def _closest(asked: Asked) -> str:
    """What was probably meant; empty where nothing is near."""
    if asked.word in _STOPS:
        return "schedule off"
    if identify_asked(f"{asked.word} {asked.rest}"):
        return "add"
    # "this" and "last" alone are no periods.
    words = [*_ANSWERS, *(each for each in PERIODS if each not in ("this", "last"))]
    return next(iter(get_close_matches(asked.word, words, n=1, cutoff=0.6)), "")


def _help(asked: Asked) -> Message:
    return blocks.note(say(asked.language, "commands.help"))


def _preview(asked: Asked) -> Message:
    settings = asked.settings
    period = period_of(f"{asked.word} {asked.rest}".strip(), asked.desk.now(), settings.zone)
    return digest_blocks.preview(asked.desk.digest_of(settings, asked.coverage, period), 0, asked.desk.permalinks.of)


def _search(asked: Asked) -> Message:
    if not asked.rest:
        raise Tell("search_for_what")
    return asked.desk.found(asked.team_id, asked.sight, asked.language, asked.rest, 0)


def _add(asked: Asked) -> Message:
    found = identify_asked(asked.rest)
    if not found:
        raise Tell("add_what")
    if not asked.is_direct and not has_bot(asked.client, asked.channel_id):
        raise Tell("not_in_channel")
    papers = [each.identifier for each in found]
    asked.desk.answering.add_papers(asked.team_id, asked.channel_id, asked.user_id, papers, asked.is_private, asked.key)
    return blocks.note(say(asked.language, "commands.adding", count=len(found)))


_ANSWERS: dict[str, Callable[[Asked], Message]] = {
    "help": _help,
    "search": _search,
    "add": _add,
    "schedule": settings_commands.schedule,
    "topic": settings_commands.topic,
    "language": settings_commands.language,
    "mode": settings_commands.mode,
    "workspace": settings_commands.workspace,
    "export": settings_commands.export,
    "backfill": settings_commands.backfill,
    "status": settings_commands.status,
    "forget": forget.forget,
}
# Other words for them.
_ALSO = {
    "find": "search",
    "subscribe": "schedule",
    "settings": "status",
    "delete": "forget",
    "remove": "forget",
    "帮助": "help",
    "搜索": "search",
    "查找": "search",
    "添加": "add",
    "定时": "schedule",
    "订阅": "schedule",
    "主题": "topic",
    "语言": "language",
    "模式": "mode",
    "工作区": "workspace",
    "导出": "export",
    "回读": "backfill",
    "状态": "status",
    "设置": "status",
    "忘掉": "forget",
    "删除": "forget",
}
# What could mean more than one thing is only suggested.
_STOPS = ("stop", "off", "unsubscribe", "停止", "关闭", "取消", "退订")
