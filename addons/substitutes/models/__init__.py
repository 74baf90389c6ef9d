"""Pairs of parts, what customers took and refuse, and what order lines keep of it."""
