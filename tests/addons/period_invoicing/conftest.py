"""A desk whose customers are invoiced by period."""

import pytest

from core.db import db
from tests.addons.sales.conftest import Desk


@pytest.fixture
def desk(company):
    made = Desk(company)
    db.session.commit()
    return made
