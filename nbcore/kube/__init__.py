"""The only code that talks to a Kubernetes API for the app and the controller."""
