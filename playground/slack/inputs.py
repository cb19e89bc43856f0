"""What people enter, as the elements of Block Kit report it."""

from __future__ import annotations

from typing import Any

from playground.slack.objects import Json


def chosen(element: Json, value: Any) -> Json:
    """How an element reports what was chosen in it."""
    kind = element["type"]
    if kind.endswith("text_input") or kind == "number_input":
        return {"value": value}
    if kind in ("static_select", "radio_buttons", "overflow", "external_select"):
        return {"selected_option": next((each for each in options_of(element) if each["value"] == value), None)}
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": [each for each in options_of(element) if each["value"] in (value or [])]}
    name = {
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "datetimepicker": "selected_date_time",
        "file_input": "files",
    }.get(kind)
    if name is None:
        name = f"selected_{kind.removesuffix('_select').removeprefix('multi_')}".removesuffix("s")
        name += "s" if kind.startswith("multi_") else ""
    return {name: value}


def options_of(element: Json) -> list[Json]:
    return [
        *element.get("options", []),
        *(one for group in element.get("option_groups", []) for one in group["options"]),
    ]


def state_of(blocks: list[Json], values: dict[str, Any]) -> Json:
    """``view.state.values``: for every input what was entered, else its initial value."""
    state: Json = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        entered = chosen(element, values[block["block_id"]]) if block["block_id"] in values else initial(element)
        state[block["block_id"]] = {element.get("action_id", "a"): {"type": element["type"], **entered}}
    return state


def initial(element: Json) -> Json:
    for name, value in element.items():
        if name.startswith("initial_"):
            return {name.replace("initial_", "selected_") if name != "initial_value" else "value": value}
    return chosen(element, None)
