"""The contract tests hold the sentences to a real server; here is what they leave out."""

from __future__ import annotations

from typing import Any

from sandbox.api.limits.ranges import completed, refusal, with_defaults

Object = dict[str, Any]


def _range(**item: object) -> Object:
    return completed({"spec": {"limits": [{"type": "Container", **item}]}})


def _pod(**spec: object) -> Object:
    return {"metadata": {"name": "p"}, "spec": spec}


def test_given_two_limit_ranges_when_a_pod_is_filled_in_then_the_first_comes_first() -> None:
    ranges = [_range(default={"cpu": "1"}), _range(default={"cpu": "2", "memory": "1Gi"})]

    pod = with_defaults(_pod(containers=[{"name": "c"}]), ranges)

    assert pod["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}


def test_given_init_containers_when_filled_in_then_the_annotation_tells_them_apart() -> None:
    pod = with_defaults(_pod(initContainers=[{"name": "i"}]), [_range(default={"cpu": "1"})])

    assert pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu request for init container i; cpu limit for init container i"
    )


def test_given_a_pod_that_says_all_when_filled_in_then_it_is_the_same() -> None:
    own = {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}
    pod = _pod(containers=[{"name": "c", "resources": own}])

    assert with_defaults(pod, [_range(default={"cpu": "2"})]) is pod


def test_given_twins_when_both_break_a_bound_then_it_is_told_once() -> None:
    own = {"limits": {"cpu": "2"}, "requests": {"cpu": "2"}}
    pod = _pod(containers=[{"name": "a", "resources": own}, {"name": "b", "resources": own}])

    found = refusal("pods", pod, [_range(max={"cpu": "1"})])

    assert found == "maximum cpu usage per Container is 1, but limit is 2"


def test_given_bounds_of_another_type_when_a_claim_is_made_then_they_do_not_concern_it() -> None:
    claim = {"spec": {"resources": {"requests": {"storage": "1Gi"}}}}

    assert refusal("persistentvolumeclaims", claim, [_range(max={"storage": "1"})]) == ""
