"""What import-linter can't see: files that are no packages, and the list of pure modules."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"app", "quickstart", "pages", "ui", "nbcore", "controller", "gateway", "sandbox"}
PACKAGES = ("nbcore", "controller", "gateway", "sandbox", "ui")


def imported_parts(file: Path) -> set[str]:
    """Which of our parts a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found & OURS


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda page: page.stem)
def test_given_a_page_then_it_knows_ui_and_nbcore_alone(page: Path) -> None:
    assert imported_parts(page) <= {"ui", "nbcore"}


def test_given_the_local_start_then_it_meets_the_sandbox_only_at_its_url() -> None:
    assert imported_parts(ROOT / "quickstart.py") <= {"nbcore"}
    assert "sandbox" not in imported_parts(ROOT / "app.py")


def pure_modules() -> Iterator[str]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            docstring = ast.get_docstring(ast.parse(file.read_text())) or ""
            if docstring.endswith("Pure."):
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


def test_given_modules_that_say_pure_then_the_purity_contract_lists_just_them() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")

    listed = contracts["importlinter:contract:purity"]["source_modules"].split()

    assert listed == list(pure_modules())
