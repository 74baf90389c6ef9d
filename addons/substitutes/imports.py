"""Cross-reference lists from files: each row says which numbers replace which.

A row may hold several numbers on either side: it then means every pair of them. Remarks in two languages are
kept together as the condition of the pair. Rows whose parts are not all ours become references.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product as every
from typing import Any

from addons.substitutes.services.cross_references import (
    Side,
    look_up,
    sides_of,
    write_pairs,
    write_references,
)
from addons.substitutes.words import FITS
from core.exchange.convert import boolean, choice, text
from core.exchange.targets import Document, Target, TargetField, TargetOption, Targets, headings
from core.i18n import _, _l
from core.security.actor import actor_of

targets = Targets()
#: Of a cell with several numbers.
LONGEST = 1000


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Propose the pairs of each row, and keep what is not known as references."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    cells = [c for d in documents for c in (d.rows[0].values["part"], d.rows[0].values["substitute"])]
    hits = look_up(session, company_id, cells)
    plans = [_Plan(document, hits, options) for document in documents]
    pairs = [pair for plan in plans for pair in plan.pairs]
    known = write_pairs(session, company_id, pairs)
    for plan in plans:
        plan.finish(known, write_references(session, company_id, plan.references))


class _Plan:
    """What one row becomes."""

    def __init__(self, document: Document, hits: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self.document = document
        self.pairs: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        values = document.rows[0].values
        self.kept = {
            "fit": values["fit"] or "same_footprint",
            "both_ways": bool(values["both_ways"]),
            "condition": _remark(values),
            "source": str(values["source"] or options.get("source") or "")[:LONGEST],
        }
        sides = sides_of(values["part"], hits), sides_of(values["substitute"], hits)
        several = next((side for side in (*sides[0], *sides[1]) if side.matches > 1), None)
        if several is not None:
            document.refuse(_("Several parts are called %(number)s: use our code.", number=several.number))
            return
        for part, other in _distinct(*sides):
            self._plan(part, other, values)

    def _plan(self, part: Side, other: Side, values: Mapping[str, Any]) -> None:
        if part.product_id is not None and other.product_id is not None:
            self.pairs.append({"product_id": part.product_id, "substitute_id": other.product_id, **self.kept})
            return
        self.references.append(
            {
                "number": part.number,
                "maker": values["maker"] or "",
                "substitute_number": other.number,
                "substitute_maker": values["substitute_maker"] or "",
                "product_id": part.product_id,
                "substitute_id": other.product_id,
                **self.kept,
            }
        )

    def finish(self, known: Mapping[Any, int], references: Sequence[int]) -> None:
        """Say what became of the row."""
        if self.document.state == "bad":
            return
        ids = [known[pair["product_id"], pair["substitute_id"]] for pair in self.pairs]
        if not ids and not references:
            self.document.refuse(_("A part can't stand in for itself: name another one."), "substitute")
        else:
            self.document.booked((ids or list(references))[0])


def _distinct(parts: Sequence[Side], others: Sequence[Side]) -> Iterator[tuple[Side, Side]]:
    for part, other in every(parts, others):
        same = part.product_id is not None and part.product_id == other.product_id
        if not same and part.number != other.number:
            yield part, other


def _remark(values: Mapping[str, Any]) -> str:
    said = dict.fromkeys(filter(None, (values["remark"], values["remark_2"])))
    return "; ".join(said)[:LONGEST]


targets.add(
    Target(
        name="substitute",
        title=_l("Substitutes"),
        permission="substitutes.write",
        book=book,
        fields=(
            TargetField(
                "part",
                _l("Part"),
                text(LONGEST),
                required=True,
                aliases=headings(
                    "Original part, Part number, Competitor part number, Original MPN, Original, MPN, From",
                    "原型号, 原料号, 原厂型号, 竞品型号, 被替代型号, 原物料, 型号, 原物料 型号, 原型号 型号",
                ),
            ),
            TargetField(
                "maker",
                _l("Maker"),
                text(200),
                aliases=headings(
                    "Manufacturer, Brand, Original maker, Competitor, 品牌, 原品牌, 厂家, 原厂, 原物料 品牌"
                ),
            ),
            TargetField(
                "substitute",
                _l("May be replaced by"),
                text(LONGEST),
                required=True,
                aliases=headings(
                    "Substitute, Replacement, Alternative, Equivalent, Cross reference, Our part number, To",
                    "替代型号, 替代料号, 替代料, 代用型号, 对应型号, 我司型号, 可替代型号, 替代料 型号",
                ),
            ),
            TargetField(
                "substitute_maker",
                _l("Maker of the substitute"),
                text(200),
                aliases=headings("Replacement maker, Alternative maker, 替代品牌, 替代厂家, 替代料 品牌"),
            ),
            TargetField("fit", _l("Fit"), choice(FITS), aliases=headings("匹配, 匹配程度, 替代方式")),
            TargetField("both_ways", _l("Both ways"), boolean(), aliases=headings("双向, 互相替代")),
            TargetField(
                "remark",
                _l("Condition"),
                text(LONGEST),
                aliases=headings("Remark, Remarks, Note, Notes, Comment, Conditions, Remark EN"),
            ),
            TargetField(
                "remark_2",
                _l("Condition, second language"),
                text(LONGEST),
                aliases=headings("备注, 说明, 差异说明, 备注说明, 中文备注, Remark CN"),
            ),
            TargetField("source", _l("Source"), text(200), aliases=headings("来源, 出处")),
        ),
        options=(
            TargetOption(
                "source",
                _l("Source"),
                text(200),
                help=_l("Who made the list, where its rows don't say it."),
            ),
        ),
        help=_l(
            "A cell may hold several numbers. Numbers that are no parts of yours are kept as references."
        ),
    )
)
