"""How a document is paid: to which account, under which reference, and a code that the bank's app reads.

Problem: a number of 22 characters is typed wrong from paper, and a payment without the number of its
document has to be searched for. Rule: where a country has a code for it, the document carries one, and it
says the same as the words beside it. Example: 119.00 EUR to DE89 3704 0044 0532 0130 00 for INV/2026/00017 →
an EPC code (EPC069-12, version 2) with the number as its text. In CHF to CH93 0076 2011 6238 5295 7 → a Swiss
QR code (SIX, Implementation Guidelines 2.3) with a reference by ISO 11649; to a QR-IBAN, whose bank has a
number from 30000 to 31999, with one of 27 digits. All others, and what leaves nothing to pay, have no code.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

from addons.accounting.services.banks import grouped
from core.countries import code_of

#: Countries whose banks take part in SEPA (EPC409-09).
SEPA = frozenset(
    {
        "AD",
        "AL",
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
    }
    | {"IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO"}
    | {"RS", "SE", "SI", "SK", "SM", "VA"}
)
SWISS, SWISS_CURRENCIES = ("CH", "LI"), ("CHF", "EUR")
LEAST, MOST = Decimal("0.01"), Decimal("999999999.99")
#: Names, streets, towns of a Swiss code, a text of it, and an EPC code's text: characters at most.
_NAME, _STREET, _TOWN, _MESSAGE, _REMITTANCE = 70, 70, 35, 140, 140
_RF, _DIGITS = 21, 26
_TOWN_OF = re.compile(r"(?:[A-Z]{1,2}-)?(\d{4,5})\s+(\S.*)")
#: Headings of the Swiss payment part, word for word as its guidelines (annex D) have them, by the language.
SWISS_WORDS = {
    "en": (
        "Payment part",
        "Receipt",
        "Account / Payable to",
        "Reference",
        "Additional information",
        "Payable by",
        "Payable by (name/address)",
        "Currency",
        "Amount",
        "Acceptance point",
    ),
    "de": (
        "Zahlteil",
        "Empfangsschein",
        "Konto / Zahlbar an",
        "Referenz",
        "Zusätzliche Informationen",
        "Zahlbar durch",
        "Zahlbar durch (Name/Adresse)",
        "Währung",
        "Betrag",
        "Annahmestelle",
    ),
    "fr": (
        "Section paiement",
        "Récépissé",
        "Compte / Payable à",
        "Référence",
        "Informations supplémentaires",
        "Payable par",
        "Payable par (nom/adresse)",
        "Monnaie",
        "Montant",
        "Point de dépôt",
    ),
    "it": (
        "Sezione pagamento",
        "Ricevuta",
        "Conto / Pagabile a",
        "Riferimento",
        "Informazioni supplementari",
        "Pagabile da",
        "Pagabile da (nome/indirizzo)",
        "Valuta",
        "Importo",
        "Punto di accettazione",
    ),
}
_HEADINGS = (
    "payment",
    "receipt",
    "account",
    "reference",
    "further",
    "debtor",
    "blank",
    "currency",
    "amount",
    "point",
)
#: What a Swiss code may hold: Latin with its accents, and no other script.
_STRANGE = re.compile("[^ -~\u00a0-\u017f\u0218-\u021b\u20ac]")


@dataclass(frozen=True)
class Address:
    """Whom a Swiss code names: without a house number of its own, which may stand in the street."""

    name: str
    street: str
    postcode: str
    town: str
    country: str

    @property
    def lines(self) -> list[str]:
        """The seven lines of the code."""
        street, town = self.street[:_STREET], self.town[:_TOWN]
        return ["S", self.name[:_NAME], street, "", self.postcode, town, self.country]


@dataclass(frozen=True)
class Paying:
    """A code to pay by, and the words that say the same."""

    #: `epc` or `swiss`.
    kind: str
    iban: str
    bic: str
    holder: str
    amount: Decimal
    currency: str
    #: As it is printed; for machines it has no blanks.
    reference: str
    #: The document's number, as it stands in the code.
    message: str
    #: What the code says.
    payload: bytes
    creditor: Address | None = None
    debtor: Address | None = None

    @property
    def account(self) -> str:
        """The IBAN as it is read."""
        return grouped(self.iban)

    def headings(self, language: str) -> dict[str, str]:
        """The headings of a Swiss payment part, in English where its standard has no other."""
        words = SWISS_WORDS.get(language[:2], SWISS_WORDS["en"])
        return dict(zip(_HEADINGS, words, strict=True))

    @property
    def picture(self) -> str:
        """The code as an SVG in a `data:` address, without a margin."""
        import segno  # for documents that have one

        # Both standards ask for the level M; an EPC code of more than version 13 would be none.
        code = segno.make(self.payload, error="m", micro=False, boost_error=False)
        return str(code.svg_data_uri(border=0, scale=4, omitsize=True))


def paying_of(company: Any, partner: Any, amount: Decimal, currency: str, number: str) -> Paying | None:
    """How this partner pays an amount to the company; None where there is no code for it."""
    iban = company.iban
    if not iban or not number or not LEAST <= amount <= MOST:
        return None
    creditor = _creditor(company)
    if iban[:2] in SWISS and currency in SWISS_CURRENCIES and creditor is not None:
        return _swiss(company, creditor, _debtor(partner), amount, currency, number)
    if iban[:2] in SEPA and currency == "EUR":
        return _epc(company, amount, number)
    return None


def _epc(company: Any, amount: Decimal, number: str) -> Paying:
    holder = company.name[:_NAME]
    number = number[:_REMITTANCE]
    lines = ("BCD", "002", "1", "SCT", company.bic, holder, company.iban, f"EUR{amount:.2f}", "", "", number)
    payload = "\n".join(lines).encode()
    return Paying("epc", company.iban, company.bic, holder, amount, "EUR", number, number, payload)


def _swiss(
    company: Any, creditor: Address, debtor: Address | None, amount: Decimal, currency: str, number: str
) -> Paying:
    kind, reference = _reference(company.iban, number)
    lines = [
        *("SPC", "0200", "1", company.iban),
        *creditor.lines,
        *([""] * 7),
        f"{amount:.2f}",
        currency,
        *(debtor.lines if debtor else [""] * 7),
        *(kind, reference, _latin(number)[:_MESSAGE], "EPD"),
    ]
    return Paying(
        kind="swiss",
        iban=company.iban,
        bic=company.bic,
        holder=creditor.name,
        amount=amount,
        currency=currency,
        reference=_as_printed(kind, reference),
        message=_latin(number)[:_MESSAGE],
        payload="\n".join(lines).encode(),
        creditor=creditor,
        debtor=debtor,
    )


def _reference(iban: str, number: str) -> tuple[str, str]:
    """`QRR` with 27 digits for a QR-IBAN, else `SCOR` by ISO 11649; both made of the document's number."""
    plain = re.sub("[^A-Z0-9]", "", number.upper())
    if "30000" <= iban[4:9] <= "31999":
        digits = "".join(str(int(character, 36)) for character in plain)[-_DIGITS:].zfill(_DIGITS)
        return "QRR", digits + esr.calc_check_digit(digits)
    plain = plain[-_RF:]
    return ("SCOR", f"RF{mod_97_10.calc_check_digits(f'{plain}RF')}{plain}") if plain else ("NON", "")


def _as_printed(kind: str, reference: str) -> str:
    """In fours, or as a QR reference is read: two digits, then fives."""
    if kind != "QRR":
        return grouped(reference)
    return " ".join((reference[:2], *(reference[start : start + 5] for start in range(2, 27, 5))))


def _creditor(company: Any) -> Address | None:
    """None where the company's address does not say a postcode, a town and a country."""
    town, country = _TOWN_OF.fullmatch(company.city.strip()), code_of(company.country)
    if town is None or not country:
        return None
    return Address(_latin(company.name), _latin(company.street), town[1], _latin(town[2]), country)


def _debtor(partner: Any) -> Address | None:
    """None where something is missing, or in a script that the code can't hold: the bank asks for it then."""
    country = code_of(partner.country)
    said = (partner.name, partner.street, partner.postcode, partner.city)
    if (
        not country
        or not all((partner.name, partner.postcode, partner.city))
        or any(map(_STRANGE.search, said))
    ):
        return None
    return Address(partner.name, partner.street, partner.postcode, partner.city, country)


def _latin(words: str) -> str:
    return _STRANGE.sub("", " ".join(words.split()))
