from __future__ import annotations

import pytest

from sandbox.api import pipeline
from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.api.store import HISTORY_LENGTH
from sandbox.client import ApiError
from tests.sandbox.api.objects import CONFIG_MAPS, Object, config_map


async def _five(client: LocalClient) -> None:
    for number in range(5):
        labels = {"even": str(number % 2 == 0)}
        await client.create(CONFIG_MAPS, config_map(f"c{number}", labels=labels))


def _page(client: LocalClient, **query: str) -> Object:
    return client.ask(client.request("GET", CONFIG_MAPS, query))


def _names(page: Object) -> list[str]:
    return [item["metadata"]["name"] for item in page["items"]]


async def test_given_pages_when_read_while_things_change_then_one_state(
    client: LocalClient,
) -> None:
    await _five(client)
    first = _page(client, limit="2")
    await client.delete(f"{CONFIG_MAPS}/c3")
    await client.create(CONFIG_MAPS, config_map("c2a"))

    rest = _page(client, limit="9", **{"continue": first["metadata"]["continue"]})

    assert (_names(first), first["metadata"]["remainingItemCount"]) == (["c0", "c1"], 3)
    assert _names(rest) == ["c2", "c3", "c4"]
    assert rest["metadata"] == {"resourceVersion": first["metadata"]["resourceVersion"]}


async def test_given_a_selector_when_listed_then_only_what_fits(client: LocalClient) -> None:
    await _five(client)

    items, _ = await client.list(CONFIG_MAPS, label_selector="even=True")

    assert [item["metadata"]["name"] for item in items] == ["c0", "c2", "c4"]


async def test_given_a_built_in_kind_when_listed_then_items_do_not_repeat_it(
    client: LocalClient, world: World
) -> None:
    await _five(client)
    request = client.request("GET", CONFIG_MAPS, {})

    raw = pipeline.handle(world, request).raw

    assert raw.startswith(b'{"kind":"ConfigMapList","apiVersion":"v1"')
    assert b'"kind":"ConfigMap"' not in raw


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "many"}, 400),
        ({"continue": "bm9uc2Vuc2U"}, 400),
        ({"continue": "???"}, 400),
        ({"resourceVersion": "abc"}, 400),
        ({"resourceVersion": "999999999"}, 504),
    ],
)
async def test_given_strange_parameters_when_listed_then_refused(
    client: LocalClient, query: dict[str, str], code: int
) -> None:
    with pytest.raises(ApiError) as caught:
        _page(client, **query)

    assert caught.value.code == code


@pytest.mark.parametrize("way", ["in the middle", "exactly"])
async def test_given_a_state_that_is_forgotten_when_listed_then_410(
    client: LocalClient, world: World, way: str
) -> None:
    await _five(client)
    metadata = _page(client, limit="2")["metadata"]
    for number in range(HISTORY_LENGTH + 1):
        world.store.put("configmaps", config_map("c0", {"n": str(number)}, namespace="demo"))
    exactly = {
        "resourceVersion": metadata["resourceVersion"],
        "resourceVersionMatch": "Exact",
    }

    with pytest.raises(ApiError) as caught:
        _page(client, **({"continue": metadata["continue"]} if way != "exactly" else exactly))

    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    assert "is too old" in caught.value.message
