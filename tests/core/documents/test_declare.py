"""What fits together, and what is said when it doesn't."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from core.documents import DocumentError, Documents
from core.documents.declare import Registry, collect
from core.loader.discovery import AddonSource
from core.loader.manifest import Manifest


def source(name: str, *depends: str) -> AddonSource:
    needed = tuple(Requirement(d) for d in depends)
    return AddonSource(name, f"addons.{name}", Path("/nowhere"), Manifest(Version("1"), name, depends=needed))


def billing() -> Documents:
    documents = Documents()
    documents.define(
        "billing.statement",
        title="Statement",
        template="billing/statement.html",
        filename=lambda record: "statement.pdf",
        context=lambda record: {},
        slots=("after_header", "after_lines"),
    )
    return documents


def adding(document: str, slot: str) -> Documents:
    documents = Documents()
    documents.add(document, slot=slot, template="x/part.html", context=lambda record: {})
    return documents


def together(*declared: tuple[AddonSource, Documents]) -> Registry:
    return collect(declared, [source for source, _ in declared])


def test_additions_of_several_addons_keep_the_order_of_the_addons() -> None:
    registry = together(
        (source("billing"), billing()),
        (source("loyalty", "billing"), adding("billing.statement", "after_lines")),
        (source("advice", "loyalty"), adding("billing.statement", "after_lines")),
    )
    slots = registry.find("billing.statement").slots
    assert {slot: [part.addon for part in parts] for slot, parts in slots.items()} == {
        "after_header": [],
        "after_lines": ["loyalty", "advice"],
    }


def test_a_slot_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(DocumentError) as caught:
        together(
            (source("billing"), billing()),
            (source("loyalty", "billing"), adding("billing.statement", "afterlines")),
        )
    assert str(caught.value) == (
        "loyalty fills the slot 'afterlines' of 'billing.statement', which has none of this name; "
        "its slots: after_header, after_lines"
    )


def test_an_unknown_document_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(DocumentError) as caught:
        together(
            (source("billing"), billing()),
            (source("loyalty", "billing"), adding("billing.bill", "after_lines")),
        )
    assert str(caught.value) == (
        "loyalty adds to the document 'billing.bill', which no installed addon defines; "
        "known: billing.statement"
    )


def test_adding_to_an_addon_that_the_manifest_does_not_name_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        together(
            (source("billing"), billing()), (source("loyalty"), adding("billing.statement", "after_lines"))
        )
    assert str(caught.value) == (
        "loyalty adds to the document 'billing.statement' of billing, "
        "but its manifest does not depend on billing"
    )


def test_two_addons_defining_one_document_are_both_named() -> None:
    with pytest.raises(DocumentError) as caught:
        together((source("billing"), billing()), (source("invoicing"), billing()))
    assert str(caught.value) == "billing and invoicing both define the document 'billing.statement'"


def test_asking_for_an_unknown_document_lists_the_known_ones() -> None:
    with pytest.raises(DocumentError) as caught:
        together((source("billing"), billing())).find("sales.order")
    assert str(caught.value) == (
        "no installed addon defines the document 'sales.order'; known: billing.statement"
    )
