"""Container image references, by the grammar that registries and runtimes share.

https://github.com/distribution/reference/blob/main/regexp.go: a registry with an optional port, a
path of lower-case components, a tag and a digest. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOMAIN_PART = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_PATH_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<name>(?:(?P<domain>(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?)/)?"
    rf"(?P<path>{_PATH_PART}(?:/{_PATH_PART})*))"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_NAME_MAX_LENGTH = 255
# name, ":" and tag, "@" and the longest digest in use (sha512).
_MAX_LENGTH = _NAME_MAX_LENGTH + 129 + 140
_DIGEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Image:
    """A parsed reference.

    Attributes:
        registry: host and port, "" for the runtime's default registry.
        path: for example kubeflownotebookswg/jupyter-scipy.
        tag: "" when there is none.
        digest: algorithm and hex, "" when there is none.
    """

    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def short(self) -> str:
        """For lists: without registry, with tag, else with the digest's beginning."""
        return self.path + self._version

    @property
    def leaf(self) -> str:
        """The last part of the path, with its version: jupyter-scipy:v1.8.0."""
        return self.path.rpartition("/")[2] + self._version

    @property
    def _version(self) -> str:
        if self.tag:
            return f":{self.tag}"
        hexadecimal = self.digest.partition(":")[2]
        return f"@{hexadecimal[:_DIGEST_SHOWN]}" if hexadecimal else ""


def parse_image(reference: str) -> Image | None:
    """Reads a reference; None when it breaks the grammar. Pure."""
    match = _REFERENCE.fullmatch(reference) if len(reference) <= _MAX_LENGTH else None
    if match is None or len(match["name"]) > _NAME_MAX_LENGTH:
        return None
    domain, path = match["domain"] or "", match["path"]
    if domain and not _is_registry(domain):
        # "team/lab": what looks like a host without dot or port belongs to the path.
        domain, path = "", f"{domain}/{path}"
    return Image(domain, path, match["tag"] or "", match["digest"] or "")


def image_problem(reference: str) -> str | None:
    """What is wrong with a reference and what to type instead; None when it is right. Pure."""
    if not reference:
        return "An image is needed, for example registry.example.com/team/lab:1.2."
    return None if parse_image(reference) else _remedy(reference)


def _remedy(reference: str) -> str:
    if any(character.isspace() for character in reference):
        return "An image has no spaces, for example team/lab:1.2."
    if "://" in reference:
        return "Leave out https://, for example registry.example.com/lab:1.2."
    if len(reference) > _NAME_MAX_LENGTH:
        return f"{len(reference)} characters; the name of an image has at most {_NAME_MAX_LENGTH}."
    if parse_image(reference.lower()):
        return f"The name of an image is lower case: {reference.lower()}."
    return (
        "Not an image reference: it looks like team/lab:1.2 or registry.example.com:5000/lab:1.2."
    )


def _is_registry(domain: str) -> bool:
    return domain == "localhost" or "." in domain or ":" in domain or domain != domain.lower()
