"""The kinds of rows, and how many there are of each: which test module takes which, so that none is left out."""

from typing import Final

UPDATE: Final = ("update",)
"""Verdicts: `tests/conformance/rfc7606/test_vectors.py`; octets and JSON: `test_messages.py`."""
OTHER_MESSAGES: Final = ("open", "notification", "keepalive", "refresh")
"""`test_messages.py`."""
FRAGMENTS: Final = ("message", "header", "capability_msg", "robustness")
"""Messages of an unknown type or cut short, and what fuzzers have made: `test_framing.py`."""
ATTRIBUTES: Final = ("attr", "attrs", "attr_value")
"""`test_attributes.py`."""
NLRI: Final = ("nlri", "nlris", "nlri_raw")
"""`test_nlri.py`."""
CAPABILITIES: Final = ("capability", "capability_value", "capability_or_optparams", "opt_params")
"""`test_capabilities.py`."""

COUNTS: Final = {
    "update": 1271,
    "open": 26,
    "notification": 14,
    "keepalive": 1,
    "refresh": 10,
    "message": 3,
    "header": 4,
    "capability_msg": 1,
    "robustness": 50,
    "attr": 7,
    "attrs": 17,
    "attr_value": 34,
    "nlri": 5,
    "nlris": 7,
    "nlri_raw": 14,
    "capability": 2,
    "capability_value": 3,
    "capability_or_optparams": 8,
    "opt_params": 3,
}
"""Rows by kind; 1,480 in all."""
