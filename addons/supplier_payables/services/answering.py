"""What a supplier answers to a statement is a list of theirs like any other.

Example: of 100 at 1.00 and 50 at 2.00 the supplier says that the first were 80, and of the second “not ours”.
In the workbench 80 at 1.00 stand opposite our 100, a quantity that differs; and 50 at 2.00 opposite our 50,
disputed with these words, seen to by whoever asked. A line that it says nothing of agrees; one whose right
quantity is 0 is only ours. Which line is which is known, so that nothing is matched by likeness.

An answer takes the place of no list that is there already.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from addons.matching.services.comparing import Side
from addons.matching.services.grouping import group
from addons.matching.services.lines import Line, Match, Tolerances
from addons.matching.services.reading import TheirList
from addons.matching.services.verdicts import Duplicates, alone, verdict
from addons.supplier_payables.services import uploading
from addons.supplier_payables.services.confirming import link_of
from addons.supplier_payables.services.creation import refuse_posted
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

#: Of each line what is right, as `quantity` and `price`, by its id.
Figures = Mapping[int, Mapping[str, Decimal]]


def take_answer(
    session: AnySession,
    statement: Any,
    agreed: bool,
    by: str,
    note: str,
    remarks: Mapping[int, str],
    figures: Figures,
) -> None:
    """Raises PayablesError where it is posted, has a list already, or the answer contradicts itself."""
    acts.require(session, uploading.SEND)
    (row,) = acts.locked(session, m.PayablesStatement, [statement])
    refuse_posted([row])
    _refuse(row, agreed, note, remarks, figures)
    ours = uploading.our_lines(session, row.id)
    unknown = _("Of this line nothing can be said here: write a note.")
    PayablesError.refuse({key: unknown for key in {*remarks, *figures} - {line.key for line in ours}})
    found = _said(ours, figures)
    name = _("answer of %(name)s", name=by.strip())
    uploading.keep(session, row, found, name, None, lambda us, them: _paired(session, row, us, them, found))
    _dispute(session, row, {key: words for key, words in remarks.items() if words.strip()}, note)
    record(session, "confirm" if agreed else "dispute", "payables.statement", [row.id])


def _refuse(row: Any, agreed: bool, note: str, remarks: Mapping[int, str], figures: Figures) -> None:
    if row.list_name:
        raise PayablesError(_("Your list is here already: write to us instead."))
    if agreed and (remarks or figures):
        raise PayablesError(_("Confirm the statement, or say what is wrong with its lines: not both."))
    if not agreed and not (remarks or figures or note.strip()):
        raise PayablesError(_("Say what is wrong: beside the line, or in the note."))
    if any(said.get("quantity", 0) < 0 or said.get("price", 0) < 0 for said in figures.values()):
        raise PayablesError(_("Give quantities and prices above zero, or 0 for what never was."))


def _said(ours: Sequence[Line], figures: Figures) -> TheirList:
    """Our lines as the supplier finds them right, each with the number of the line that it answers."""
    found = TheirList()
    for place, line in enumerate(ours, start=1):
        said = figures.get(line.key, {})
        quantity = said.get("quantity", abs(line.quantity)) * (-1 if line.quantity < 0 else 1)
        if quantity:
            amount = None if said else line.amount
            price = said.get("price", line.price)
            papers = (line.parts, line.order, line.delivery, line.day, line.text)
            found.lines.append(Line(place, quantity, price, *papers, amount))
            found.rows[place] = ("", place)
    return found


def _paired(
    session: AnySession, row: Any, ours: Sequence[Line], theirs: Sequence[Line], found: TheirList
) -> list[Match]:
    """Each line of ours with the answer to it; `theirs` are kept in the order in which they were said."""
    tolerances = uploading.tolerances_of(session, row)
    answers = {line.key: kept for line, kept in zip(found.lines, theirs, strict=True)}
    return [_pair(line, answers.get(place), tolerances) for place, line in enumerate(ours, start=1)]


def _pair(ours: Line, theirs: Line | None, tolerances: Tolerances) -> Match:
    us = Side(ours)
    if theirs is None:
        return alone(us, None, tolerances, Duplicates(()))
    them = Side(theirs)
    group([us], [them])
    return verdict([us], [them], tolerances)


def _dispute(session: AnySession, row: Any, remarks: Mapping[int, str], note: str) -> None:
    """What is wrong in words; a note alone is about the whole, and stands with the list."""
    link, line = link_of(session, row.id), m.PayablesLine
    owner = link.user_id if link is not None else None
    for key, words in remarks.items():
        match = session.get_one(line, key, populate_existing=True).match_id
        m.PayablesMatch.dispute(session, [match], words, owner)
