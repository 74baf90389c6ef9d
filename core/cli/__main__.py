"""`python -m core.cli`, the same as `bincard`."""

from core.cli import main

main()
