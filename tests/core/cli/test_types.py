"""The stub by which mypy and editors see the composed models."""

from core.cli.stubs import STUB, product_app, stub


def test_the_stub_is_up_to_date():
    assert STUB.read_text(encoding="utf-8") == stub(product_app()), "run `bincard addon types`"


def test_the_stub_has_what_extensions_add():
    text = stub(product_app())
    partner = text[text.index("class Partner(_Composed):") : text.index("class PartnerContact(")]
    for line in (
        "    statement_cycle: Mapped[str]\n",
        "    currency_code: Mapped[str | None]\n",
        "    company: Mapped[Company]\n",
        "    contacts: Mapped[list[PartnerContact]]\n",
        "    def addresses_for(self, role: str) -> str: ...\n",
    ):
        assert line in partner
