"""``/digest`` words that choose how a channel is served, and what is sent on request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from bot.digests.export import FORMS
from bot.digests.period import period_of, zone_named
from bot.digests.schedule import describe, next_due
from bot.errors import Tell
from bot.models import EVERY_CHANNEL, Language, Mode, Schedule, language_named
from bot.visible import escape
from bot.wording import say
from handlers import blocks
from handlers.blocks import Message, gathered_words
from handlers.members import has_bot, person
from handlers.scheduling import set_schedule, sources_for

if TYPE_CHECKING:
    from handlers.commands import Asked

_LONGEST_TOPIC = 60
_LONGEST_BACKFILL_DAYS = 366
# In a command typed without escaping a channel is its name; escaped it is <#C…|name>.
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")


def schedule(asked: Asked) -> Message:
    library, team_id, channel_id, language = asked.desk.library, asked.team_id, asked.channel_id, asked.language
    if asked.rest.lower() == "off":
        there_was = library.drop_schedule(team_id, channel_id)
        return _said(asked, "commands.schedule_off" if there_was else "commands.schedule_none")
    if not asked.rest:
        return _scheduled(asked, library.schedule(team_id, channel_id))
    if asked.is_direct:
        return _said(asked, "commands.schedule_in_channel")
    if not has_bot(asked.client, channel_id):
        raise Tell("not_in_channel")
    words, gathered, *_ = [*re.split(r"\s+from\s+", asked.rest, maxsplit=1, flags=re.IGNORECASE), ""]
    sources = _public_channels(asked, gathered) if gathered else ()
    made = set_schedule(asked.desk, asked.client, team_id, channel_id, asked.user_id, words, sources)
    return _said(asked, "commands.schedule_set", schedule=_words(made, language), next=_next(asked, made))


def _scheduled(asked: Asked, stored: Schedule | None) -> Message:
    if stored is None:
        return _said(asked, "commands.schedule_none")
    words = _words(stored, asked.language)
    if stored.paused is not None:
        reason = say(asked.language, f"errors.{stored.paused}", reason=stored.paused)
        return _said(asked, "commands.schedule_paused", schedule=words, reason=reason)
    return _said(asked, "commands.schedule_is", schedule=words, next=_next(asked, stored))


def _words(made: Schedule, language: Language) -> str:
    return describe(made, language) + gathered_words(made.sources, language)


def _next(asked: Asked, made: Schedule) -> str:
    return f"{next_due(made, asked.desk.now()).astimezone(ZoneInfo(made.zone)):%Y-%m-%d %H:%M}"


def _public_channels(asked: Asked, words: str) -> tuple[str, ...]:
    """Raises Tell for a name that is no public channel the bot is in, and a guest too."""
    known = sources_for(asked.desk, asked.client, asked.team_id, asked.channel_id, asked.user_id)
    found = []
    for word in words.replace(",", " ").split():
        marked = _CHANNEL.fullmatch(word)
        channel_id = marked[1] if marked else next((i for i, name in known.items() if name == word.lstrip("#")), "")
        if channel_id not in known:
            raise Tell("bad_source", channel=word)
        found.append(channel_id)
    return tuple(dict.fromkeys(found))


def topic(asked: Asked) -> Message:
    words = " ".join(asked.rest.split())[:_LONGEST_TOPIC]
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, topic=words))
    return _said(asked, "commands.topic_set" if words else "commands.topic_none", topic=escape(words))


def language(asked: Asked) -> Message:
    chosen = _language(asked.rest)
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, language=chosen))
    return blocks.note(say(chosen, "commands.language_set"))


def workspace(asked: Asked) -> Message:
    """Language and zone of the channels that chose none."""
    if not person(asked.client, asked.user_id).admin:
        raise Tell("only_admin_sets")
    settings = asked.desk.channels.settings(asked.team_id, EVERY_CHANNEL)
    what, _, value = asked.rest.partition(" ")
    if what == "language":
        settings = replace(settings, language=_language(value))
    elif what == "zone":
        settings = replace(settings, zone=str(zone_named(value)))
    elif what:
        raise Tell("bad_workspace", word=what)
    if what:
        asked.desk.library.put_channel_settings(asked.team_id, settings)
    return _said(asked, "commands.workspace_set", language=settings.language, zone=settings.zone)


def _language(word: str) -> Language:
    """Raises Tell for a word that names none."""
    chosen = language_named(word.lower())
    if chosen is None:
        raise Tell("bad_language", word=word or "–")
    return chosen


def mode(asked: Asked) -> Message:
    chosen = next((each for each in get_args(Mode) if each == asked.rest.lower()), None)
    if chosen is None:
        raise Tell("bad_mode", word=asked.rest or "–")
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, mode=chosen))
    return _said(asked, f"commands.mode_{chosen}")


def export(asked: Asked) -> Message:
    form, _, period = asked.rest.partition(" ")
    chosen = next((each for each in FORMS if each == form.lower()), None)
    if chosen is None:
        raise Tell("bad_form", word=form or "–")
    covered, coverage = period_of(period or "all", asked.desk.now(), asked.settings.zone), asked.coverage
    if not asked.desk.library.shared_in(asked.team_id, coverage, covered, asked.language):
        return _said(asked, "commands.export_nothing")
    answering = asked.desk.answering
    answering.send_export(asked.team_id, asked.channel_id, asked.user_id, chosen, coverage, covered, asked.key)
    return _said(asked, "commands.export_coming", form=chosen)


def backfill(asked: Asked) -> Message:
    found = re.fullmatch(r"(\d{1,3})\s*d(?:ays?)?", asked.rest.lower() or "30d")
    if found is None or not 1 <= int(found[1]) <= _LONGEST_BACKFILL_DAYS or asked.is_direct:
        raise Tell("bad_backfill", days=_LONGEST_BACKFILL_DAYS)
    if not has_bot(asked.client, asked.channel_id):
        raise Tell("not_in_channel")
    since_at = asked.desk.now() - timedelta(days=int(found[1]))
    asked.desk.answering.backfill(asked.team_id, asked.channel_id, asked.user_id, asked.is_private, since_at, asked.key)
    return _said(asked, "commands.backfill_begun", days=int(found[1]))


def status(asked: Asked) -> Message:
    settings, coverage, library = asked.settings, asked.coverage, asked.desk.library
    month = period_of("month", asked.desk.now(), settings.zone)
    papers = library.shared_in(asked.team_id, coverage, month, asked.language)
    failed = library.failed_in(asked.team_id, coverage, month)
    usage = library.usage_in(asked.team_id, coverage, month)
    stored = library.schedule(asked.team_id, asked.channel_id)
    words = say(
        asked.language,
        "commands.status",
        papers=len(papers),
        failed=len(failed),
        tokens=usage.input_tokens + usage.output_tokens,
        cost=blocks.cost_words(usage, asked.language),
        language=settings.language,
        mode=settings.mode,
        topic=escape(settings.topic) or "–",
        zone=settings.zone,
        schedule=_words(stored, asked.language) if stored else "–",
        models=_spendings(asked),
    )
    if asked.desk.waiting is not None:
        words += "\n" + say(asked.language, "commands.waiting", waiting=asked.desk.waiting())
    return blocks.note(words)


def _spendings(asked: Asked) -> str:
    spent, budget = asked.desk.library.spent(asked.team_id, asked.desk.now()), asked.desk.budget
    if budget is None:
        return say(asked.language, "commands.spent", spent=f"{spent:.4f}")
    return say(asked.language, "commands.spent_of", spent=f"{spent:.4f}", budget=f"{budget:.2f}")


def _said(asked: Asked, key: str, **facts: object) -> Message:
    return blocks.note(say(asked.language, key, **facts))
