"""Text from objects and people, made harmless for Streamlit's Markdown. Pure."""

from __future__ import annotations

import re

# CommonMark lets every ASCII punctuation character be escaped
# (https://spec.commonmark.org/0.31.2/#backslash-escapes).
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Emoji (:smile:), icons (:material/x:) and bare links are found in the text after escapes are gone;
# an invisible word joiner after these characters keeps them text.
_AFTER_PARSING = re.compile(r"(\\[:@]|www)(?=\S)")
_WORD_JOINER = "\u2060"


def escape(text: str) -> str:
    """The text such that Markdown shows it letter by letter, in one paragraph. Pure.

    No link, image, icon, colour, formula, heading, list or HTML can come out of it.
    """
    one_line = " ".join(text.split())
    escaped = _PUNCTUATION.sub(r"\\\1", one_line)
    return _AFTER_PARSING.sub(rf"\1{_WORD_JOINER}", escaped)
