"""Fragments, and how an application composes them into mapped classes."""

from core.models.fragment import Model, relationship
from core.models.registry import Composition, CompositionError, FragmentSource, compose

__all__ = ["Composition", "CompositionError", "FragmentSource", "Model", "compose", "relationship"]
