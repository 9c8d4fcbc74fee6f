"""Objects as YAML that every reader of Kubernetes manifests understands alike. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from nbcore.names import JsonObject

# PyYAML leaves these bare; the parser behind kubectl reads them as numbers and truth values.
_READ_DIFFERENTLY = re.compile(
    r"[-+]?(\d[\d_]*)?\.?[\d_]*([eE][-+]?\d+)?|[-+]?0[xob][\da-fA-F_]+|[yYnN]", re.ASCII
)
# Line ends of Unicode: only between double quotes are they written as what they are.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Quotes texts that another parser would take for something else."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if _READ_DIFFERENTLY.fullmatch(text) else None
    style = '"' if _LINE_ENDS.search(text) else style
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def to_yaml(objects: Sequence[JsonObject]) -> str:
    """A stream of documents, keys in the order in which they were written. Pure."""
    return yaml.dump_all(
        objects,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )
