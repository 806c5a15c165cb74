"""Routes as JSON: what a route does not carry is left out, shared attributes are written once."""

import json
from dataclasses import fields
from functools import lru_cache
from typing import Final

from bgpkit.speaker import Route, RouteChange
from bgpkit.wire import Json, decode_attributes, to_plain
from bgpkit_rib import AsPath, PathAttributes, Prefix

_SHARED: Final = 16_384
"""Attribute blocks whose JSON is remembered: some megabytes."""
_FIELDS: Final = tuple(field.name for field in fields(PathAttributes))


def route_item(route: Route) -> str:
    """Return a route as a JSON object."""
    return f"{{{_route_text(route)}}}"


def change_item(change: RouteChange) -> str:
    """Return a change as a JSON object; ``route`` is null where there is none any more."""
    head = f'"event":"route","family":{_text(str(change.family))}'
    if change.route is None:
        return f'{{{head},"destination":{nlri_text(change.nlri)},"route":null}}'
    return f'{{{head},"destination":{nlri_text(change.nlri)},"route":{route_item(change.route)}}}'


def nlri_text(nlri: object) -> str:
    """Return a destination as JSON: its text."""
    return f'"{nlri}"' if isinstance(nlri, Prefix) else _text(str(nlri))


def attributes_of(attributes: PathAttributes) -> dict[str, Json]:
    """Return what attributes say, without what is not there; an AS path as its text."""
    told: dict[str, Json] = {}
    for name in _FIELDS:
        value = getattr(attributes, name)
        if isinstance(value, AsPath):
            told[name] = str(value)
        elif value is not None and value is not False and value != ():
            told[name] = to_plain(value)
    return told


def _route_text(route: Route) -> str:
    path = route.path
    path_id = path.path_id if route.sent_path_id is None else route.sent_path_id
    beside = f',"path_id":{path_id}' if path_id else ""
    if not route.eligible:
        beside += f',"reason":{_text(str(path.reason))}'
    best = "true" if route.best else "false"
    eligible = "true" if route.eligible else "false"
    attributes = _attributes_text(path.raw if route.block is None else route.block)
    return (
        f'"destination":{nlri_text(route.nlri)},"peer":{_text(route.peer)},"best":{best},"eligible":{eligible}'
        f'{beside},"attributes":{attributes}'
    )


@lru_cache(maxsize=_SHARED)
def _attributes_text(block: bytes) -> str:
    return json.dumps(attributes_of(decode_attributes(block)), separators=(",", ":"))


@lru_cache(maxsize=_SHARED)
def _text(text: str) -> str:
    return json.dumps(text)
