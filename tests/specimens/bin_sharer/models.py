"""Extends substitutes by all hooks: a source, a filter, an order."""

from addons.substitutes.models import pairs
from addons.substitutes.services.asking import Found
from addons.substitutes.services.candidates import usual_order
from core import m


class Substitute(pairs.Substitute):
    @classmethod
    def sources(cls, session, lines):
        """Whatever is said to share a bin."""
        found = list(super().sources(session, lines))
        for part in session.query(m.Product).filter(m.Product.description.startswith("shares ")):
            found += [
                Found(line.key, part.id, state="approved", because=["lies in the same bin"]) for line in lines
            ]
        return found

    @classmethod
    def allowed(cls, session, lines, found):
        thick = {row.id for row in session.query(m.Product).filter(m.Product.description.contains("thick"))}
        return [one for one in super().allowed(session, lines, found) if one.product_id not in thick]

    @classmethod
    def ranked(cls, line, offered):
        return sorted(offered, key=lambda one: (not one.code.startswith("HOUSE"), *usual_order(one)))
