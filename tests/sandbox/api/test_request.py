from __future__ import annotations

import pytest

from sandbox.api.request import Target, Verb, parse_target
from sandbox.client import ApiError


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        pytest.param(
            "GET", "/api/v1/pods", {}, ("list", "", "pods", "", "", ""), id="all namespaces"
        ),
        pytest.param(
            "GET",
            "/api/v1/namespaces/demo/pods/x",
            {},
            ("get", "", "pods", "demo", "x", ""),
            id="one object",
        ),
        pytest.param(
            "GET",
            "/api/v1/namespaces/demo/pods",
            {"watch": "1"},
            ("watch", "", "pods", "demo", "", ""),
            id="a watch",
        ),
        pytest.param(
            "PATCH",
            "/apis/apps/v1/namespaces/demo/statefulsets/x/scale",
            {},
            ("patch", "apps", "statefulsets", "demo", "x", "scale"),
            id="a subresource",
        ),
        pytest.param(
            "GET",
            "/api/v1/namespaces/demo",
            {},
            ("get", "", "namespaces", "", "demo", ""),
            id="a namespace is itself cluster-scoped",
        ),
        pytest.param(
            "PUT",
            "/api/v1/namespaces/demo/finalize",
            {},
            ("update", "", "namespaces", "", "demo", "finalize"),
            id="a part of a namespace is not a resource in it",
        ),
        pytest.param(
            "DELETE",
            "/api/v1/namespaces/demo/pods",
            {},
            ("deletecollection", "", "pods", "demo", "", ""),
            id="deletion of a collection",
        ),
    ],
)
def test_given_a_path_when_parsed_then_it_names_a_target(
    method: str, path: str, query: dict[str, str], expected: tuple[str, ...]
) -> None:
    verb, group, plural, namespace, name, subresource = expected

    target = parse_target(method, path, query)

    assert target == Target(
        verb=Verb(verb),
        group=group,
        version="v1",
        plural=plural,
        namespace=namespace,
        name=name,
        subresource=subresource,
    )


@pytest.mark.parametrize("path", ["/", "/api", "/apis/apps/v1", "/version", "/api/v1//pods"])
def test_given_another_path_when_parsed_then_it_is_no_resource(path: str) -> None:
    assert parse_target("GET", path, {}) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/api/v1/pods"), ("PATCH", "/api/v1/pods"), ("TRACE", "/api/v1/pods")],
)
def test_given_a_method_that_makes_no_sense_when_parsed_then_not_allowed(
    method: str, path: str
) -> None:
    with pytest.raises(ApiError) as caught:
        parse_target(method, path, {})

    assert caught.value.code == 405


def test_given_a_quoted_path_when_parsed_then_names_hold_what_was_quoted() -> None:
    target = parse_target("GET", "/api/v1/namespaces/demo/configmaps/..%2F..%2Fx", {})

    assert target is not None
    assert target.name == "../../x"
