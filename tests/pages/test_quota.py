"""A namespace whose quota has no room: the form says so, and nothing is made."""

from __future__ import annotations

import pytest

from tests.pages.visit import Visit, click, words


def _quota(visit: Visit, **hard: str) -> None:
    body = {"metadata": {"name": "team"}, "spec": {"hard": hard}}
    visit.api.create(visit.path("resourcequotas"), body)


@pytest.mark.parametrize(
    ("hard", "sentence"),
    [
        pytest.param(
            {"requests.storage": "4Gi"}, "asks 10 GiB, 4 GiB left of 4 GiB.", id="storage"
        ),
        pytest.param(
            {"count/notebooks.ml.oneblock.ai": "0"},
            "asks 1, 0 left of 0 notebooks.",
            id="notebooks",
        ),
    ],
)
def test_given_a_full_quota_when_created_then_the_form_says_so_and_nothing_is_made(
    visit: Visit, hard: dict[str, str], sentence: str
) -> None:
    _quota(visit, **hard)

    page = click(visit.open_form(), "Create")

    assert page.title[0].value == "New notebook"
    assert f"Over the quota of {visit.namespace}: {sentence}" in words(page)
    assert visit.names("notebooks") == set()
    assert visit.names("persistentvolumeclaims") == set()


def test_given_a_quota_of_memory_when_only_checked_then_its_numbers_are_told(
    visit: Visit,
) -> None:
    _quota(visit, **{"requests.memory": "64Mi"})

    page = click(visit.open_form(), "Check only")

    said = words(page)
    assert f"Over the quota of {visit.namespace}: asks " in said
    assert "64 MiB left of 64 MiB. Stop something or ask for less." in said
    assert visit.names("notebooks") == set()


def test_given_a_namespace_that_goes_away_when_created_then_the_refusal_without_field_is_shown(
    visit: Visit,
) -> None:
    held = {"metadata": {"name": "held", "finalizers": ["example.com/held"]}}
    page = visit.open_form()
    visit.api.create(visit.path("configmaps"), held)
    visit.api.delete(f"/api/v1/namespaces/{visit.namespace}")

    said = words(click(page, "Create"))

    assert "because it is being terminated" in said
    assert "to mend" not in said
