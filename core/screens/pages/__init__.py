"""The HTTP pages of lists, forms and what stands around them."""

from core.screens.pages import bulk, cells, forms, home, jobs, lists, panel, tours, views

BLUEPRINTS = tuple(page.bp for page in (home, lists, views, bulk, cells, forms, panel, jobs, tours))
