"""Archive and restore: what lists of models with a column `active` may do with many records."""

from typing import Any

from core.i18n import _, _l
from core.screens.tree import BulkAction


def archive(_session: Any, record: Any) -> str:
    """Take the record out of use; what refers to it keeps it."""
    record.active = False
    return _("Archived.")


def restore(_session: Any, record: Any) -> str:
    """Put the record into use again."""
    record.active = True
    return _("Restored.")


def archiving(permission: str) -> list[BulkAction]:
    """The two acts, for whoever has the permission."""
    return [
        BulkAction(
            "archive",
            _l("Archive"),
            action=archive,
            permission=permission,
            visible=lambda record: bool(record.active),
            bulk=lambda model: model.active,
            undo="restore",
        ),
        BulkAction(
            "restore",
            _l("Restore"),
            action=restore,
            permission=permission,
            visible=lambda record: not record.active,
            bulk=lambda model: ~model.active,
            undo="archive",
        ),
    ]
