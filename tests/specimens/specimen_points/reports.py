"""One line under another addon's table."""

from core.documents import Documents

documents = Documents()
documents.add(
    "specimen.statement",
    slot="after_lines",
    template="specimen_points/points.html",
    context=lambda record: {"points": len(record.lines) * 10},
)
