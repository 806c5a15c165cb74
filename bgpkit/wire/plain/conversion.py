"""Values to and from what the json module writes and reads."""

from bgpkit.wire.plain.hints import is_named_tuple
from bgpkit.wire.plain.json_data import MAXIMUM_DEPTH, Json, PlaceError, is_object, is_tuple, unwanted
from bgpkit.wire.plain.registry import require_known
from bgpkit.wire.plain.values import ANY, form_of, object_form


def to_dict(value: object) -> dict[str, Json]:
    """Return a message, an attribute, an NLRI, a community or another value of the codec as a JSON object.

    Its ``type`` tells the class, so that `from_dict` gives an equal value back without being told. The json
    module writes it as it is. ValueError for a value of a class that the codec does not know, and for one whose
    fields do not hold what they should; its sentence starts with the place, ``attributes[3].value[0]``.
    """
    cls = type(value)
    require_known(cls)
    written = object_form(cls).write(value, MAXIMUM_DEPTH)
    if not isinstance(written, dict):
        raise TypeError(f"the form of {cls.__name__} is no object")
    return written


def from_dict(data: object) -> object:
    """Return the value that `to_dict` has written as ``data``.

    ValueError, and nothing else, for anything else: an unknown type, a key too few or too many, a value of
    another kind or out of range, arrays and objects more than 64 deep. Its sentence starts with the place.
    """
    if not is_object(data):
        raise unwanted(data, "an object")
    if "type" not in data:
        raise PlaceError('this object lacks the key "type"')
    return ANY.read(data, MAXIMUM_DEPTH)


def to_plain(value: object) -> Json:
    """Return a value as it is written where its class is known: a community as its text, a tuple as an array.

    Any class that is made of fields will do, of the codec or not. ValueError as `to_dict`.
    """
    if is_tuple(value) and not is_named_tuple(type(value)):
        return [to_plain(each) for each in value]
    return form_of(type(value)).write(value, MAXIMUM_DEPTH)


def from_plain(hint: object, data: object) -> object:
    """Return the value of a type hint, such as ``Prefix`` or ``tuple[Community, ...]``, that ``data`` writes.

    ValueError as `from_dict`, and for a hint that has no form in JSON.
    """
    return form_of(hint).read(data, MAXIMUM_DEPTH)
