"""What may stand in the variables of the environment, and what is said of one that is wrong or that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode

PREFIX = "PAPERWIRE_"
# What others set: Kubernetes in every container beside a Service that is called "paperwire", and whoever has real
# papers for the tests and benchmarks.
_OF_OTHERS = re.compile(rf"{PREFIX}(SERVICE_HOST|SERVICE_PORT|PORT|PAPERS)(_|$)")
# A name less alike than LANG and LANGUAGE is no slip of the pen.
_ALIKE = 0.65
# By the kind of pydantic's error; the facts are those of its context.
_WANTED = {
    "float_parsing": "a number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "greater_than": "a number above {gt:g} is wanted",
    "greater_than_equal": "{ge:g} or more is wanted",
    "literal_error": "{expected} is wanted",
    "path_not_directory": "there is no such folder",
}


def _words(value: object) -> object:
    """``"a, b"`` → ``("a", "b")``: lists in the environment are comma-separated, not JSON."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def address(value: str | tuple[str, int]) -> tuple[str, int]:
    """``"127.0.0.1:9090"`` → ``("127.0.0.1", 9090)``. Raises ValueError."""
    if not isinstance(value, str):
        return value
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError("HOST:PORT is wanted, for example 127.0.0.1:9090")
    return host.strip("[]"), int(port)


def _address_or_none(value: str | tuple[str, int] | None) -> tuple[str, int] | None:
    return None if value is None else address(value)


def _host(value: str) -> str:
    try:
        address(value)
    except ValueError as error:
        raise ValueError(f"“{value}” does not do: {error}") from error
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or re.search(r"\s", value):
        raise ValueError("an address that begins with http:// or https:// is wanted, for example https://host.example")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_words)]
Address = Annotated[tuple[str, int] | None, NoDecode, BeforeValidator(_address_or_none)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


def faults(error: ValidationError) -> list[str]:
    """What is wrong with each variable, and what is wanted instead."""
    return [f"{fault['loc'][0]}: {_wanted(fault)}" for fault in error.errors()]


def _wanted(fault: ErrorDetails) -> str:
    facts = fault.get("ctx", {})
    if fault["type"] == "value_error":
        return str(facts["error"])
    return _WANTED.get(fault["type"], fault["msg"]).format_map(facts)


def strangers(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """A sentence for each of ``names`` that begins as ours do and is none that is ``known``."""
    ours = {name.removeprefix(PREFIX): name for name in known}
    called_so = {name for name in names if name.startswith(PREFIX) and not _OF_OTHERS.match(name)}
    return [
        f"{name} is no setting and changes nothing.{_meant(name.removeprefix(PREFIX), ours)}"
        for name in sorted(called_so.difference(ours.values()))
    ]


def _meant(name: str, ours: Mapping[str, str]) -> str:
    nearest = get_close_matches(name, ours, n=1, cutoff=_ALIKE)
    return f" Is {ours[nearest[0]]} meant?" if nearest else ""
