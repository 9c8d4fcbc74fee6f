import pytest

from controller.catalog_setting import catalog_setting, wanted_setting
from nbcore.names import JsonObject

OURS = {"metadata": {"name": "notebook-default-images"}, "default": "{}", "value": "[]"}
OLD = {"metadata": {"name": "default-notebook-images"}, "default": "x"}
WANTED = {
    "apiVersion": "management.oneblock.ai/v1",
    "kind": "Setting",
    "metadata": {"name": "notebook-default-images"},
    "default": "shipped",
}


@pytest.mark.parametrize(
    ("present", "old_name", "expected"),
    [
        pytest.param(None, None, WANTED, id="none yet"),
        pytest.param(OURS, None, WANTED, id="an earlier release's default"),
        pytest.param({**OURS, "default": "shipped"}, None, None, id="current"),
        pytest.param(None, OLD, None, id="only the old name: left alone"),
        pytest.param(OURS, OLD, WANTED, id="both names: ours is kept"),
    ],
)
def test_given_settings_when_looked_at_then_only_default_is_ever_written(
    present: JsonObject | None, old_name: JsonObject | None, expected: JsonObject | None
) -> None:
    assert wanted_setting(present, old_name, "shipped") == expected


def test_given_both_names_when_the_catalog_is_read_then_ours_counts() -> None:
    assert catalog_setting(OURS, OLD) is OURS
    assert catalog_setting(None, OLD) is OLD
    assert catalog_setting(None, None) is None
