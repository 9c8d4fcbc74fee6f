import pytest

from nbcore.errors import InvalidObjectError
from nbcore.kube import requests
from nbcore.kube.requests import Request, Selection, Target
from nbcore.kube.resources import NAMESPACES, NODES, NOTEBOOKS, PODS, SERVICES, STATEFUL_SETS
from nbcore.names import JsonObject

POD: JsonObject = {"metadata": {"name": "a", "namespace": "demo"}}


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        pytest.param(
            requests.get(NOTEBOOKS, "a", "demo"),
            "GET /apis/ml.oneblock.ai/v1/namespaces/demo/notebooks/a",
            id="get",
        ),
        pytest.param(requests.get(NODES, "n1"), "GET /api/v1/nodes/n1", id="get without namespace"),
        pytest.param(
            requests.list_page(PODS, Selection()), "GET /api/v1/pods?limit=500", id="list all"
        ),
        pytest.param(
            requests.list_page(PODS, Selection("demo", "a=b", "spec.nodeName=n"), "next"),
            "GET /api/v1/namespaces/demo/pods?labelSelector=a%3Db&fieldSelector=spec.nodeName%3Dn"
            "&limit=500&continue=next",
            id="list with selectors, second page",
        ),
        pytest.param(
            requests.watch(PODS, Selection("demo"), resource_version="7", timeout_seconds=250),
            "GET /api/v1/namespaces/demo/pods?watch=true&allowWatchBookmarks=true"
            "&resourceVersion=7&timeoutSeconds=250",
            id="watch",
        ),
        pytest.param(
            requests.create(PODS, POD, manager="me"),
            "POST /api/v1/namespaces/demo/pods?fieldManager=me",
            id="create",
        ),
        pytest.param(
            requests.create(PODS, POD, manager="me", dry_run=True),
            "POST /api/v1/namespaces/demo/pods?fieldManager=me&dryRun=All",
            id="create, dry run",
        ),
        pytest.param(
            requests.apply(SERVICES, POD, manager="me"),
            "PATCH /api/v1/namespaces/demo/services/a?force=true&fieldManager=me",
            id="apply",
        ),
        pytest.param(
            requests.replace(STATEFUL_SETS, POD, manager="me"),
            "PUT /apis/apps/v1/namespaces/demo/statefulsets/a?fieldManager=me",
            id="replace",
        ),
        pytest.param(
            requests.delete(PODS, "a", "demo"),
            "DELETE /api/v1/namespaces/demo/pods/a",
            id="delete",
        ),
        pytest.param(
            requests.get(NODES, "system:node 1"),
            "GET /api/v1/nodes/system%3Anode%201",
            id="a name with characters that a URL must quote",
        ),
    ],
)
def test_given_a_verb_and_a_resource_when_asked_then_the_request_line_is(
    request_: Request, line: str
) -> None:
    assert f"{request_.verb} {request_.target}" == line


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../secrets/x", "a%2Fb"])
def test_given_a_name_that_would_leave_its_path_when_asked_then_nothing_is_sent(name: str) -> None:
    with pytest.raises(InvalidObjectError):
        requests.delete(PODS, name, "demo")


@pytest.mark.parametrize("namespace", [".", "..", "a/pods/b", "%2e"])
def test_given_a_namespace_that_would_leave_its_path_when_asked_then_nothing_is_sent(
    namespace: str,
) -> None:
    with pytest.raises(InvalidObjectError):
        requests.list_page(PODS, Selection(namespace))


def test_given_a_uid_when_deleting_then_it_is_a_precondition() -> None:
    body = requests.delete(PODS, "a", "demo", uid="u1").body

    assert isinstance(body, dict)
    assert body["preconditions"] == {"uid": "u1"}


def test_given_kinds_of_patches_when_made_then_each_has_its_content_type() -> None:
    patches = (
        requests.json_patch("/x", [], manager="me"),
        requests.merge_patch("/x", {}, manager="me"),
        requests.apply(PODS, POD, manager="me"),
    )

    assert [patch.content_type for patch in patches] == [
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/apply-patch+yaml",
    ]


def test_given_groups_when_impersonating_then_each_has_a_header_of_its_own() -> None:
    assert requests.impersonation("alice", ("students", "a,b")) == (
        ("Impersonate-User", "alice"),
        ("Impersonate-Group", "students"),
        ("Impersonate-Group", "a,b"),
    )


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        pytest.param(
            requests.create(PODS, POD, manager="me"), ("create", "pods", "demo", "a"), id="create"
        ),
        pytest.param(
            requests.delete(NOTEBOOKS, "a", "demo"),
            ("delete", "notebooks", "demo", "a"),
            id="delete",
        ),
        pytest.param(
            requests.json_patch(
                requests.object_path(NOTEBOOKS, "a", "demo", "status"), [], manager="me"
            ),
            ("patch", "notebooks/status", "demo", "a"),
            id="subresource",
        ),
        pytest.param(
            requests.replace(NODES, {"metadata": {"name": "n1"}}, manager="me"),
            ("update", "nodes", "", "n1"),
            id="without namespace",
        ),
        pytest.param(
            requests.delete(NAMESPACES, "demo"),
            ("delete", "namespaces", "", "demo"),
            id="namespace",
        ),
    ],
)
def test_given_a_change_when_asked_what_it_is_about_then_rbac_would_say_the_same(
    request_: Request, target: tuple[str, str, str, str]
) -> None:
    assert requests.target_of(request_) == Target(*target)
    assert requests.is_change(request_)


def test_given_a_dry_run_when_asked_whether_it_changes_anything_then_not() -> None:
    assert not requests.is_change(requests.create(PODS, POD, manager="me", dry_run=True))
    assert not requests.is_change(requests.get(PODS, "a", "demo"))
