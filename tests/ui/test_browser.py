from __future__ import annotations

import json
import re

from ui.browser import post_then_go


def test_given_texts_that_would_end_a_script_when_told_then_they_stay_text() -> None:
    hostile = '</script><script>alert(1)</script><!--"\\'

    html = post_then_go("/session/open", hostile, then=hostile, failed=hostile)

    assert html.count("<script>") == html.count("</script>") == 1
    assert "<!--" not in html
    told = re.search(r"const place = (.*);", html)
    assert told
    assert json.loads(told[1]) == {
        "post": "/session/open", "body": hostile, "next": hostile, "failed": hostile,
    }  # fmt: skip
