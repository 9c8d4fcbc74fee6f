"""The controllers of the sandbox: each a pure plan and a small loop that applies it."""
