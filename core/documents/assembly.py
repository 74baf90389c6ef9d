"""The PDF of a replayed page: what its shape has kept, and its own contents, fonts, names and data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.documents.blocks import file_of
from core.documents.further_fonts import further_fonts
from core.documents.replay import Kept, Shape
from core.documents.skeleton import Page


def assembled(
    shape: Shape,
    faces: Mapping[str, Any],
    page: Page,
    identify: Callable[[Any], None],
    attachments: Sequence[Any],
) -> bytes:
    """The PDF of a page of this shape; raises UnfitError."""
    import pydyf

    contents, further = shape.contents(page)
    pdf = pydyf.PDF()
    pdf.objects = [None] * shape.block.count
    pdf.catalog = _put(pdf, shape.catalog, pydyf.Dictionary(shape.objects[shape.catalog]))
    for (number, _parts), content in zip(shape.pages, contents, strict=True):
        _put(pdf, number, pydyf.Stream([content], compress=True))
    fonts = _put(pdf, shape.fonts, pydyf.Dictionary(shape.objects[shape.fonts]))
    if further:
        fonts.update(further_fonts(pdf, faces, further))
    _attach(pdf, attachments)
    identify(pdf)
    pdf.add_object(pdf.info)
    own = ((n, Kept(one)) for n, one in enumerate(pdf.objects) if one is not None)
    return file_of(shape.block, own, pdf.catalog.reference, pdf.info.reference)


def _put(pdf: Any, number: int, one: Any) -> Any:
    one.number = number
    pdf.objects[number] = one
    return one


def _attach(pdf: Any, attachments: Sequence[Any]) -> None:
    """Embed files, as WeasyPrint does, each listed once."""
    import pydyf
    from weasyprint.pdf.anchors import write_pdf_attachment

    if not attachments:
        return
    files = [write_pdf_attachment(pdf, attachment, True) for attachment in attachments]
    names = pydyf.Dictionary({"Names": pydyf.Array()})
    for attachment, file in zip(attachments, files, strict=True):
        file["AFRelationship"] = f"/{attachment.relationship}"
        names["Names"] += [file["F"], file.reference]
    pdf.add_object(names)
    pdf.catalog["Names"] = pydyf.Dictionary({"EmbeddedFiles": names.reference})
    pdf.catalog["AF"] = pydyf.Array(file.reference for file in files)
