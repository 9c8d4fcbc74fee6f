from __future__ import annotations

import pytest

from nbcore import findings
from nbcore.errors import AlreadyExistsError, ForbiddenError, MalformedNotebookError
from nbcore.findings import Finding, Verdict
from nbcore.form import Field
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from nbcore.volumes import Volume
from tests.nbcore.builders import claim, notebook, with_home
from tests.nbcore.test_refusals import RIGHTS


@pytest.mark.parametrize("resource", [NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS], ids=str)
def test_given_an_accepted_object_when_told_then_all_is_fine(resource: Resource) -> None:
    assert findings.accepted(resource).verdict is Verdict.FINE


def test_given_a_refused_object_when_told_then_field_words_and_detail_are_there() -> None:
    error = AlreadyExistsError('notebooks.ml.oneblock.ai "nb" already exists')

    assert findings.refused(NOTEBOOKS, error, notebook()) == Finding(
        Verdict.REFUSED,
        "demo already has a notebook nb. Try nb-2.",
        Field.NAME,
        'notebooks.ml.oneblock.ai "nb" already exists',
    )


@pytest.mark.parametrize(
    ("resource", "message", "verdict"),
    [
        pytest.param(PODS, RIGHTS, Verdict.NOT_CHECKED, id="no rights to make pods"),
        pytest.param(PODS, "exceeded quota: x", Verdict.REFUSED, id="policy about the pod"),
        pytest.param(NOTEBOOKS, RIGHTS, Verdict.REFUSED, id="no rights to make notebooks"),
    ],
)
def test_given_a_403_when_told_then_only_missing_rights_to_pods_mean_not_checked(
    resource: Resource, message: str, verdict: Verdict
) -> None:
    assert findings.refused(resource, ForbiddenError(message), notebook()).verdict is verdict


def test_given_a_malformed_notebook_when_told_then_the_reason_is_in_it() -> None:
    found = findings.malformed(MalformedNotebookError("containers is empty"))

    assert found.message == "No pod can be made of this: containers is empty."


def test_given_a_missing_volume_when_told_then_it_is_the_volumes_field() -> None:
    found = findings.missing_claim("old", "demo")

    assert (found.verdict, found.field) == (Verdict.REFUSED, Field.VOLUME_NAME)
    assert "demo has no volume old" in found.message


def test_given_an_unreadable_volume_when_told_then_it_was_not_checked() -> None:
    found = findings.unreadable_claim("old", ForbiddenError("no"))

    assert (found.verdict, found.detail) == (Verdict.NOT_CHECKED, "no")


@pytest.mark.parametrize(
    ("modes", "users", "expected"),
    [
        pytest.param(["ReadWriteOnce"], ["etl"], 1, id="used by another"),
        pytest.param(["ReadWriteMany"], ["etl"], 0, id="may be shared"),
        pytest.param(["ReadWriteOnce"], ["nb"], 0, id="used by this one"),
        pytest.param(["ReadWriteOnce"], [], 0, id="used by nobody"),
    ],
)
def test_given_a_volume_when_others_use_it_then_it_may_wait(
    modes: list[str], users: list[str], expected: int
) -> None:
    others = [notebook(name, **with_home("data")) for name in users]
    volume = Volume.from_object(claim("data", spec={"accessModes": modes}), others)

    found = findings.shared_claim(volume, but="nb")

    assert len(found) == expected
    assert all("data is used by etl" in finding.message for finding in found)


def test_given_mounts_without_volume_when_told_then_each_is_named() -> None:
    (found,) = findings.unmounted(["lost"])

    assert found.message == "lost is mounted, but there is no such volume."
