from __future__ import annotations

import pytest

from sandbox.client import Object
from sandbox.node.commands import port_of, unsupported
from tests.sandbox.objects import container, pod


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        pytest.param([], 8888, id="none said"),
        pytest.param([9999], 9999, id="another"),
        pytest.param([9999, 8888], 8888, id="the images' own among others"),
    ],
)
def test_given_ports_when_chosen_then_the_images_own_is_preferred(
    ports: list[int], expected: int
) -> None:
    assert port_of(container(ports=[{"containerPort": port} for port in ports])) == expected


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        pytest.param(pod(), "", id="plain"),
        pytest.param(pod(initContainers=[container()]), "no init containers", id="init"),
        pytest.param(pod(containers=[container("../x")]), "must be DNS labels", id="climbing name"),
        pytest.param(pod(volumes=[{"name": ".."}]), "must be DNS labels", id="climbing volume"),
        pytest.param(pod(hostNetwork=True), "node's network", id="host network"),
    ],
)
def test_given_a_pod_when_it_asks_too_much_then_that_is_said(obj: Object, words: str) -> None:
    assert words in unsupported(obj)
    assert bool(words) == bool(unsupported(obj))
