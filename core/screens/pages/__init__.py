"""The HTTP pages of lists, forms and what stands around them."""

from core.screens.pages import bulk, cells, entry, forms, home, jobs, lists, panel, tours, views

BLUEPRINTS = tuple(page.bp for page in (home, lists, views, bulk, cells, entry, forms, panel, jobs, tours))
