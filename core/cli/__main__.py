"""`python -m core.cli` is `bincard`, where no script of that name is on the path."""

from core.cli import main

main()
