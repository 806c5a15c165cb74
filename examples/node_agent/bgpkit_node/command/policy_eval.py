"""``bgpkit-node policy eval``: flows in, verdicts out, without a datastore."""

import json
import sys
from typing import Final

import click

from bgpkit_node.policy import answers, read_json

_FORM: Final = """\b
Standard input:
{"state": {"namespaces": [{"name", "labels"}],
           "nodes":      [{"name", "ip"}],
           "pods":       [{"ns", "name", "node", "ip", "labels",
                           "ports": [{"port", "protocol", "name"}]}],
           "externals":  [{"name", "ip"}],
           "services":   [{"ns", "name", "selector", "ips",
                           "ports": [{"port", "protocol", "targetPort"}]}],
           "policies":   [manifest, ...]},
 "flows": [["default/web", "default/db", 5432, "TCP"],
           ["node/n1", "default/web", 80, "TCP"],
           ["default/web", "ext/office", 53, "UDP"]]}
"""


@click.command("eval", epilog=_FORM)
def policy_eval() -> None:
    """Tell which flows of a state are allowed: a list of true and false in JSON.

    Where a policy cannot be enforced whole, or a name is nobody's, no flow is decided.
    """
    click.echo(json.dumps(answers(read_json(sys.stdin.buffer.read(), "standard input"))))
