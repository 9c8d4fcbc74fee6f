"""A single-machine stand-in for a Kubernetes cluster: API server, controllers, and a node."""
