"""``/digest`` words that choose how a channel is served, and what is sent on request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from bot.digests.export import FORMS
from bot.digests.period import period_of, zone_named
from bot.errors import Tell
from bot.models import EVERY_CHANNEL, Language, Mode, Schedule, Usage
from bot.visible import escape
from bot.wording import say
from handlers import blocks
from handlers.blocks import Message
from handlers.members import has_bot, person
from handlers.scheduling import in_words, is_off, next_words, of_another, outcome, set_schedule, sources_for

if TYPE_CHECKING:
    from handlers.commands import Asked

_LONGEST_TOPIC = 60
_LONGEST_BACKFILL_DAYS = 366
_LANGUAGES: dict[str, Language] = {
    "zh": "zh",
    "chinese": "zh",
    "中文": "zh",
    "en": "en",
    "english": "en",
    "英文": "en",
    "英语": "en",
}
# In a command typed without escaping a channel is its name; escaped it is <#C…|name>.
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")


def schedule(asked: Asked) -> Message:
    library, team_id, channel_id, language = asked.desk.library, asked.team_id, asked.channel_id, asked.language
    stored = library.schedule(team_id, channel_id)
    if is_off(asked.rest):
        there_was = library.drop_schedule(team_id, channel_id)
        words = outcome(asked.desk, None, language) if there_was else say(language, "commands.schedule_none")
        return _rescheduled(asked, stored, words)
    if not asked.rest:
        return _scheduled(asked, stored)
    if asked.is_direct:
        return _said(asked, "commands.schedule_in_channel")
    if not has_bot(asked.client, channel_id):
        raise Tell("not_in_channel")
    words, gathered, *_ = [*re.split(r"\s+from\s+", asked.rest, maxsplit=1, flags=re.IGNORECASE), ""]
    sources = _public_channels(asked, gathered) if gathered else ()
    made = set_schedule(asked.desk, asked.client, team_id, channel_id, asked.user_id, words, sources)
    return _rescheduled(asked, stored, outcome(asked.desk, made, language))


def _rescheduled(asked: Asked, before: Schedule | None, words: str) -> Message:
    change = of_another(before, asked.user_id, asked.language)
    return replace(blocks.note(f"{change} {words}"), public=True) if change else blocks.note(words)


def _scheduled(asked: Asked, stored: Schedule | None) -> Message:
    if stored is None:
        return _said(asked, "commands.schedule_none")
    words = in_words(stored, asked.language)
    if stored.paused is not None:
        reason = say(asked.language, f"errors.{stored.paused}", reason=stored.paused)
        return _said(asked, "commands.schedule_paused", schedule=words, reason=reason)
    return _said(asked, "commands.schedule_is", schedule=words, next=next_words(asked.desk, stored))


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
    if not asked.rest:
        known = asked.settings.topic
        return _said(asked, "commands.topic_is" if known else "commands.topic_unset", topic=escape(known))
    words = "" if is_off(asked.rest) else " ".join(asked.rest.split())[:_LONGEST_TOPIC]
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, topic=words))
    return _said(asked, "commands.topic_set" if words else "commands.topic_none", topic=escape(words))


def language(asked: Asked) -> Message:
    if not asked.rest:
        return _said(asked, "commands.language_is")
    chosen = _language_named(asked.rest)
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, language=chosen))
    return blocks.note(say(chosen, "commands.language_set"))


def _language_named(word: str) -> Language:
    chosen = _LANGUAGES.get(word.strip().lower())
    if chosen is None:
        raise Tell("bad_language", word=word)
    return chosen


def workspace(asked: Asked) -> Message:
    """Language and zone of the channels that chose none."""
    if not person(asked.client, asked.user_id).admin:
        raise Tell("only_admin_sets")
    settings = asked.desk.channels.settings(asked.team_id, EVERY_CHANNEL)
    what, value = [*asked.rest.split(maxsplit=1), "", ""][:2]
    if what not in ("", "language", "zone"):
        raise Tell("bad_workspace", word=what)
    if value:
        chosen = {what: _language_named(value)} if what == "language" else {what: zone_named(value).key}
        settings = replace(settings, **chosen)
        asked.desk.library.put_channel_settings(asked.team_id, settings)
    return _said(asked, "commands.workspace_set", language=settings.language, zone=settings.zone)


def mode(asked: Asked) -> Message:
    if not asked.rest:
        return _said(asked, "commands.mode_is", mode=asked.settings.mode)
    chosen = next((each for each in get_args(Mode) if each == asked.rest.lower()), None)
    if chosen is None:
        raise Tell("bad_mode", word=asked.rest)
    asked.desk.library.put_channel_settings(asked.team_id, replace(asked.settings, mode=chosen))
    return _said(asked, f"commands.mode_{chosen}")


def export(asked: Asked) -> Message:
    if not asked.rest:
        raise Tell("export_how")
    form, period = [*asked.rest.split(maxsplit=1), ""][:2]
    chosen = next((each for each in FORMS if each == form.lower()), None)
    if chosen is None:
        raise Tell("bad_form", word=form)
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
    model = asked.desk.model(settings.language, asked.is_private)
    words = say(
        asked.language,
        "commands.status",
        papers=len(papers),
        failed=len(failed),
        language=settings.language,
        mode=settings.mode,
        topic=escape(settings.topic) or say(asked.language, "commands.none"),
        zone=settings.zone,
        schedule=_next_words(asked, library.schedule(asked.team_id, asked.channel_id)),
        model=blocks.model_words(model, asked.language),
    )
    if not person(asked.client, asked.user_id).guest:
        words += "\n" + _spendings(asked, library.usage_in(asked.team_id, coverage, month))
    if asked.desk.waiting is not None:
        words += "\n" + say(asked.language, "commands.waiting", waiting=asked.desk.waiting())
    return blocks.note(words)


def _next_words(asked: Asked, stored: Schedule | None) -> str:
    if stored is None:
        return say(asked.language, "commands.none")
    key = "commands.status_next" if stored.paused is None else "commands.status_paused"
    return say(asked.language, key, schedule=in_words(stored, asked.language), next=next_words(asked.desk, stored))


def _spendings(asked: Asked, usage: Usage) -> str:
    """What models took for what is covered in a month, and cost the workspace."""
    language, budget = asked.language, asked.desk.budget
    spent = asked.desk.library.spent(asked.team_id, asked.desk.now())
    if budget is None:
        models = say(language, "commands.spent", spent=f"{spent:.4f}")
    else:
        models = say(language, "commands.spent_of", spent=f"{spent:.4f}", budget=f"{budget:.2f}")
    tokens = usage.input_tokens + usage.output_tokens
    return say(language, "commands.spendings", tokens=tokens, cost=blocks.cost_words(usage, language), models=models)


def _said(asked: Asked, key: str, **facts: object) -> Message:
    return blocks.note(say(asked.language, key, **facts))
