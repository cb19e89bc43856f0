"""``files.*``: the two-step upload, what a file is, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.slack.objects import File, Json
from playground.slack.web_api.chat import channel_to_post, own
from playground.slack.web_api.door import Args, Refused, method

if TYPE_CHECKING:
    from playground.slack.server import Slack


def known_file(slack: Slack, args: Args) -> File:
    """A file that the app may see: its own, or one shared where it is a member."""
    file = slack.workspace.files.get(args.required("file", "file_not_found"))
    if file is None:
        raise Refused("file_not_found")
    if file.mode == "tombstone":
        raise Refused("file_deleted")
    bot = slack.installation.bot_user_id
    if file.user != bot and not any(bot in slack.workspace.channels[each].members for each in file.shares):
        raise Refused("file_not_found")
    return file


@method("files.info", "files:read")
def info(slack: Slack, args: Args) -> Json:
    file = known_file(slack, args)
    return {"file": slack.files.json(file, shares=True), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.getUploadURLExternal", "files:write")
def upload_url(slack: Slack, args: Args) -> Json:
    name = args.required("filename")
    length = args.number("length", 0, most=1 << 40)
    if not length:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: length"]})
    file, url = slack.files.reserve(name, length, slack.installation.bot_user_id)
    return {"upload_url": url, "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(slack: Slack, args: Args) -> Json:
    wanted = args.parsed("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, dict) for each in wanted):
        raise Refused("invalid_arguments")
    targets = [each for each in (args.text("channels") or args.text("channel_id") or "").split(",") if each]
    channels = [channel_to_post(slack, each) for each in targets]
    files = []
    for each in wanted:
        file = slack.files.uploaded(str(each.get("id")))
        if file is None:
            raise Refused("file_not_found")
        files.append(file)
        file.title = each.get("title") or file.name
    slack.files.complete(files)
    for channel in channels:
        message = {**own(slack.installation), "text": args.text("initial_comment") or ""}
        slack.files.share_later(channel, files, message, args.text("thread_ts"))
    return {"files": [slack.files.json(file) for file in files]}


@method("files.delete", "files:write")
def delete(slack: Slack, args: Args) -> Json:
    file = known_file(slack, args)
    if file.user != slack.installation.bot_user_id:
        raise Refused("cant_delete_file")
    slack.files.delete(file)
    return {}
