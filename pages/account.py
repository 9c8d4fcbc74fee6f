"""Who is signed in, and the way out."""

from __future__ import annotations

from ui import account

account.draw()
