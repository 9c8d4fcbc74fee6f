"""The shipped CRDs, as an administrator puts them in with kubectl."""

from __future__ import annotations

import pytest

from nbcore.kube.resources import CUSTOM_RESOURCE_DEFINITIONS
from tests.cluster.servers import CRDS, ApiServer
from tests.contract.kubectl import Kubectl

NAMES = ["settings.management.oneblock.ai", "notebooks.ml.oneblock.ai"]


def _said(output: str) -> dict[str, str]:
    return {
        line.split()[0].partition("/")[2]: line.split(maxsplit=1)[1] for line in output.splitlines()
    }


def test_given_the_files_when_applied_twice_by_the_client_then_the_second_changes_nothing(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    kubectl.ok("apply", "-f", str(CRDS))
    before = [api_server.api.get(CUSTOM_RESOURCE_DEFINITIONS.path(name=n)) for n in NAMES]

    again = kubectl.ok("apply", "-f", str(CRDS))

    after = [api_server.api.get(CUSTOM_RESOURCE_DEFINITIONS.path(name=n)) for n in NAMES]
    assert _said(again) == dict.fromkeys(NAMES, "unchanged")
    assert after == before


def test_given_the_files_when_applied_by_the_server_then_the_kinds_stay_established(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    flags = ["--server-side", "--force-conflicts", "--field-manager=installer"]

    said = kubectl.ok("apply", *flags, "-f", str(CRDS))

    assert _said(said) == dict.fromkeys(NAMES, "serverside-applied")
    kubectl.ok("wait", "--for=condition=Established", "-f", str(CRDS), "--timeout=20s")
    assert api_server.api.exists("/apis/ml.oneblock.ai/v1/notebooks")


@pytest.mark.parametrize("name", NAMES)
def test_given_an_applied_crd_when_looked_up_by_label_then_it_is_part_of_us(
    api_server: ApiServer, name: str
) -> None:
    selector = "app.kubernetes.io/part-of=oneblock-notebooks"

    answer = api_server.api.get(CUSTOM_RESOURCE_DEFINITIONS.path(), labelSelector=selector)

    assert name in [item["metadata"]["name"] for item in answer["items"]]
