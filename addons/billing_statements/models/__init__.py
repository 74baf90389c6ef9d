"""Statement runs, statements, and what customers say of them."""
