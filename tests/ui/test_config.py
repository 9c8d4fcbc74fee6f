"""Streamlit's own settings, on which safety and the look depend."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("server", "address", "127.0.0.1"),
        ("server", "fileWatcherType", "none"),
        ("server", "enableAgentApi", False),
        ("server", "enableXsrfProtection", True),
        ("browser", "gatherUsageStats", False),
        ("client", "showErrorDetails", "none"),
        ("runner", "magicEnabled", False),
    ],
)
def test_given_the_configuration_when_read_then_safe_choices_are_pinned(
    section: str, option: str, value: object
) -> None:
    assert CONFIG[section][option] == value


def test_given_font_faces_when_read_then_each_is_a_file_that_we_serve() -> None:
    for face in CONFIG["theme"]["fontFaces"]:
        assert face["url"].startswith("app/static/")
        assert (ROOT / "ui" / "static" / Path(face["url"]).name).is_file()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_given_a_theme_when_its_colours_are_text_then_they_can_be_read(theme: str) -> None:
    colors = CONFIG["theme"][theme]
    texts = {name for name in colors if name.endswith("Color")}
    texts -= {name for name in texts if re.search("primary|border|Border|ackground", name)}

    assert all(contrast(colors[name], colors["backgroundColor"]) >= 4.5 for name in texts)
    assert contrast("#ffffff", colors["primaryColor"]) >= 4.5
    assert contrast(colors["yellowTextColor"], colors["yellowBackgroundColor"]) >= 4.5
