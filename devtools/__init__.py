"""Everything behind ./dev. Standard library only: it runs before any library is installed."""
