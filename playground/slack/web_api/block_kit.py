"""The shapes of Block Kit as tables: which fields a block has, which it needs, how long they may be.

Sources: https://docs.slack.dev/reference/block-kit/ and the limits that slack_sdk's models name.
"""

from __future__ import annotations

from typing import Any

from playground.slack.web_api.block_shapes import (
    Check,
    Faults,
    boolean,
    link,
    many,
    number,
    one_of,
    plain,
    shape,
    string,
    text,
    typed,
    whatever,
)

# --- elements ---------------------------------------------------------------------------------------

CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    style=one_of("primary", "danger"),
)
OPTION = shape({"text": text(75), "value": string(150)}, description=text(75), url=link())
GROUP = shape({"label": plain(75), "options": many(OPTION, 100)})
COMMON = {"action_id": string(255), "confirm": CONFIRM, "focus_on_load": boolean}
SELECT = {**COMMON, "placeholder": plain(150)}
MULTI = {**SELECT, "max_selected_items": number}
DISPATCH = shape(trigger_actions_on=whatever)
TYPED = {**COMMON, "placeholder": plain(150), "initial_value": string(3000, 0), "dispatch_action_config": DISPATCH}
SLACK_FILE = shape(id=string(255), url=link())
CONVERSATIONS = {
    "default_to_current_conversation": boolean,
    "response_url_enabled": boolean,
    "filter": whatever,
}

IMAGE_ELEMENT = shape({"alt_text": string(2000)}, image_url=link(), slack_file=SLACK_FILE)
BUTTON = shape(
    {"text": plain(75)},
    action_id=string(255),
    url=link(),
    value=string(2000),
    style=one_of("primary", "danger"),
    confirm=CONFIRM,
    accessibility_label=string(75),
)
PICKERS: dict[str, Check] = {
    "overflow": shape({"options": many(OPTION, 5)}, action_id=string(255), confirm=CONFIRM),
    "static_select": shape(
        None, **SELECT, options=many(OPTION, 100), option_groups=many(GROUP, 100), initial_option=OPTION
    ),
    "multi_static_select": shape(
        None, **MULTI, options=many(OPTION, 100), option_groups=many(GROUP, 100), initial_options=many(OPTION, 100)
    ),
    "external_select": shape(None, **SELECT, initial_option=OPTION, min_query_length=number),
    "users_select": shape(None, **SELECT, initial_user=string(255)),
    "multi_users_select": shape(None, **MULTI, initial_users=many(string(255), 100)),
    "channels_select": shape(None, **SELECT, initial_channel=string(255), response_url_enabled=boolean),
    "multi_channels_select": shape(None, **MULTI, initial_channels=many(string(255), 100)),
    "conversations_select": shape(None, **SELECT, **CONVERSATIONS, initial_conversation=string(255)),
    "multi_conversations_select": shape(None, **MULTI, **CONVERSATIONS, initial_conversations=many(string(255), 100)),
    "datepicker": shape(None, **SELECT, initial_date=string(10)),
    "timepicker": shape(None, **SELECT, initial_time=string(5), timezone=string(100)),
    "datetimepicker": shape(None, **COMMON, initial_date_time=number),
    "checkboxes": shape({"options": many(OPTION, 10)}, **COMMON, initial_options=many(OPTION, 10)),
    "radio_buttons": shape({"options": many(OPTION, 10)}, **COMMON, initial_option=OPTION),
}
INTERACTIVE = {"button": BUTTON, **PICKERS}
TEXT_INPUTS: dict[str, Check] = {
    "plain_text_input": shape(None, **TYPED, multiline=boolean, min_length=number, max_length=number),
    "url_text_input": shape(None, **TYPED),
    "email_text_input": shape(None, **TYPED),
    "number_input": shape({"is_decimal_allowed": boolean}, **TYPED, min_value=string(255), max_value=string(255)),
    "file_input": shape(action_id=string(255), filetypes=many(string(50), 100), max_files=number),
    "rich_text_input": whatever,
}
FEEDBACK = shape({"text": plain(75), "value": string(2000)}, accessibility_label=string(75))

# --- rich text --------------------------------------------------------------------------------------

STYLE = shape(
    bold=boolean, italic=boolean, strike=boolean, code=boolean, underline=boolean, highlight=boolean,
    client_highlight=boolean, unlink=boolean,
)  # fmt: skip
INLINE = typed(
    {
        "text": shape({"text": string(12_000)}, style=STYLE),
        "link": shape({"url": link()}, text=string(12_000, 0), style=STYLE, unsafe=boolean),
        "user": shape({"user_id": string(255)}, style=STYLE),
        "channel": shape({"channel_id": string(255)}, style=STYLE),
        "usergroup": shape({"usergroup_id": string(255)}, style=STYLE),
        "emoji": shape({"name": string(255)}, unicode=string(255), skin_tone=number, style=STYLE),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, style=STYLE),
        "date": shape({"timestamp": number, "format": string(255)}, url=link(), fallback=string(255), style=STYLE),
        "color": shape({"value": string(255)}, style=STYLE),
    }
)
INLINES = many(INLINE, 10_000, 0)
SECTION_OF_RICH_TEXT = shape({"elements": INLINES})
RICH_TEXT = shape(
    {
        "elements": many(
            typed(
                {
                    "rich_text_section": SECTION_OF_RICH_TEXT,
                    "rich_text_list": shape(
                        {
                            "elements": many(typed({"rich_text_section": SECTION_OF_RICH_TEXT}), 1000),
                            "style": one_of("bullet", "ordered"),
                        },
                        indent=number,
                        offset=number,
                        border=number,
                    ),
                    "rich_text_preformatted": shape({"elements": INLINES}, border=number, language=string(50)),
                    "rich_text_quote": shape({"elements": INLINES}, border=number),
                }
            ),
            1000,
            0,
        )
    },
    block_id=string(255),
)

# --- blocks -----------------------------------------------------------------------------------------

ID: dict[str, Check] = {"block_id": string(255)}
_SECTION = shape(
    None,
    **ID,
    text=text(3000),
    fields=many(text(2000), 10),
    accessory=typed({"image": IMAGE_ELEMENT, **INTERACTIVE}),
    expand=boolean,
)
_IMAGE = shape({"alt_text": string(2000)}, **ID, image_url=link(), slack_file=SLACK_FILE, title=plain(2000))
_ACTIONS = shape({"elements": many(typed(INTERACTIVE), 25)}, **ID)


def _section(block: Any, pointer: str, faults: Faults) -> None:
    _SECTION(block, pointer, faults)
    if not block.get("text") and not block.get("fields"):
        faults.add("missing required field: text", pointer)


def _image(block: Any, pointer: str, faults: Faults) -> None:
    _IMAGE(block, pointer, faults)
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        faults.add("missing required field: image_url", pointer)


def _actions(block: Any, pointer: str, faults: Faults) -> None:
    _ACTIONS(block, pointer, faults)
    elements = block.get("elements")
    names = [each.get("action_id") for each in elements if isinstance(each, dict)] if isinstance(elements, list) else []
    for position, name in enumerate(names):
        if name and name in names[:position]:
            faults.add(f"action_id already exists: {name}", f"{pointer}/elements/{position}/action_id")


CELL = typed(
    {
        "raw_text": shape({"text": string(3000, 0)}),
        "raw_number": shape({"value": number}, text=string(3000, 0)),
        "rich_text": RICH_TEXT,
    }
)
BLOCKS: dict[str, Check] = {
    "section": _section,
    "image": _image,
    "actions": _actions,
    "divider": shape(None, **ID),
    "header": shape({"text": plain(150)}, **ID, level=number),
    "context": shape(
        {
            "elements": many(
                typed(
                    {
                        "image": IMAGE_ELEMENT,
                        "plain_text": shape({"text": string(3000)}, emoji=boolean),
                        "mrkdwn": shape({"text": string(3000)}, verbatim=boolean),
                    }
                ),
                10,
            )
        },
        **ID,
    ),
    "rich_text": RICH_TEXT,
    "markdown": shape({"text": string(12_000)}, **ID),
    "table": shape(
        {"rows": many(many(CELL, 20), 100)},
        **ID,
        column_settings=many(shape(align=one_of("left", "center", "right"), is_wrapped=boolean), 20, 0),
    ),
    "context_actions": shape(
        {
            "elements": many(
                typed(
                    {
                        "feedback_buttons": shape(
                            {"positive_button": FEEDBACK, "negative_button": FEEDBACK}, action_id=string(255)
                        ),
                        "icon_button": shape(
                            {"icon": one_of("trash"), "text": plain(75)},
                            action_id=string(255),
                            value=string(2000),
                            confirm=CONFIRM,
                            accessibility_label=string(75),
                            visible_to_user_ids=many(string(255), 100),
                        ),
                    }
                ),
                5,
            )
        },
        **ID,
    ),
    "input": shape(
        {"label": plain(2000), "element": typed({**PICKERS, **TEXT_INPUTS})},
        **ID,
        hint=plain(2000),
        optional=boolean,
        dispatch_action=boolean,
    ),
}
MESSAGE_ONLY = frozenset({"markdown", "table", "context_actions"})

VIEW: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255),
    "external_id": string(255),
}
VIEWS: dict[str, Check] = {
    "modal": shape(
        {"title": plain(24), "blocks": whatever},
        **VIEW,
        close=plain(24),
        submit=plain(24),
        clear_on_close=boolean,
        notify_on_close=boolean,
        submit_disabled=boolean,
    ),
    "home": shape({"blocks": whatever}, **VIEW),
}
