"""What people do by keys alone, told once for all stories."""

from playwright.sync_api import Page


def press(page: Page, name: str) -> None:
    """Press a button, or follow a link, of this name."""
    page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    ).first.focus()
    page.keyboard.press("Enter")


def write(page: Page, field: str, text: str) -> None:
    """Type into the field that this selector finds, in place of what stands there."""
    page.locator(field).first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
