from __future__ import annotations

import pytest

from sandbox.api.rbac.rules import Rule, not_covered
from sandbox.api.request import Target, Verb


def target(plural: str, *, verb: Verb = Verb.GET, name: str = "", subresource: str = "") -> Target:
    return Target(
        verb=verb, group="", version="v1", plural=plural, name=name, subresource=subresource
    )


@pytest.mark.parametrize(
    ("rule", "asked", "allowed"),
    [
        pytest.param(Rule(("get",), ("",), ("pods",)), target("pods"), True, id="what it says"),
        pytest.param(Rule(("list",), ("",), ("pods",)), target("pods"), False, id="another verb"),
        pytest.param(Rule(("get",), ("x",), ("pods",)), target("pods"), False, id="another group"),
        pytest.param(Rule(("*",), ("*",), ("*",)), target("pods"), True, id="stars"),
        pytest.param(
            Rule(("get",), ("",), ("pods",)),
            target("pods", subresource="log"),
            False,
            id="not its parts",
        ),
        pytest.param(
            Rule(("get",), ("",), ("*",)), target("pods", subresource="log"), True, id="star: parts"
        ),
        pytest.param(
            Rule(("get",), ("",), ("*/log",)),
            target("pods", subresource="log"),
            True,
            id="a part of anything",
        ),
        pytest.param(Rule(("get",), ("",), ("*/log",)), target("pods"), False, id="only the part"),
        pytest.param(
            Rule(("get",), ("",), ("pods",), ("a",)), target("pods", name="a"), True, id="a name"
        ),
        pytest.param(
            Rule(("get",), ("",), ("pods",), ("a",)), target("pods"), False, id="a name, all asked"
        ),
        pytest.param(Rule((), ("",), ("pods",)), target("pods"), False, id="no verbs"),
    ],
)
def test_given_a_rule_when_asked_then_it_allows_what_it_says(
    rule: Rule, asked: Target, *, allowed: bool
) -> None:
    assert rule.allows(asked) is allowed


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ("/version", "/version", True),
        ("/version", "/version/", False),
        ("/apis/*", "/apis/apps/v1", True),
        ("/apis/*", "/api", False),
        ("*", "/metrics", True),
    ],
)
def test_given_a_rule_of_paths_when_asked_then_a_last_star_stands_for_every_end(
    pattern: str, path: str, *, allowed: bool
) -> None:
    assert Rule(("get",), paths=(pattern,)).allows_path("get", path) is allowed


def test_given_rules_when_others_are_wanted_then_what_lacks_is_told_one_by_one() -> None:
    owned = [Rule(("get", "list"), ("",), ("pods",)), Rule(("get",), ("",), ("secrets",), ("a",))]

    lacking = not_covered(
        owned,
        [
            Rule(("get", "delete"), ("",), ("pods",)),
            Rule(("get",), ("",), ("secrets",)),
            Rule(("get",), ("",), ("secrets",), ("a",)),
            Rule(("get",), paths=("/metrics",)),
        ],
    )

    assert lacking == [
        Rule(("delete",), ("",), ("pods",)),
        Rule(("get",), ("",), ("secrets",)),
        Rule(("get",), paths=("/metrics",)),
    ]
