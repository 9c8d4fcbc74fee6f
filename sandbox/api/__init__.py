"""The sandbox's API server: parse -> authentication -> authorisation -> admission -> storage."""
