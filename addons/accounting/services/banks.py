"""Bank accounts as banks write them."""

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from core.errors import UserError
from core.i18n import _


class BankError(UserError):
    """It is no number of an account or of a bank; says what is wrong with it."""


def plain_iban(iban: str) -> str:
    """An IBAN without blanks, in capitals; raises BankError where its digits don't agree."""
    try:
        return str(ibans.validate(iban or ""))
    except ValidationError as error:
        raise BankError(_("“%(iban)s” is no IBAN: its check digits don't agree.", iban=iban)) from error


def plain_bic(bic: str) -> str:
    """A BIC in capitals, or nothing; raises BankError."""
    if not bic.strip():
        return ""
    try:
        return str(bics.validate(bic))
    except ValidationError as error:
        raise BankError(_("“%(bic)s” is no BIC: it has 8 or 11 characters.", bic=bic)) from error


def grouped(number: str) -> str:
    """A number as it is read out: `DE89 3704 0044 0532 0130 00`."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
