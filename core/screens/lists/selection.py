"""Which records of a list an act is for: those that were ticked, or all that match."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.db import AnySession
from core.errors import UserError
from core.i18n import _, locale_code
from core.screens.fields import number_text
from core.screens.lists.query import ListQuery

#: How many records one act is for at most.
MOST = 100_000


class SelectionError(UserError):
    """Nothing, or too much, is selected; says what to do."""


@dataclass(frozen=True)
class Selection:
    """The ids that were ticked; none of them means all that match."""

    query: ListQuery
    ids: tuple[int, ...] = ()
    #: Which of them the act is possible for, built from the model; None for all.
    possible: Callable[[Any], Any] | None = None

    @property
    def chosen(self) -> ListQuery:
        """The query of what is selected: only what still matches, and only what the user may see."""
        return self.query.chosen(self.ids) if self.ids else self.query

    @property
    def touched(self) -> ListQuery:
        """The query of what the act is possible for."""
        chosen = self.chosen
        return chosen if self.possible is None else chosen.where_also(self.possible(chosen.plan.cls))

    def size(self, session: AnySession) -> int:
        """How many records are selected now; raises SelectionError for none."""
        found = int(session.scalar(self.chosen.exact_count()) or 0)
        if not found:
            raise SelectionError(_("Nothing is selected any more. Reload the list and choose again."))
        return found

    def count(self, session: AnySession) -> int:
        """How many the act will touch, exactly; raises SelectionError for none and for too many."""
        found = int(session.scalar(self.touched.exact_count()) or 0)
        if not found:
            raise SelectionError(_("This is possible for none of the selected records as they are now."))
        if found > MOST:
            most = number_text(MOST, locale_code())
            raise SelectionError(
                _("At most %(most)s records at once: narrow the list down first.", most=most)
            )
        return found

    def records(self, session: AnySession) -> list[tuple[int, str]]:
        """(id, label) of each, in the order of the list."""
        return [(key, str(label or key)) for key, label in session.execute(self.touched.ids())]


def read_ids(form: Mapping[str, str]) -> tuple[int, ...]:
    """The ids that a page sends as `17,18,19`."""
    texts = form.get("ids", "").split(",", MOST + 1)[: MOST + 1]
    return tuple(dict.fromkeys(int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 19))


def read_selection(query: ListQuery, form: Mapping[str, str]) -> Selection:
    """What a page sends: `all=1`, or ids; raises SelectionError where it sends neither."""
    ids = read_ids(form)
    if not ids and form.get("all") != "1":
        raise SelectionError(_("Select the records first."))
    return Selection(query, () if form.get("all") == "1" else ids)
