"""Keeps a StatefulSet and a Service for every Notebook, and says truthfully how it is."""
