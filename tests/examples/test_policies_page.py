"""The page about policies: its examples run and do what it says, and it names every key."""

import re
import runpy
from pathlib import Path

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import FunctionPolicy, Policy, RoutePolicy, bind, load_policies
from bgpkit.policy.toml.actions import READERS as ACTIONS
from bgpkit.policy.toml.conditions import READERS as CONDITIONS
from bgpkit.rpki import Roa, RoaTable
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Prefix
from tests.support.sources import PROJECT
from tests.unit.policy.routes import outcome, path, verdict

PAGE = (PROJECT / "bgpkit" / "policy" / "POLICIES.md").read_text(encoding="utf-8")
ROAS = RoaTable([Roa(Prefix.parse("1.0.0.0/8"), 8, 65001)])


def blocks(language: str) -> list[str]:
    """Return the examples of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def edge() -> Policy:
    """Return the policy of the first example."""
    (document,) = blocks("toml")
    return bind(load_policies(document)["edge"], ROAS)


def test_the_document_does_what_it_says() -> None:
    """Each of its rules decides on a route."""
    customer = path("65001", communities="64512:7 1:1 64512:1:1")
    made = verdict(edge(), "203.0.113.0/24", customer)
    found = outcome(made, customer)
    assert (made.rule, found.local_pref) == ("edge: rule 3 (customers), after rule 2", 200)
    assert [str(each) for each in found.communities] == ["1:1", "64512:100"]
    assert [str(each) for each in found.large_communities] == ["64512:1:100"]
    transit = path("3356 13335", med=5)
    assert outcome(verdict(edge(), "8.8.8.0/24", transit), transit).med == 15
    assert verdict(edge(), "10.1.0.0/16", transit).rule == "edge: rule 1 (no bogons)"
    refused = [
        ("8.8.8.0/25", "3356 13335"),
        ("8.8.8.0/24", "3356 64512 13335"),
        ("1.2.0.0/16", "3356 65001"),
        ("2001:db8::/48", "3356 64512"),
    ]
    assert [verdict(edge(), prefix, path(text)).rule for prefix, text in refused] == ["edge: default, after rule 2"] * 4


def test_the_examples_in_python_run(tmp_path: Path) -> None:
    """The second is the same policy as far as it goes, the third asks a function."""
    _, composed, asked = blocks("python")
    policy = _run(composed, tmp_path)["edge"]
    assert isinstance(policy, RoutePolicy)
    assert verdict(policy, "8.8.8.0/24", path("3356 13335")).accepted
    assert not verdict(bind(policy, ROAS), "1.2.0.0/16", path("3356 13335")).accepted
    function = _run(asked, tmp_path)["policy"]
    assert isinstance(function, FunctionPolicy)
    near, far = path("1 2"), path("1 2 3")
    assert outcome(verdict(function, "8.8.8.0/24", near), near, IPV4_UNICAST).local_pref == 300
    assert verdict(function, "8.8.8.0/24", far).change is None


def test_the_fault_that_is_shown_is_the_one_that_is_told() -> None:
    """Word for word."""
    document = "[[policies.edge.rules]]\nthen = 'accept'\n[[policies.edge.rules]]\nmatch.prefix = '10.0.0.0/8 ge 33'\n"
    with pytest.raises(ConfigError) as caught:
        load_policies(document)
    assert f"`{caught.value}`" in " ".join(PAGE.split())


def test_every_key_stands_on_the_page() -> None:
    """In the table of its kind."""
    rows = {
        key
        for line in PAGE.splitlines()
        if line.startswith("| `")
        for key in re.findall(r"`([\w-]+)`", line.split("|")[1])
    }
    assert rows == set(CONDITIONS) | set(ACTIONS)


def _run(example: str, folder: Path) -> dict[str, object]:
    """Run an example; return the names that it makes."""
    file = folder / "example.py"
    file.write_text(example, encoding="utf-8")
    return runpy.run_path(str(file))
