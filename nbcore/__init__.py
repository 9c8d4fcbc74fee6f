"""The core: what a notebook is, what people may do with it, how that reaches Kubernetes."""
