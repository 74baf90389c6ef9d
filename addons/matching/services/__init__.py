"""Read a list of theirs, and assign its lines to ours."""
