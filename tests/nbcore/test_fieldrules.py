from __future__ import annotations

import pytest

from nbcore import fieldrules


@pytest.mark.parametrize("typed", [0.5, 2, "500m", "1m", "10000"])
def test_given_good_cpu_when_checked_then_nothing_is_wrong(typed: str | float) -> None:
    assert fieldrules.cpu_problem(typed) is None


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        pytest.param("", "A size is needed, for example 0.5 or 500m.", id="empty"),
        pytest.param(0, "0 CPU is too little: at least 0.001 CPU", id="0"),
        pytest.param("-1", "-1 CPU is too little", id="negative"),
        pytest.param("NaN", "'NaN' is no quantity", id="NaN"),
        pytest.param(float("nan"), "'nan' is no quantity", id="NaN as a number"),
        pytest.param("1e30", "more than any cluster has.", id="10^30"),
        pytest.param("2Gi", "more than any machine has.", id="a unit of memory"),
        pytest.param("0,5", "'0,5' is no quantity: use a point, 0.5.", id="comma"),
        pytest.param("two", "'two' is no quantity: write for example 0.5 or 500m.", id="a word"),
        pytest.param("0.0001", "0.0001 CPU is too little: at least 0.001 CPU", id="next to none"),
        pytest.param("x" * 100, f"'{'x' * 32}...' is no quantity", id="a long text"),
    ],
)
def test_given_bad_cpu_when_checked_then_the_remedy_is_told(
    typed: str | float, remedy: str
) -> None:
    assert remedy in (fieldrules.cpu_problem(typed) or "")


@pytest.mark.parametrize("typed", [0.5, 8, "512Mi", "1G", "1Pi"])
def test_given_good_memory_when_checked_then_nothing_is_wrong(typed: str | float) -> None:
    assert fieldrules.memory_problem(typed) is None


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        pytest.param("", "A size is needed, for example 8Gi.", id="empty"),
        pytest.param("8", "8 bytes is too little: at least 32 MiB, for example 8Gi.", id="no unit"),
        pytest.param(
            "500m", "500m means 0.5 bytes, which is too little: at least 32 MiB", id="milli"
        ),
        pytest.param("0", "0 bytes is too little", id="0"),
        pytest.param("-8Gi", "-8 GiB is too little", id="negative"),
        pytest.param("1 Gi", "'1 Gi' is no quantity: write for example 8Gi.", id="space"),
        pytest.param("1_000Gi", "is no quantity", id="underscore"),
        pytest.param("2Pi", "2 PiB is more than any machine has.", id="too much"),
        pytest.param("1e30", "more than any cluster has.", id="10^30"),
    ],
)
def test_given_bad_memory_when_checked_then_the_remedy_is_told(
    typed: str | float, remedy: str
) -> None:
    assert remedy in (fieldrules.memory_problem(typed) or "")


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        pytest.param("0Gi", "0 bytes is too little: at least 1 MiB, for example 10Gi.", id="0"),
        pytest.param(-1.0, "-1 GiB is too little", id="negative"),
        pytest.param("ten", "'ten' is no quantity", id="word"),
    ],
)
def test_given_a_bad_volume_size_when_checked_then_the_remedy_is_told(
    typed: str | float, remedy: str
) -> None:
    assert remedy in (fieldrules.volume_size_problem(typed) or "")
    assert fieldrules.volume_size_problem("10Gi") is None


@pytest.mark.parametrize(
    ("typed", "memory", "remedy"),
    [
        pytest.param("", "1Gi", None, id="no limit of its own"),
        pytest.param("1Gi", "1Gi", None, id="all of the memory"),
        pytest.param("2Gi", "1Gi", "at most 1 GiB", id="more than the memory"),
        pytest.param("x", "1Gi", "'x' is no quantity", id="no size"),
        pytest.param("2Gi", "x", None, id="memory is wrong itself"),
    ],
)
def test_given_shared_memory_when_checked_then_it_fits_into_the_memory(
    typed: str, memory: str, remedy: str | None
) -> None:
    problem = fieldrules.shared_memory_problem(typed, memory)

    assert (problem is None) if remedy is None else (remedy in (problem or ""))


@pytest.mark.parametrize(("count", "is_good"), [(0, True), (8, True), (-1, False), (1001, False)])
def test_given_a_number_of_gpus_when_checked_then_it_is_possible(
    count: int, *, is_good: bool
) -> None:
    assert (fieldrules.gpu_count_problem(count) is None) == is_good


@pytest.mark.parametrize("resource", ["nvidia.com/gpu", "nvidia.com/mig-1g.5gb", "amd.com/gpu"])
def test_given_a_kind_of_gpu_when_checked_then_nothing_is_wrong(resource: str) -> None:
    assert fieldrules.gpu_resource_problem(resource) is None


@pytest.mark.parametrize("resource", ["", "gpu", "hugepages-1Gi", "nvidia.com/", "A b/gpu", "x.y/"])
def test_given_another_resource_when_checked_then_it_is_refused(resource: str) -> None:
    assert "no kind of GPU" in (fieldrules.gpu_resource_problem(resource) or "")


@pytest.mark.parametrize("name", ["a", "1st", "churn-model", "a.b-c.d", "a" * 63])
def test_given_a_good_volume_name_when_checked_then_nothing_is_wrong(name: str) -> None:
    assert fieldrules.volume_name_problem(name) is None


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a.", "a" * 64, "a." * 127, "a\n"])
def test_given_a_bad_volume_name_when_checked_then_the_remedy_is_told(name: str) -> None:
    assert fieldrules.volume_name_problem(name)


def test_given_a_long_volume_name_when_checked_then_its_length_is_told() -> None:
    assert "300 characters" in (fieldrules.volume_name_problem("a" * 300) or "")


@pytest.mark.parametrize("namespace", ["", "A", "a.b", "../x", "a" * 64])
def test_given_a_bad_namespace_when_checked_then_it_is_refused(namespace: str) -> None:
    assert fieldrules.namespace_problem(namespace)
    assert fieldrules.namespace_problem("data-science") is None


@pytest.mark.parametrize(
    ("pairs", "remedy"),
    [
        pytest.param((("A", "1"), ("_b2", "")), None, id="good"),
        pytest.param((("", "1"),), "'' is no variable", id="empty"),
        pytest.param((("1A", "1"),), "not beginning with a digit", id="digit"),
        pytest.param((("A=B", "1"),), "is no variable", id="sign"),
        pytest.param((("A", "1"), ("A", "2")), "A stands there twice.", id="twice"),
        pytest.param((("NB_PREFIX", "/"),), "NB_PREFIX is set for you", id="ours"),
        pytest.param((("HOME", "/etc"),), "HOME is set for you", id="home"),
        pytest.param((("A", "\0"),), "NUL", id="NUL"),
    ],
)
def test_given_variables_when_checked_then_the_first_mistake_is_told(
    pairs: tuple[tuple[str, str], ...], remedy: str | None
) -> None:
    problem = fieldrules.environment_problem(pairs)

    assert (problem is None) if remedy is None else (remedy in (problem or ""))
