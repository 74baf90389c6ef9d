"""Addons: their manifests, where they are found, in which order they stand, and how they come and go."""
