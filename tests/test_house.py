"""The house rules that no linter knows: sizes, docstrings, and what calls itself pure."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ui", "nbcore", "controller", "gateway", "sandbox")
FOLDERS = (*PACKAGES, "pages", "benchmarks", "deploy")
MODULES = [
    *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")),
    ROOT / "app.py",
    ROOT / "quickstart.py",
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_LINES = 300

# A pure module decides on values: whoever imports it gets no network, clock, chance, process,
# file or environment along with it.
IMPURE = {
    "aiohttp", "asyncio", "fcntl", "http.client", "http.server", "kubernetes", "logging",
    "multiprocessing", "os", "psutil", "random", "secrets", "select", "selectors", "shutil",
    "signal", "socket", "sqlite3", "ssl", "starlette", "streamlit", "subprocess", "tempfile",
    "threading", "time", "urllib.request", "urllib3", "uvicorn",
}  # fmt: skip


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


@cache
def _imports(path: Path) -> set[str]:
    """Module names that the file imports when it runs; what only type checkers see is left out."""
    tree = ast.parse(path.read_text())
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_pure(path: Path) -> bool:
    return _docstring(path).rstrip().endswith("Pure.")


def _reached(path: Path) -> dict[str, Path]:
    """Every module that comes along with this file, each with the file of ours that asks for it."""
    reached: dict[str, Path] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        for name in _imports(current) - set(reached):
            reached[name] = current
            if file := _file_of(name):
                waiting.append(file)
    return reached


PURE = [path for path in MODULES if _is_pure(path)]


def _file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((found for found in candidates if found.exists()), None)


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_given_a_module_when_measured_then_it_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_given_a_module_when_opened_then_it_says_what_it_is_for(path: Path) -> None:
    first = _docstring(path).split("\n")[0]

    assert first.endswith((".", ":", "Pure."))


@pytest.mark.parametrize("path", PURE, ids=_id)
def test_given_a_pure_module_when_imported_then_nothing_impure_comes_along(path: Path) -> None:
    impure = {name: _id(file) for name, file in _reached(path).items() if name in IMPURE}

    assert impure == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_given_a_package_when_tests_are_looked_for_then_they_have_a_folder_of_that_name(
    package: str,
) -> None:
    assert list((ROOT / "tests" / package).rglob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=_id)
def test_given_the_tests_when_run_by_path_then_no_package_is_in_the_way(path: Path) -> None:
    # pytest's importlib mode names modules by their path; an __init__.py would give two names.
    assert path.name != "__init__.py"


@pytest.mark.parametrize("path", [p for p in TESTS if p.name.startswith("test_")], ids=_id)
def test_given_a_test_when_named_then_the_name_is_a_sentence(path: Path) -> None:
    names = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    ]

    sentence = re.compile(r"test_given_.+_(when|then)_.+")
    assert [name for name in names if not sentence.fullmatch(name)] == []
    assert len(names) == len(set(names)), "two tests of one name: the first never runs"
