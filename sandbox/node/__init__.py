"""The node of the sandbox: runs the pods that are bound to it as process trees of this machine."""
