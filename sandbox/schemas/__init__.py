"""The schemas of Kubernetes' built-in kinds, as data, and the script that makes them."""
