"""Saving the catalog, on both servers: what is written, and that nobody overwrites anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nbcore.catalog_history import Author, author_of
from nbcore.catalog_store import catalog_versions, save_catalog
from nbcore.errors import AlreadyExistsError, ConflictError
from nbcore.kube.client import Kube
from nbcore.kube.resources import SETTINGS
from nbcore.names import JsonObject
from tests.cluster.servers import ApiServer

ALICE = Author("alice", datetime(2026, 11, 23, 12, tzinfo=UTC))
BOB = Author("bob", datetime(2026, 11, 23, 13, tzinfo=UTC))


def _made(kube: Kube, name: str) -> JsonObject:
    setting = {
        "apiVersion": "management.oneblock.ai/v1",
        "kind": "Setting",
        "metadata": {"name": name, "annotations": {"theirs": "kept"}},
        "default": "[]",
        "value": "{}",
        "theirs": {"kept": True},
    }
    return kube.create(SETTINGS, setting)


def test_given_a_setting_when_saved_then_value_and_author_change_in_one_write_and_nothing_else(
    kube: Kube, api_server: ApiServer
) -> None:
    before = _made(kube, api_server.namespace)

    after = save_catalog(kube, before, api_server.namespace, '{"a":1}', ALICE)

    assert after["value"] == '{"a":1}'
    assert author_of(after) == ALICE
    assert (after["default"], after["theirs"]) == ("[]", {"kept": True})
    assert after["metadata"]["annotations"]["theirs"] == "kept"
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


def test_given_two_people_who_read_the_same_when_both_save_then_the_second_is_refused(
    kube: Kube, api_server: ApiServer
) -> None:
    read = _made(kube, api_server.namespace)
    first = save_catalog(kube, read, api_server.namespace, '{"a":1}', ALICE)

    with pytest.raises(ConflictError):
        save_catalog(kube, read, api_server.namespace, '{"b":1}', BOB)

    assert kube.get(SETTINGS, api_server.namespace) == first


def test_given_no_setting_when_two_people_save_then_the_first_makes_it(
    kube: Kube, api_server: ApiServer
) -> None:
    made = save_catalog(kube, None, api_server.namespace, '{"a":1}', ALICE)

    with pytest.raises(AlreadyExistsError):
        save_catalog(kube, None, api_server.namespace, "", BOB)

    assert made["value"] == '{"a":1}'
    assert "default" not in made


def test_given_a_value_when_taken_away_then_it_is_gone_and_who_did_it_is_told(
    kube: Kube, api_server: ApiServer
) -> None:
    read = _made(kube, api_server.namespace)

    after = save_catalog(kube, read, api_server.namespace, "", BOB)

    assert "value" not in after
    assert author_of(after) == BOB
    assert catalog_versions(kube, api_server.namespace) == []
