"""The club on the statement of account."""

from core.documents import Documents

documents = Documents()
documents.add(
    "billing.statement",
    slot="after_totals",
    template="specimen_club/member.html",
    context=lambda statement: {"club": statement.partner.club},
)
