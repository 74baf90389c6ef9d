"""Record rules: which rows a session may see, added to every ORM query so that none can forget them."""

from typing import Any

from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from core.records.models import CompanyOwned
from core.security.actor import actor_of

#: `select(...).execution_options(**ALL_COMPANIES)` for the few acts that span companies.
ALL_COMPANIES = {"all_companies": True}


def add_company_rule(state: ORMExecuteState) -> None:
    """Show only the records of the company that the session works in."""
    company_id = actor_of(state.session).company_id
    if company_id is None or not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    if state.execution_options.get("all_companies"):
        return
    state.statement = state.statement.options(
        with_loader_criteria(CompanyOwned, _of_company(company_id), include_aliases=True)
    )


def _of_company(company_id: int) -> Any:
    return lambda cls: cls.company_id == company_id
