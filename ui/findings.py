"""The lines of "Will it start?"."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from nbcore.findings import Finding, Verdict
from ui.markdown import escape

_ICONS = {
    Verdict.FINE: ":green[:material/check_circle:]",
    Verdict.WAITS: ":orange[:material/schedule:]",
    Verdict.NOT_CHECKED: ":gray[:material/help:]",
    Verdict.REFUSED: ":red[:material/error:]",
}


def draw(findings: Iterable[Finding]) -> None:
    """Draws one line a finding, with the server's own words one click below."""
    for finding in findings:
        st.markdown(f"{_ICONS[finding.verdict]} {escape(finding.message)}")
        if finding.detail:
            with st.expander("What the cluster said"):
                st.code(finding.detail, language=None, wrap_lines=True)
