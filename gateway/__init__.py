"""The door: outermost ASGI middleware that guards the app and proxies to the notebooks."""
