"""Moving a notebook to another image, on both servers."""

from __future__ import annotations

import pytest

from nbcore.actions import LastAction, Verb
from nbcore.errors import ConflictError
from nbcore.image_move import move_notebook
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from tests.cluster.servers import ApiServer
from tests.nbcore.builders import IMAGE
from tests.nbcore.clicks import NOON, create


def test_given_a_notebook_when_moved_then_its_image_changes_and_nothing_else(
    api_server: ApiServer, kube: Kube
) -> None:
    before = create(kube, api_server)["spec"]["template"]["spec"]

    images = (IMAGE, "team/lab:2")
    move_notebook(kube, api_server.namespace, "nb", images=images, by="bob", now=NOON)

    found = kube.get(NOTEBOOKS, "nb", api_server.namespace)
    after = found["spec"]["template"]["spec"]
    assert after["containers"][0] == {**before["containers"][0], "image": "team/lab:2"}
    assert {**after, "containers": []} == {**before, "containers": []}
    assert LastAction.from_object(found) == LastAction(Verb.MOVE, "bob", NOON)


def test_given_a_notebook_that_has_another_image_by_now_when_moved_then_it_is_refused(
    api_server: ApiServer, kube: Kube
) -> None:
    before = create(kube, api_server)

    with pytest.raises(ConflictError, match=f"nb uses {IMAGE} by now"):
        move_notebook(
            kube, api_server.namespace, "nb", images=("old:1", "new:1"), by="bob", now=NOON
        )

    assert kube.get(NOTEBOOKS, "nb", api_server.namespace) == before
