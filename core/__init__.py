"""The host: knows no addon and no business document."""
