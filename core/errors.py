"""The one kind of error whose text is meant for a person."""


class UserError(Exception):
    """A refusal that the user can act on; its text says what is wrong and what to do next.

    Services raise subclasses named after the case (`class CreditHoldError(UserError)`); screens show the
    text, the API answers 409 with it. Every other exception is a fault of ours.
    """
