"""The verbs of statements: preview, create, render, release, send, redo."""
