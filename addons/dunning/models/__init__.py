"""Steps, runs and letters."""
