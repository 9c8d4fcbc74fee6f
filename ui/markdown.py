"""Text from objects and people, made harmless for Streamlit's Markdown. Pure."""

from __future__ import annotations

import re

# CommonMark lets every ASCII punctuation character be escaped
# (https://spec.commonmark.org/0.31.2/#backslash-escapes).
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Emoji (:smile:), icons (:material/x:), links and addresses are found in the text after escapes
# are gone. An invisible word joiner keeps them text; nowhere else, for people copy what they see,
# and an image's reference (host:5000/lab:1.2@sha256:...) has to stay what it is.
_AFTER_PARSING = re.compile(
    r"(?<=:)(?=(?:material/)?[\w+-]+:|//)|(?<=www)(?=\.)|(?<=@)(?=[\w-]+\.)", re.IGNORECASE
)
_WORD_JOINER = "\u2060"


def escape(text: str) -> str:
    """The text such that Markdown shows it letter by letter, in one paragraph. Pure.

    No link, image, icon, colour, formula, heading, list or HTML can come out of it.
    """
    one_line = " ".join(text.split())
    return _PUNCTUATION.sub(r"\\\1", _AFTER_PARSING.sub(_WORD_JOINER, one_line))
