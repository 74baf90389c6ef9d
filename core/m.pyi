"""The composed models, as `bincard addon types` sees them; written by it, not by hand."""

# A column may be called `date`: the types have names that no column has.
from datetime import date as _date
from datetime import datetime as _datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Table
from sqlalchemy.orm import Mapped

class _Composed:
    _name: ClassVar[str]
    _title: ClassVar[str]
    _label: ClassVar[str]
    _audited: ClassVar[bool]
    __table__: ClassVar[Table]
    def __init__(self, **values: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, records: Any, /) -> list[int]: ...
    @classmethod
    def _bulk(cls, session: Any, rows: Any) -> None: ...

class AccountingAccount(_Composed):
    active: Mapped[bool]
    code: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str | None]

class AccountingAllocation(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    credit_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    debit_id: Mapped[int]
    exchange_entry_id: Mapped[int | None]
    id: Mapped[int]
    partner_id: Mapped[int]
    reverses_id: Mapped[int | None]
    side: Mapped[str]
    taken_back_by: Mapped[AccountingAllocation | None]
    @classmethod
    def create(cls, session: Any, records: Any) -> Any: ...
    @classmethod
    def settle(cls, session: Any, pairs: Any, on: _date) -> Any: ...
    @classmethod
    def take_back(cls, session: Any, allocations: Any, on: _date) -> Any: ...

class AccountingBill(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    discount_until: Mapped[_date | None]
    due_date: Mapped[_date]
    early_discount: Mapped[Decimal]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    exchange_rate: Mapped[Decimal | None]
    external_id: Mapped[str | None]
    filed_total: Mapped[Decimal | None]
    id: Mapped[int]
    kind: Mapped[str]
    lines: Mapped[list[AccountingBillLine]]
    net: Mapped[Decimal]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    posted_at: Mapped[_datetime | None]
    reference: Mapped[str]
    reference_key: Mapped[str]
    reversed_by: Mapped[AccountingBill | None]
    reverses: Mapped[AccountingBill | None]
    reverses_id: Mapped[int | None]
    state: Mapped[str]
    taken_back: Mapped[bool]
    tax: Mapped[Decimal]
    taxes: Mapped[list[AccountingBillTax]]
    total: Mapped[Decimal]
    @classmethod
    def compute(cls, session: Any, bills: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, bills: Any) -> Any: ...
    @classmethod
    def debits_of(cls, session: Any, bills: Any) -> Any: ...
    @classmethod
    def lines_of_file(cls, session: Any, partner: Any, invoice: Any, taxes: Any) -> Any: ...
    @classmethod
    def post(cls, session: Any, bills: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, bills: Any, on: _date) -> Any: ...
    @classmethod
    def take_file(
        cls, session: Any, company_id: int, name: str, content: bytes, partner_id: Any = ..., said: Any = ...
    ) -> Any: ...

class AccountingBillLine(_Composed):
    account: Mapped[AccountingAccount | None]
    account_id: Mapped[int | None]
    bill: Mapped[AccountingBill]
    bill_id: Mapped[int]
    claim: Mapped[PricingClaim | None]
    claim_id: Mapped[int | None]
    description: Mapped[str]
    discount: Mapped[Decimal]
    early_quantity: Mapped[Decimal]
    early_value: Mapped[Decimal]
    id: Mapped[int]
    landed_line: Mapped[PurchasingLandedLine | None]
    landed_line_id: Mapped[int | None]
    net: Mapped[Decimal]
    order_quantity: Mapped[Decimal]
    position: Mapped[int]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    purchase_line: Mapped[PurchasingOrderLine | None]
    purchase_line_id: Mapped[int | None]
    quantity: Mapped[Decimal]
    tax: Mapped[AccountingTax | None]
    tax_id: Mapped[int | None]
    tax_within: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class AccountingBillTax(_Composed):
    amount: Mapped[Decimal]
    base: Mapped[Decimal]
    bill: Mapped[AccountingBill]
    bill_id: Mapped[int]
    id: Mapped[int]
    tax: Mapped[AccountingTax]
    tax_id: Mapped[int]

class AccountingClosing(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    id: Mapped[int]
    reversal: Mapped[AccountingEntry | None]
    reversal_id: Mapped[int | None]
    state: Mapped[str]
    until: Mapped[_date]
    @classmethod
    def close(cls, session: Any, closings: Any) -> None: ...
    @classmethod
    def take_back(cls, session: Any, closings: Any) -> None: ...

class AccountingCurrencyRate(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    id: Mapped[int]
    rate: Mapped[Decimal]
    source: Mapped[str]

class AccountingEntry(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    journal: Mapped[AccountingJournal]
    journal_id: Mapped[int]
    lines: Mapped[list[AccountingEntryLine]]
    narration: Mapped[str]
    number: Mapped[str]
    posted_at: Mapped[_datetime | None]
    reverses: Mapped[AccountingEntry | None]
    reverses_id: Mapped[int | None]
    state: Mapped[str]

class AccountingEntryLine(_Composed):
    account: Mapped[AccountingAccount]
    account_id: Mapped[int]
    amount_currency: Mapped[Decimal]
    credit: Mapped[Decimal]
    currency_code: Mapped[str]
    debit: Mapped[Decimal]
    description: Mapped[str]
    entry: Mapped[AccountingEntry]
    entry_id: Mapped[int]
    id: Mapped[int]
    partner: Mapped[Partner | None]
    partner_id: Mapped[int | None]
    @property
    def company_currency(self) -> str: ...

class AccountingInvoice(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    credited_by: Mapped[list[AccountingInvoice]]
    credits: Mapped[AccountingInvoice | None]
    credits_id: Mapped[int | None]
    currency_code: Mapped[str]
    date: Mapped[_date]
    discount_until: Mapped[_date | None]
    due_date: Mapped[_date]
    early_discount: Mapped[Decimal]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    exchange_rate: Mapped[Decimal | None]
    external_id: Mapped[str | None]
    id: Mapped[int]
    kind: Mapped[str]
    lines: Mapped[list[AccountingInvoiceLine]]
    net: Mapped[Decimal]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    posted_at: Mapped[_datetime | None]
    reference: Mapped[str]
    reversed_by: Mapped[AccountingInvoice | None]
    reverses: Mapped[AccountingInvoice | None]
    reverses_id: Mapped[int | None]
    state: Mapped[str]
    tax: Mapped[Decimal]
    taxes: Mapped[list[AccountingInvoiceTax]]
    total: Mapped[Decimal]
    @classmethod
    def compute(cls, session: Any, invoices: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, invoices: Any) -> Any: ...
    @classmethod
    def credit_lines(cls, session: Any, invoice: Any, quantities: Any, on: _date) -> int: ...
    @classmethod
    def post(cls, session: Any, invoices: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, invoices: Any, on: _date) -> Any: ...
    @classmethod
    def statements_of(cls, session: Any, invoices: Any) -> Any: ...

class AccountingInvoiceLine(_Composed):
    credits_line_id: Mapped[int | None]
    description: Mapped[str]
    discount: Mapped[Decimal]
    id: Mapped[int]
    invoice: Mapped[AccountingInvoice]
    invoice_id: Mapped[int]
    net: Mapped[Decimal]
    order_line: Mapped[SalesOrderLine | None]
    order_line_id: Mapped[int | None]
    order_quantity: Mapped[Decimal]
    position: Mapped[int]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    quantity: Mapped[Decimal]
    tax: Mapped[AccountingTax | None]
    tax_id: Mapped[int | None]
    tax_within: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    @property
    def remarks(self) -> Any: ...

class AccountingInvoiceTax(_Composed):
    amount: Mapped[Decimal]
    base: Mapped[Decimal]
    id: Mapped[int]
    invoice: Mapped[AccountingInvoice]
    invoice_id: Mapped[int]
    tax: Mapped[AccountingTax]
    tax_id: Mapped[int]

class AccountingJournal(_Composed):
    code: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]

class AccountingNetting(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    exchange_rate: Mapped[Decimal | None]
    id: Mapped[int]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    posted_at: Mapped[_datetime | None]
    reversed_by: Mapped[AccountingNetting | None]
    reverses: Mapped[AccountingNetting | None]
    reverses_id: Mapped[int | None]
    state: Mapped[str]
    @classmethod
    def complete(cls, session: Any, nettings: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, nettings: Any) -> Any: ...
    @classmethod
    def post(cls, session: Any, nettings: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, nettings: Any, on: _date) -> Any: ...

class AccountingOpenItem(_Composed):
    allocated: Mapped[Decimal]
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_amount: Mapped[Decimal]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    discount: Mapped[Decimal]
    discount_until: Mapped[_date | None]
    document: Mapped[str]
    due_date: Mapped[_date]
    entry_line: Mapped[AccountingEntryLine]
    entry_line_id: Mapped[int]
    exchange_rate: Mapped[Decimal]
    id: Mapped[int]
    number: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    reference: Mapped[str]
    side: Mapped[str]
    @property
    def company_currency(self) -> str: ...
    @property
    def residual(self) -> Decimal: ...

class AccountingPayment(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    direction: Mapped[str]
    discount: Mapped[Decimal]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    exchange_rate: Mapped[Decimal | None]
    external_id: Mapped[str | None]
    id: Mapped[int]
    lines: Mapped[list[AccountingPaymentLine]]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    posted_at: Mapped[_datetime | None]
    reference: Mapped[str]
    remainder: Mapped[str]
    reversed_by: Mapped[AccountingPayment | None]
    reverses: Mapped[AccountingPayment | None]
    reverses_id: Mapped[int | None]
    side: Mapped[str]
    state: Mapped[str]
    @classmethod
    def complete(cls, session: Any, payments: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, payments: Any) -> Any: ...
    @classmethod
    def post(cls, session: Any, payments: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, payments: Any, on: _date) -> Any: ...

class AccountingPaymentLine(_Composed):
    amount: Mapped[Decimal]
    discount: Mapped[Decimal]
    id: Mapped[int]
    open_item: Mapped[AccountingOpenItem]
    open_item_id: Mapped[int]
    payment: Mapped[AccountingPayment]
    payment_id: Mapped[int]
    position: Mapped[int]
    @property
    def currency_code(self) -> str: ...

class AccountingPaymentTerm(_Composed):
    active: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    day: Mapped[int]
    days: Mapped[int]
    discount: Mapped[Decimal]
    discount_days: Mapped[int]
    from_month_end: Mapped[bool]
    id: Mapped[int]
    months: Mapped[int]
    name: Mapped[str]

class AccountingRevaluation(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    difference: Mapped[Decimal]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    id: Mapped[int]
    lines: Mapped[list[AccountingRevaluationLine]]
    number: Mapped[str | None]
    opposite: Mapped[AccountingEntry | None]
    opposite_id: Mapped[int | None]
    posted_at: Mapped[_datetime | None]
    replaces: Mapped[AccountingRevaluation | None]
    replaces_id: Mapped[int | None]
    state: Mapped[str]
    @property
    def company_currency(self) -> str: ...
    @classmethod
    def post(cls, session: Any, revaluations: Any) -> None: ...
    @classmethod
    def take_back(cls, session: Any, revaluations: Any) -> None: ...

class AccountingRevaluationLine(_Composed):
    account: Mapped[AccountingAccount]
    account_id: Mapped[int]
    amount: Mapped[Decimal]
    book_value: Mapped[Decimal]
    currency_code: Mapped[str]
    difference: Mapped[Decimal]
    exchange_rate: Mapped[Decimal | None]
    id: Mapped[int]
    kind: Mapped[str]
    open_item: Mapped[AccountingOpenItem | None]
    open_item_id: Mapped[int | None]
    partner: Mapped[Partner | None]
    partner_id: Mapped[int | None]
    position: Mapped[int]
    reason: Mapped[str]
    revaluation: Mapped[AccountingRevaluation]
    revaluation_id: Mapped[int]
    value: Mapped[Decimal | None]
    @property
    def company_currency(self) -> str: ...

class AccountingTax(_Composed):
    account: Mapped[AccountingAccount | None]
    account_id: Mapped[int | None]
    active: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    grouped: Mapped[bool]
    id: Mapped[int]
    included: Mapped[bool]
    input_account: Mapped[AccountingAccount | None]
    input_account_id: Mapped[int | None]
    name: Mapped[str]
    parts: Mapped[list[AccountingTaxPart]]
    rate: Mapped[Decimal]
    @property
    def rates(self) -> Any: ...

class AccountingTaxPart(_Composed):
    group: Mapped[AccountingTax]
    group_id: Mapped[int]
    id: Mapped[int]
    part: Mapped[AccountingTax]
    part_id: Mapped[int]
    position: Mapped[int]

class AccountingWriteOff(_Composed):
    account: Mapped[AccountingAccount | None]
    account_id: Mapped[int | None]
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    exchange_rate: Mapped[Decimal | None]
    id: Mapped[int]
    kind: Mapped[str]
    number: Mapped[str | None]
    open_item: Mapped[AccountingOpenItem]
    open_item_id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    posted_at: Mapped[_datetime | None]
    reason: Mapped[str]
    reversed_by: Mapped[AccountingWriteOff | None]
    reverses: Mapped[AccountingWriteOff | None]
    reverses_id: Mapped[int | None]
    side: Mapped[str]
    state: Mapped[str]
    @classmethod
    def complete(cls, session: Any, write_offs: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, write_offs: Any) -> Any: ...
    @classmethod
    def post(cls, session: Any, write_offs: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, write_offs: Any, on: _date) -> Any: ...

class Addon(_Composed):
    id: Mapped[int]
    installed_at: Mapped[_datetime]
    name: Mapped[str]
    version: Mapped[str]

class ApiReply(_Composed):
    body: Mapped[str]
    created_at: Mapped[_datetime]
    fingerprint: Mapped[str]
    headers: Mapped[Any]
    id: Mapped[int]
    key: Mapped[str]
    status: Mapped[int]
    token_id: Mapped[int]

class ApiToken(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    expires_at: Mapped[_datetime | None]
    id: Mapped[int]
    last_used_at: Mapped[_datetime | None]
    name: Mapped[str]
    prefix: Mapped[str]
    revoked_at: Mapped[_datetime | None]
    scopes: Mapped[list[Any]]
    secret_hash: Mapped[str]
    user: Mapped[User]
    user_id: Mapped[int]

class Attachment(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    document: Mapped[str]
    filename: Mapped[str]
    id: Mapped[int]
    mimetype: Mapped[str]
    model: Mapped[str]
    record_id: Mapped[int | None]
    removed_at: Mapped[_datetime | None]
    sha256: Mapped[str]
    size: Mapped[int]
    user_id: Mapped[int | None]
    user_name: Mapped[str]

class AuditEvent(_Composed):
    action: Mapped[str]
    after: Mapped[Any | None]
    at: Mapped[_datetime]
    before: Mapped[Any | None]
    company_id: Mapped[int | None]
    id: Mapped[int]
    model: Mapped[str]
    record_id: Mapped[int | None]
    request_id: Mapped[str]
    seal_id: Mapped[int | None]
    user_id: Mapped[int | None]
    user_name: Mapped[str]

class AuditSeal(_Composed):
    at: Mapped[_datetime]
    events: Mapped[int]
    hash: Mapped[str]
    id: Mapped[int]

class BillingAnswer(_Composed):
    answered_at: Mapped[_datetime | None]
    answered_by: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    disputes: Mapped[list[BillingDispute]]
    id: Mapped[int]
    link: Mapped[Link | None]
    link_id: Mapped[int | None]
    note: Mapped[str]
    state: Mapped[str]
    statement: Mapped[BillingStatement]
    statement_id: Mapped[int]
    their_list: Mapped[Attachment | None]
    their_list_id: Mapped[int | None]
    @classmethod
    def answer(
        cls,
        session: Any,
        asked: Any,
        agreed: bool,
        by: str,
        note: str = ...,
        remarks: Any = ...,
        figures: Any = ...,
    ) -> None: ...
    @classmethod
    def ask(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def take_list(cls, session: Any, asked: Any, filename: str, contents: bytes) -> None: ...

class BillingDispute(_Composed):
    answer: Mapped[BillingAnswer]
    answer_id: Mapped[int]
    company: Mapped[Company]
    company_id: Mapped[int]
    due: Mapped[_date]
    id: Mapped[int]
    outcome: Mapped[str]
    owner: Mapped[User | None]
    owner_id: Mapped[int | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    quantity: Mapped[Decimal | None]
    reason: Mapped[str]
    settled_at: Mapped[_datetime | None]
    state: Mapped[str]
    statement: Mapped[BillingStatement]
    statement_id: Mapped[int]
    statement_line: Mapped[BillingStatementLine | None]
    statement_line_id: Mapped[int | None]
    unit_price: Mapped[Decimal | None]
    @classmethod
    def settle(cls, session: Any, disputes: Any, outcome: str) -> None: ...

class BillingOpenDocument(_Composed):
    amount: Mapped[Decimal]
    branch: Mapped[Partner | None]
    branch_id: Mapped[int | None]
    date: Mapped[_date]
    document: Mapped[str]
    due_date: Mapped[_date]
    id: Mapped[int]
    number: Mapped[str]
    open_item_id: Mapped[int]
    position: Mapped[int]
    reference: Mapped[str]
    residual: Mapped[Decimal]
    statement_id: Mapped[int]

class BillingRun(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    cycle: Mapped[str]
    id: Mapped[int]
    period_end: Mapped[_date]
    period_start: Mapped[_date]
    released_at: Mapped[_datetime | None]
    state: Mapped[str]
    statements: Mapped[list[BillingStatement]]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def concerns(cls, session: Any, company_id: int, cycles: Any) -> Any: ...
    @classmethod
    def expected(cls, session: Any, partners: Any, period: Any) -> Any: ...
    @classmethod
    def prepare(cls, session: Any, run: Any, partners: Any = ...) -> Any: ...
    @classmethod
    def release(cls, session: Any, runs_made: Any) -> int: ...
    @classmethod
    def retry_mails(cls, session: Any, runs_made: Any) -> int: ...
    @classmethod
    def send(cls, session: Any, runs_made: Any, most: Any = ...) -> Any: ...
    @classmethod
    def start(cls, session: Any, company_id: int, cycle: str, period: Any) -> Any: ...
    @classmethod
    def start_due(cls, session: Any, company_id: int) -> Any: ...

class BillingRunSkip(_Composed):
    id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    reason: Mapped[str]
    run_id: Mapped[int]

class BillingStatement(_Composed):
    answer: Mapped[BillingAnswer | None]
    attachment: Mapped[Attachment | None]
    attachment_id: Mapped[int | None]
    closing: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    credits: Mapped[Decimal]
    currency_code: Mapped[str]
    debits: Mapped[Decimal]
    due_30: Mapped[Decimal]
    due_60: Mapped[Decimal]
    due_90: Mapped[Decimal]
    due_over: Mapped[Decimal]
    form: Mapped[str]
    id: Mapped[int]
    issued_at: Mapped[_datetime]
    lines: Mapped[list[BillingStatementLine]]
    mail: Mapped[MailMessage | None]
    mail_id: Mapped[int | None]
    not_due: Mapped[Decimal]
    number: Mapped[str]
    open_documents: Mapped[list[BillingOpenDocument]]
    opening: Mapped[Decimal]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    period_end: Mapped[_date]
    period_start: Mapped[_date]
    replaces: Mapped[BillingStatement | None]
    replaces_id: Mapped[int | None]
    run: Mapped[BillingRun]
    run_id: Mapped[int]
    state: Mapped[str]
    transferred: Mapped[Decimal]
    unapplied: Mapped[Decimal]
    version: Mapped[int]
    @classmethod
    def create_for(cls, session: Any, run: Any, partners: Any = ..., refused: Any = ...) -> Any: ...
    @classmethod
    def details(cls, session: Any, statement: Any) -> Any: ...
    @classmethod
    def redo(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def release(cls, session: Any, statements: Any) -> None: ...
    @classmethod
    def render(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def send(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def send_again(cls, session: Any, statements: Any, reason: str, after: int) -> Any: ...
    @classmethod
    def send_by_hand(cls, session: Any, statements: Any, letter: Any) -> Any: ...

class BillingStatementLine(_Composed):
    amount: Mapped[Decimal]
    branch: Mapped[Partner | None]
    branch_id: Mapped[int | None]
    date: Mapped[_date]
    document: Mapped[str]
    due_date: Mapped[_date]
    id: Mapped[int]
    kind: Mapped[str]
    live: Mapped[bool]
    number: Mapped[str]
    open_item_id: Mapped[int]
    position: Mapped[int]
    reference: Mapped[str]
    statement_id: Mapped[int]

class Company(_Composed):
    answer_days: Mapped[int | None]
    approval_limit: Mapped[Decimal | None]
    arrears_rate: Mapped[Decimal]
    bic: Mapped[str]
    books_begin: Mapped[_date]
    city: Mapped[str]
    code: Mapped[str]
    cost_method: Mapped[str]
    country: Mapped[str]
    currency_code: Mapped[str]
    early_tax: Mapped[bool]
    email: Mapped[str]
    hold_overdue_days: Mapped[int | None]
    iban: Mapped[str]
    id: Mapped[int]
    is_demo: Mapped[bool]
    locale: Mapped[str]
    logo: Mapped[Attachment | None]
    margin_floor: Mapped[Decimal | None]
    name: Mapped[str]
    payment_details: Mapped[str]
    phone: Mapped[str]
    price_source: Mapped[str]
    rate_age: Mapped[int]
    reprice_tolerance: Mapped[Decimal | None]
    second_release: Mapped[bool]
    street: Mapped[str]
    tax_number: Mapped[str]
    write_off_limit: Mapped[Decimal]
    @property
    def picture(self) -> str: ...

class Currency(_Composed):
    code: Mapped[str]
    digits: Mapped[int]
    id: Mapped[int]
    name: Mapped[str]

class DataImport(_Composed):
    attachment: Mapped[Attachment]
    attachment_id: Mapped[int]
    chosen: Mapped[Any]
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    dry_run: Mapped[bool]
    filename: Mapped[str]
    header: Mapped[list[Any]]
    id: Mapped[int]
    job_id: Mapped[int | None]
    layout: Mapped[Any]
    mapping: Mapped[Any]
    options: Mapped[Any]
    outcomes: Mapped[Any]
    row_count: Mapped[int]
    rows_deleted_at: Mapped[_datetime | None]
    state: Mapped[str]
    target: Mapped[str]
    user_id: Mapped[int | None]

class DataImportRow(_Composed):
    cells: Mapped[list[Any]]
    column: Mapped[str]
    document: Mapped[str]
    id: Mapped[int]
    import_id: Mapped[int]
    number: Mapped[int]
    reason: Mapped[str]
    record_id: Mapped[int | None]
    state: Mapped[str]

class DunningHold(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    open_item: Mapped[AccountingOpenItem | None]
    open_item_id: Mapped[int | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    reason: Mapped[str]
    until: Mapped[_date]

class DunningLetter(_Composed):
    body: Mapped[str]
    by_hand: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    credit: Mapped[Decimal]
    currency_code: Mapped[str]
    date: Mapped[_date]
    fee: Mapped[Decimal]
    id: Mapped[int]
    interest: Mapped[Decimal]
    invoice: Mapped[AccountingInvoice | None]
    invoice_id: Mapped[int | None]
    issued_at: Mapped[_datetime | None]
    left_out: Mapped[str]
    lines: Mapped[list[DunningLine]]
    mail: Mapped[MailMessage | None]
    mail_id: Mapped[int | None]
    number: Mapped[str | None]
    overdue: Mapped[Decimal]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    rate: Mapped[Decimal]
    run: Mapped[DunningRun]
    run_id: Mapped[int]
    state: Mapped[str]
    step: Mapped[DunningStep]
    step_id: Mapped[int]
    subject: Mapped[str]
    total: Mapped[Decimal]
    @classmethod
    def charge(cls, session: Any, letters: Any, on: _date) -> Any: ...
    @classmethod
    def leave_out(cls, session: Any, letters: Any, reason: str) -> None: ...
    @classmethod
    def send(cls, session: Any, letters: Any) -> Any: ...
    @classmethod
    def send_by_hand(cls, session: Any, letters: Any, words: Any) -> Any: ...

class DunningLine(_Composed):
    advances: Mapped[bool]
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    days: Mapped[int]
    due_date: Mapped[_date]
    id: Mapped[int]
    interest: Mapped[Decimal]
    interest_from: Mapped[_date]
    letter: Mapped[DunningLetter | None]
    letter_id: Mapped[int | None]
    live: Mapped[bool]
    number: Mapped[str]
    open_item: Mapped[AccountingOpenItem]
    open_item_id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    reason: Mapped[str]
    reference: Mapped[str]
    run: Mapped[DunningRun]
    run_id: Mapped[int]
    step: Mapped[int]

class DunningRun(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    letters: Mapped[list[DunningLetter]]
    number: Mapped[str | None]
    released_at: Mapped[_datetime | None]
    state: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def cancel(cls, session: Any, runs: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, runs: Any) -> Any: ...
    @classmethod
    def propose(cls, session: Any, runs: Any) -> None: ...
    @classmethod
    def release(cls, session: Any, runs: Any) -> int: ...
    @classmethod
    def send(cls, session: Any, runs: Any) -> Any: ...

class DunningStep(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    days: Mapped[int]
    fee: Mapped[Decimal]
    id: Mapped[int]
    interest: Mapped[bool]
    letter: Mapped[str]
    minimum: Mapped[Decimal]
    name: Mapped[str]
    position: Mapped[int]
    @property
    def company_currency(self) -> str: ...

class HostState(_Composed):
    generation: Mapped[int]
    id: Mapped[int]

class Job(_Composed):
    company_id: Mapped[int | None]
    created_at: Mapped[_datetime]
    error: Mapped[str]
    finished_at: Mapped[_datetime | None]
    id: Mapped[int]
    items: Mapped[list[JobItem]]
    kind: Mapped[str]
    model: Mapped[str]
    params: Mapped[Any]
    planned: Mapped[bool]
    planning_at: Mapped[_datetime | None]
    planning_attempts: Mapped[int]
    record_id: Mapped[int | None]
    started_at: Mapped[_datetime | None]
    state: Mapped[str]
    title: Mapped[str]
    user_id: Mapped[int | None]

class JobItem(_Composed):
    attempts: Mapped[int]
    id: Mapped[int]
    job: Mapped[Job]
    job_id: Mapped[int]
    key: Mapped[str]
    label: Mapped[str]
    params: Mapped[Any]
    position: Mapped[int]
    reason: Mapped[str]
    result: Mapped[Any]
    state: Mapped[str]
    updated_at: Mapped[_datetime]

class Link(_Composed):
    agent: Mapped[str]
    answer: Mapped[str]
    answered_at: Mapped[_datetime | None]
    answered_by: Mapped[str]
    answered_from: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    expires_at: Mapped[_datetime]
    id: Mapped[int]
    locale: Mapped[str]
    made_at: Mapped[_datetime]
    model: Mapped[str]
    note: Mapped[str]
    opened: Mapped[int]
    opened_at: Mapped[_datetime | None]
    purpose: Mapped[str]
    record_id: Mapped[int]
    revoked_at: Mapped[_datetime | None]
    secret: Mapped[str]
    shown: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def address(cls, link: Any) -> str: ...
    @classmethod
    def is_reachable(cls) -> bool: ...
    @classmethod
    def make(cls, session: Any, purpose: str, record: Any, days: int = ..., locale: str = ...) -> Any: ...
    @classmethod
    def revoke(cls, session: Any, links: Any) -> None: ...

class ListDefaultView(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    screen: Mapped[str]
    user_id: Mapped[int | None]
    view_id: Mapped[int]

class ListView(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    name: Mapped[str]
    screen: Mapped[str]
    shared: Mapped[bool]
    state: Mapped[str]
    user_id: Mapped[int]

class LoginFailure(_Composed):
    at: Mapped[_datetime]
    id: Mapped[int]
    key: Mapped[str]

class MailAttachment(_Composed):
    attachment_id: Mapped[int]
    id: Mapped[int]
    message_id: Mapped[int]

class MailAttempt(_Composed):
    at: Mapped[_datetime]
    id: Mapped[int]
    message: Mapped[MailMessage]
    message_id: Mapped[int]
    outcome: Mapped[str]
    response: Mapped[str]

class MailMessage(_Composed):
    attachments: Mapped[list[Attachment]]
    attempt_log: Mapped[list[MailAttempt]]
    attempts: Mapped[int]
    body: Mapped[str]
    cc: Mapped[list[Any]]
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    id: Mapped[int]
    idempotency_key: Mapped[str | None]
    message_id: Mapped[str]
    model: Mapped[str]
    next_attempt_at: Mapped[_datetime]
    record_id: Mapped[int | None]
    response: Mapped[str]
    sender: Mapped[str]
    sent_at: Mapped[_datetime | None]
    state: Mapped[str]
    subject: Mapped[str]
    to: Mapped[list[Any]]
    when_unsure: Mapped[str]

class MailReturn(_Composed):
    address: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    is_bad: Mapped[bool]
    key: Mapped[str]
    kind: Mapped[str]
    message: Mapped[MailMessage]
    message_id: Mapped[int]
    reason: Mapped[str]
    received_at: Mapped[_datetime]
    state: Mapped[str]
    status: Mapped[str]
    @classmethod
    def bad_among(cls, session: Any, addresses: Any) -> Any: ...
    @classmethod
    def settle(cls, session: Any, returned: Any) -> None: ...

class MailTemplate(_Composed):
    body: Mapped[str]
    code: Mapped[str]
    id: Mapped[int]
    locale: Mapped[str]
    subject: Mapped[str]

class Maker(_Composed):
    id: Mapped[int]
    margin_floor: Mapped[Decimal | None]
    name: Mapped[str]

class MatchingMapping(_Composed):
    columns: Mapped[Any]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    owner: Mapped[str]
    @classmethod
    def recall(cls, session: Any, company_id: int, owner: str) -> Any: ...
    @classmethod
    def remember(cls, session: Any, company_id: int, owner: str, columns: Any) -> None: ...

class Menu(_Composed):
    endpoint: Mapped[str]
    icon: Mapped[str]
    id: Mapped[int]
    name: Mapped[str]
    parent_id: Mapped[int | None]
    permission: Mapped[str]
    position: Mapped[int]
    screen: Mapped[str]

class Note(_Composed):
    at: Mapped[_datetime]
    body: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    model: Mapped[str]
    record_id: Mapped[int]
    user_id: Mapped[int | None]
    user_name: Mapped[str]

class Partner(_Composed):
    active: Mapped[bool]
    arrears_rate: Mapped[Decimal | None]
    city: Mapped[str]
    code: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    contacts: Mapped[list[PartnerContact]]
    country: Mapped[str]
    credit_limit: Mapped[Decimal | None]
    currency_code: Mapped[str | None]
    email: Mapped[str]
    id: Mapped[int]
    inspected: Mapped[bool]
    invoicing: Mapped[str]
    is_customer: Mapped[bool]
    is_supplier: Mapped[bool]
    locale: Mapped[str]
    name: Mapped[str]
    partner_group: Mapped[PartnerGroup | None]
    partner_group_id: Mapped[int | None]
    payment_hold: Mapped[str]
    payment_priority: Mapped[int]
    payment_term: Mapped[AccountingPaymentTerm | None]
    payment_term_id: Mapped[int | None]
    phone: Mapped[str]
    postcode: Mapped[str]
    price_breaks: Mapped[str]
    price_source: Mapped[str | None]
    price_tolerance: Mapped[Decimal]
    quantity_tolerance: Mapped[Decimal]
    receipt_price: Mapped[str]
    receipt_tolerance: Mapped[Decimal]
    rounding_tolerance: Mapped[Decimal]
    salesperson: Mapped[User | None]
    salesperson_id: Mapped[int | None]
    settlement: Mapped[str]
    settlement_cycle: Mapped[str]
    statement_before: Mapped[str]
    statement_cycle: Mapped[str]
    statement_days: Mapped[str]
    statement_form: Mapped[str]
    statement_from: Mapped[_date | None]
    statement_invoices: Mapped[str]
    statement_layout: Mapped[str]
    statement_lines: Mapped[bool]
    statement_partner: Mapped[Partner | None]
    statement_partner_id: Mapped[int | None]
    statement_together: Mapped[bool]
    statement_when: Mapped[str]
    statement_workbook: Mapped[bool]
    street: Mapped[str]
    substitution: Mapped[str]
    supplier_term: Mapped[AccountingPaymentTerm | None]
    supplier_term_id: Mapped[int | None]
    supply_priority: Mapped[int]
    tax_number: Mapped[str]
    team: Mapped[Team | None]
    team_id: Mapped[int | None]
    def addresses_for(self, role: str) -> str: ...
    @property
    def all_addresses(self) -> Any: ...
    @property
    def company_currency(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def layout_of_statements(self) -> str: ...
    @property
    def postal_address(self) -> Any: ...

class PartnerContact(_Composed):
    email: Mapped[str]
    id: Mapped[int]
    name: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    phone: Mapped[str]
    role: Mapped[str]

class PartnerGroup(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    name: Mapped[str]

class PayablesLine(_Composed):
    amount: Mapped[Decimal]
    carried: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    kind: Mapped[str]
    match_id: Mapped[int | None]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    order_number: Mapped[str]
    position: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    receipt: Mapped[str]
    statement: Mapped[PayablesStatement]
    statement_id: Mapped[int]
    unit_price: Mapped[Decimal]
    @property
    def currency_code(self) -> str: ...

class PayablesMatch(_Composed):
    agreements: Mapped[str]
    asked_by: Mapped[User | None]
    asked_by_id: Mapped[int | None]
    beyond: Mapped[bool]
    causes: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    decided_at: Mapped[_datetime | None]
    decided_by: Mapped[User | None]
    decided_by_id: Mapped[int | None]
    exact: Mapped[bool]
    id: Mapped[int]
    kind: Mapped[str]
    note: Mapped[str]
    our_amount: Mapped[Decimal | None]
    our_quantity: Mapped[Decimal | None]
    outcome: Mapped[Any]
    owner: Mapped[User | None]
    owner_id: Mapped[int | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    price_change: Mapped[Decimal | None]
    score: Mapped[int]
    state: Mapped[str]
    statement: Mapped[PayablesStatement]
    statement_id: Mapped[int]
    their_amount: Mapped[Decimal | None]
    their_quantity: Mapped[Decimal | None]
    @classmethod
    def accept(cls, session: Any, matches: Any) -> None: ...
    @classmethod
    def ask(cls, session: Any, matches: Any) -> None: ...
    @property
    def currency_code(self) -> str: ...
    @classmethod
    def dispute(cls, session: Any, matches: Any, note: str, owner_id: Any = ...) -> None: ...
    @classmethod
    def further_acts(cls) -> Any: ...
    @classmethod
    def hand_over(cls, session: Any, matches: Any, owner_id: int) -> None: ...
    @classmethod
    def join(cls, session: Any, matches: Any) -> int: ...
    @property
    def reason(self) -> str: ...
    @classmethod
    def repeat(cls, session: Any, matches: Any) -> None: ...
    @classmethod
    def reprice(cls, session: Any, given: Any) -> int: ...
    @classmethod
    def settle(cls, session: Any, matches: Any, outcome: str) -> None: ...
    @classmethod
    def split(cls, session: Any, matches: Any) -> Any: ...
    @classmethod
    def undo(cls, session: Any, matches: Any) -> None: ...

class PayablesRun(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    cycle: Mapped[str]
    id: Mapped[int]
    period_end: Mapped[_date]
    period_start: Mapped[_date]
    skips: Mapped[list[PayablesRunSkip]]
    statements: Mapped[list[PayablesStatement]]
    @classmethod
    def start(cls, session: Any, company_id: int, cycle: str, period: Any, partners: Any = ...) -> Any: ...

class PayablesRunSkip(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    reason: Mapped[Any]
    run_id: Mapped[int]

class PayablesStatement(_Composed):
    bill: Mapped[AccountingBill | None]
    bill_id: Mapped[int | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    credit_note: Mapped[AccountingBill | None]
    credit_note_id: Mapped[int | None]
    currency_code: Mapped[str]
    id: Mapped[int]
    list_file: Mapped[Attachment | None]
    list_id: Mapped[int | None]
    list_name: Mapped[str]
    number: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    period_end: Mapped[_date]
    period_start: Mapped[_date]
    reference: Mapped[str]
    revision: Mapped[int]
    run: Mapped[PayablesRun]
    run_id: Mapped[int]
    state: Mapped[str]
    their_total: Mapped[Decimal]
    total: Mapped[Decimal]
    @classmethod
    def accept_exact(cls, session: Any, statements: Any) -> int: ...
    @classmethod
    def drafts_of(cls, session: Any, moves: Any) -> Any: ...
    @classmethod
    def follow_prices(cls, session: Any, moves: Any) -> None: ...
    @classmethod
    def post(cls, session: Any, statements: Any, on: Any = ...) -> Any: ...
    @classmethod
    def redo(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def send(cls, session: Any, statements: Any) -> Any: ...
    @classmethod
    def send_by_hand(cls, session: Any, statement: Any, letter: Any) -> Any: ...
    @classmethod
    def take_answer(
        cls,
        session: Any,
        statement: Any,
        agreed: bool,
        by: str,
        note: str = ...,
        remarks: Any = ...,
        figures: Any = ...,
    ) -> None: ...
    @classmethod
    def take_list(cls, session: Any, statement: Any, filename: str, contents: bytes, most: int) -> None: ...
    @classmethod
    def upload(cls, session: Any, statement: Any, filename: str, contents: bytes) -> Any: ...

class PayablesTheirLine(_Composed):
    amount: Mapped[Decimal | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date | None]
    delivery: Mapped[str]
    id: Mapped[int]
    match_id: Mapped[int | None]
    order_number: Mapped[str]
    page: Mapped[int | None]
    part: Mapped[str]
    place: Mapped[list[Any] | None]
    problem: Mapped[str]
    quantity: Mapped[Decimal | None]
    row: Mapped[int]
    sheet: Mapped[str]
    statement: Mapped[PayablesStatement]
    statement_id: Mapped[int]
    text: Mapped[str]
    unit_price: Mapped[Decimal | None]
    @property
    def currency_code(self) -> str: ...

class PaymentBankAccount(_Composed):
    active: Mapped[bool]
    bic: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    confirmed_at: Mapped[_datetime | None]
    confirmed_by: Mapped[User | None]
    confirmed_by_id: Mapped[int | None]
    entered_by: Mapped[User | None]
    entered_by_id: Mapped[int | None]
    holder: Mapped[str]
    iban: Mapped[str]
    id: Mapped[int]
    partner: Mapped[Partner | None]
    partner_id: Mapped[int | None]
    @classmethod
    def confirm(cls, session: Any, records: Any) -> None: ...

class PaymentRun(_Composed):
    account: Mapped[PaymentBankAccount | None]
    account_id: Mapped[int | None]
    approved_by: Mapped[User | None]
    approved_by_id: Mapped[int | None]
    cash_limit: Mapped[Decimal | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    id: Mapped[int]
    lines: Mapped[list[PaymentRunLine]]
    next_date: Mapped[_date]
    note: Mapped[str]
    number: Mapped[str | None]
    paid_at: Mapped[_datetime | None]
    state: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def advise(cls, session: Any, runs_: Any) -> Any: ...
    @classmethod
    def approve(cls, session: Any, runs_: Any) -> None: ...
    @classmethod
    def cancel(cls, session: Any, runs_: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, runs_: Any) -> Any: ...
    @classmethod
    def pay(cls, session: Any, runs_: Any) -> Any: ...
    @classmethod
    def pay_from(cls, session: Any, runs_: Any, account: int) -> None: ...
    @classmethod
    def propose(cls, session: Any, runs_: Any) -> None: ...

class PaymentRunLine(_Composed):
    account: Mapped[PaymentBankAccount | None]
    account_id: Mapped[int | None]
    agreed_account: Mapped[str]
    amount: Mapped[Decimal]
    by_hand: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    discount: Mapped[Decimal]
    discount_until: Mapped[_date | None]
    due_date: Mapped[_date]
    hold: Mapped[Any]
    id: Mapped[int]
    number: Mapped[str]
    open_item: Mapped[AccountingOpenItem]
    open_item_id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    payment: Mapped[AccountingPayment | None]
    payment_id: Mapped[int | None]
    position: Mapped[int]
    reference: Mapped[str]
    run: Mapped[PaymentRun]
    run_id: Mapped[int]
    taken: Mapped[bool]
    waiting_cost: Mapped[Decimal]
    @property
    def currency_code(self) -> str: ...
    @classmethod
    def hold_back(cls, session: Any, lines: Any, reason: str) -> None: ...
    @classmethod
    def release(cls, session: Any, lines: Any) -> None: ...

class PricingClaim(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    id: Mapped[int]
    lines: Mapped[list[PricingClaimLine]]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    run: Mapped[PricingRun]
    run_id: Mapped[int]
    state: Mapped[str]
    value: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...
    @classmethod
    def open_for(cls, session: Any, run: int, booked: Any) -> Any: ...
    @classmethod
    def settle(cls, session: Any, claims: Any, reference: str = ..., on: Any = ...) -> Any: ...
    @classmethod
    def withdraw_of(cls, session: Any, run: int) -> None: ...

class PricingClaimLine(_Composed):
    amount: Mapped[Decimal]
    billed_price: Mapped[Decimal]
    claim: Mapped[PricingClaim]
    claim_id: Mapped[int]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    price: Mapped[Decimal]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    run_line: Mapped[PricingRunLine]
    run_line_id: Mapped[int]
    value: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...
    @property
    def currency_code(self) -> str: ...

class PricingListFault(_Composed):
    cell: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    heading: Mapped[str]
    id: Mapped[int]
    price_list: Mapped[PricingPriceList]
    price_list_id: Mapped[int]
    reason: Mapped[str]
    row: Mapped[int]
    sheet: Mapped[str]

class PricingPrice(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    contract_quantity: Mapped[Decimal | None]
    id: Mapped[int]
    margin: Mapped[Decimal | None]
    min_quantity: Mapped[Decimal]
    per: Mapped[Decimal]
    price_list: Mapped[PricingPriceList]
    price_list_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    unit_price: Mapped[Decimal | None]
    @property
    def currency_code(self) -> str: ...

class PricingPriceList(_Composed):
    active: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    faults: Mapped[list[PricingListFault]]
    id: Mapped[int]
    name: Mapped[str]
    note: Mapped[str]
    partner: Mapped[Partner | None]
    partner_group: Mapped[PartnerGroup | None]
    partner_group_id: Mapped[int | None]
    partner_id: Mapped[int | None]
    prices: Mapped[list[PricingPrice]]
    replaces: Mapped[PricingPriceList | None]
    replaces_id: Mapped[int | None]
    side: Mapped[str]
    valid_from: Mapped[_date | None]
    valid_until: Mapped[_date | None]
    @classmethod
    def create(cls, session: Any, price_lists: Any) -> Any: ...
    @classmethod
    def take_in(cls, session: Any, file: Any) -> Any: ...

class PricingRun(_Composed):
    applied_at: Mapped[_datetime | None]
    applied_by: Mapped[User | None]
    applied_by_id: Mapped[int | None]
    approved_by: Mapped[User | None]
    approved_by_id: Mapped[int | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    lines: Mapped[list[PricingRunLine]]
    number: Mapped[str | None]
    parts: Mapped[list[PricingRunPart]]
    reason: Mapped[str]
    screened: Mapped[int]
    since: Mapped[_date]
    state: Mapped[str]
    suppliers: Mapped[list[PricingRunSupplier]]
    tolerance: Mapped[Decimal | None]
    undone_at: Mapped[_datetime | None]
    until: Mapped[_date]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    with_claims: Mapped[bool]
    @classmethod
    def apply(cls, session: Any, given: Any) -> None: ...
    @classmethod
    def approve(cls, session: Any, runs: Any) -> None: ...
    @classmethod
    def begin_with(cls, session: Any, company_id: int, agreed: Any, reason: str) -> int: ...
    @classmethod
    def cancel(cls, session: Any, runs: Any) -> None: ...
    @property
    def company_currency(self) -> str: ...
    @classmethod
    def create(cls, session: Any, runs: Any) -> Any: ...
    @classmethod
    def needs_approval(cls, session: Any, run: Any) -> bool: ...
    @classmethod
    def preview(cls, session: Any, runs: Any) -> Any: ...
    @classmethod
    def screen(cls, session: Any, runs: Any) -> None: ...
    @classmethod
    def undo(cls, session: Any, given: Any) -> None: ...

class PricingRunLine(_Composed):
    accepted: Mapped[bool]
    amount: Mapped[Decimal]
    applied: Mapped[bool]
    billed: Mapped[Decimal]
    claim_amount: Mapped[Decimal]
    claim_value: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    id: Mapped[int]
    latest_price: Mapped[Decimal]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    ordered_price: Mapped[Decimal]
    origin: Mapped[Any]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    percent: Mapped[Decimal]
    price: Mapped[Decimal]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    rate: Mapped[Decimal]
    refusal: Mapped[Any]
    run: Mapped[PricingRun]
    run_id: Mapped[int]
    source_id: Mapped[int]
    source_model: Mapped[str]
    value: Mapped[Decimal]
    @classmethod
    def accept(cls, session: Any, lines: Any) -> None: ...
    @property
    def company_currency(self) -> str: ...
    @classmethod
    def leave(cls, session: Any, lines: Any) -> None: ...

class PricingRunPart(_Composed):
    id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    run: Mapped[PricingRun]
    run_id: Mapped[int]

class PricingRunSupplier(_Composed):
    id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    run: Mapped[PricingRun]
    run_id: Mapped[int]

class Product(_Composed):
    active: Mapped[bool]
    attributes: Mapped[list[ProductAttribute]]
    barcode: Mapped[str]
    barcode_key: Mapped[str]
    code: Mapped[str]
    code_key: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    cost: Mapped[Decimal | None]
    countable: Mapped[bool]
    datasheet: Mapped[Attachment | None]
    datasheet_id: Mapped[int | None]
    description: Mapped[str]
    eccn: Mapped[str]
    hs_code: Mapped[str]
    id: Mapped[int]
    inspected: Mapped[bool]
    kind: Mapped[str]
    last_buy_date: Mapped[_date | None]
    lifecycle: Mapped[str]
    list_currency_code: Mapped[str | None]
    list_price: Mapped[Decimal | None]
    maker: Mapped[Maker | None]
    maker_id: Mapped[int | None]
    min_order_quantity: Mapped[Decimal | None]
    min_stock: Mapped[Decimal | None]
    moisture_level: Mapped[str]
    mpn: Mapped[str]
    mpn_key: Mapped[str]
    order_multiple: Mapped[Decimal | None]
    origin: Mapped[str]
    pack_quantity: Mapped[Decimal | None]
    part_numbers: Mapped[list[ProductPartNumber]]
    price_breaks: Mapped[list[ProductPriceBreak]]
    reach: Mapped[str]
    rohs: Mapped[str]
    unit: Mapped[str]
    units: Mapped[list[ProductUnit]]
    weight: Mapped[Decimal | None]
    @classmethod
    def mark_datasheet(cls, session: Any, products: Any) -> None: ...
    @property
    def stock(self) -> Any: ...
    @property
    def stock_future(self) -> Any: ...
    @property
    def stock_places(self) -> Any: ...

class ProductAttribute(_Composed):
    id: Mapped[int]
    name: Mapped[str]
    product: Mapped[Product]
    product_id: Mapped[int]
    unit: Mapped[str]
    value: Mapped[str]

class ProductPartNumber(_Composed):
    id: Mapped[int]
    kind: Mapped[str]
    number: Mapped[str]
    number_key: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]

class ProductPriceBreak(_Composed):
    currency_code: Mapped[str]
    id: Mapped[int]
    min_quantity: Mapped[Decimal]
    product: Mapped[Product]
    product_id: Mapped[int]
    unit_price: Mapped[Decimal]

class ProductUnit(_Composed):
    factor: Mapped[Decimal]
    id: Mapped[int]
    name: Mapped[str]
    product: Mapped[Product]
    product_id: Mapped[int]

class PurchasingBilledMove(_Composed):
    bill_line: Mapped[AccountingBillLine]
    bill_line_id: Mapped[int]
    company: Mapped[Company]
    company_id: Mapped[int]
    difference: Mapped[Decimal]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    id: Mapped[int]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    quantity: Mapped[Decimal]
    value: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class PurchasingChange(_Composed):
    after: Mapped[str]
    at: Mapped[_datetime]
    before: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    line: Mapped[PurchasingOrderLine | None]
    order: Mapped[PurchasingOrder]
    order_id: Mapped[int]
    order_line_id: Mapped[int | None]
    reason: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    what: Mapped[str]

class PurchasingInquiry(_Composed):
    answers_until: Mapped[_date | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    lines: Mapped[list[PurchasingInquiryLine]]
    note: Mapped[str]
    number: Mapped[str | None]
    orders: Mapped[list[PurchasingOrder]]
    state: Mapped[str]
    suppliers: Mapped[list[PurchasingInquirySupplier]]
    wanted: Mapped[_date | None]
    @classmethod
    def accept(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def ask(cls, session: Any, inquiries: Any) -> Any: ...
    @classmethod
    def create(cls, session: Any, inquiries: Any) -> Any: ...
    @classmethod
    def create_short(cls, session: Any, products: Any, chosen: Any = ...) -> int: ...
    @classmethod
    def mail_requests(cls, session: Any, inquiries: Any) -> Any: ...

class PurchasingInquiryLine(_Composed):
    id: Mapped[int]
    inquiry: Mapped[PurchasingInquiry]
    inquiry_id: Mapped[int]
    note: Mapped[str]
    position: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]

class PurchasingInquirySupplier(_Composed):
    id: Mapped[int]
    inquiry: Mapped[PurchasingInquiry]
    inquiry_id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]

class PurchasingLandedCost(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    date: Mapped[_date]
    exchange_rate: Mapped[Decimal | None]
    id: Mapped[int]
    lines: Mapped[list[PurchasingLandedLine]]
    note: Mapped[str]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    receipts: Mapped[list[PurchasingLandedReceipt]]
    reference: Mapped[str]
    reversed_on: Mapped[_date | None]
    state: Mapped[str]
    total: Mapped[Decimal]
    value: Mapped[Decimal]
    @classmethod
    def bill(cls, session: Any, costs: Any, reference: str = ..., on: Any = ...) -> Any: ...
    @property
    def company_currency(self) -> str: ...
    @classmethod
    def complete(cls, session: Any, costs: Any) -> None: ...
    @classmethod
    def create(cls, session: Any, costs: Any) -> Any: ...
    @classmethod
    def post(cls, session: Any, costs: Any) -> None: ...
    @classmethod
    def reverse(cls, session: Any, costs: Any, on: Any = ...) -> None: ...

class PurchasingLandedLine(_Composed):
    amount: Mapped[Decimal]
    billed: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    description: Mapped[str]
    id: Mapped[int]
    kind: Mapped[str]
    landed_cost: Mapped[PurchasingLandedCost]
    landed_cost_id: Mapped[int]
    position: Mapped[int]
    spread: Mapped[str]
    value: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...
    @property
    def currency_code(self) -> str: ...

class PurchasingLandedReceipt(_Composed):
    id: Mapped[int]
    landed_cost: Mapped[PurchasingLandedCost]
    landed_cost_id: Mapped[int]
    transfer: Mapped[StockTransfer]
    transfer_id: Mapped[int]

class PurchasingLandedShare(_Composed):
    amount: Mapped[Decimal]
    basis: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    landed_line: Mapped[PurchasingLandedLine]
    landed_line_id: Mapped[int]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    @property
    def company_currency(self) -> str: ...

class PurchasingOrder(_Composed):
    approval_reason: Mapped[str]
    approved_at: Mapped[_datetime | None]
    approved_by: Mapped[User | None]
    approved_by_id: Mapped[int | None]
    buyer: Mapped[User | None]
    buyer_id: Mapped[int | None]
    changes: Mapped[list[PurchasingChange]]
    company: Mapped[Company]
    company_id: Mapped[int]
    confirmed_at: Mapped[_datetime | None]
    currency_code: Mapped[str]
    date: Mapped[_date]
    delivery_address: Mapped[str]
    external_id: Mapped[str | None]
    hold: Mapped[str]
    id: Mapped[int]
    inquiry: Mapped[PurchasingInquiry | None]
    inquiry_id: Mapped[int | None]
    lines: Mapped[list[PurchasingOrderLine]]
    net: Mapped[Decimal]
    note: Mapped[str]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    promised: Mapped[_date | None]
    reference: Mapped[str]
    revision: Mapped[int]
    state: Mapped[str]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    valid_until: Mapped[_date | None]
    @classmethod
    def add_lines(cls, session: Any, order: Any, lines: Any) -> None: ...
    @classmethod
    def amend(cls, session: Any, changes: Any) -> None: ...
    @classmethod
    def approve(cls, session: Any, orders: Any, reason: str) -> None: ...
    @classmethod
    def bill(cls, session: Any, orders: Any, reference: str = ..., on: Any = ...) -> Any: ...
    @classmethod
    def bill_lines(cls, session: Any, lines: Any, until: Any) -> Any: ...
    @classmethod
    def bill_until(cls, session: Any, partners: Any, until: _date, reference: str = ...) -> Any: ...
    @classmethod
    def call_off(cls, session: Any, calls: Any, reason: str = ...) -> None: ...
    @classmethod
    def cancel(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def cancel_rest(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def compute(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def confirm(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def create(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def order_short(cls, session: Any, products: Any, chosen: Any = ...) -> Any: ...
    @classmethod
    def price_lines(cls, session: Any, asked: Any) -> Any: ...
    @classmethod
    def receive(cls, session: Any, orders: Any, on: Any = ...) -> Any: ...
    @classmethod
    def receive_deliveries(cls, session: Any, deliveries: Any, on: Any = ...) -> Any: ...
    @classmethod
    def reopen(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def return_goods(cls, session: Any, moves: Any, on: Any = ...) -> Any: ...
    @classmethod
    def returnable(cls, session: Any, order_id: int) -> Any: ...
    @classmethod
    def take_latest(cls, session: Any, orders: Any = ..., partners: Any = ..., until: Any = ...) -> Any: ...

class PurchasingOrderLine(_Composed):
    billed: Mapped[Decimal]
    cancelled: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    description: Mapped[str]
    discount: Mapped[Decimal]
    id: Mapped[int]
    net: Mapped[Decimal]
    note: Mapped[str]
    order: Mapped[PurchasingOrder]
    order_id: Mapped[int]
    partner_number: Mapped[str]
    position: Mapped[int]
    price_origin: Mapped[Any]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    promised: Mapped[_date | None]
    quantity: Mapped[Decimal]
    received: Mapped[Decimal]
    rejected: Mapped[Decimal]
    returned: Mapped[Decimal]
    schedules: Mapped[list[PurchasingSchedule]]
    tax: Mapped[AccountingTax | None]
    tax_id: Mapped[int | None]
    tax_within: Mapped[Decimal]
    tolerance: Mapped[Decimal]
    unit_price: Mapped[Decimal | None]
    @property
    def currency_code(self: Any) -> str: ...
    @property
    def open_quantity(self: Any) -> Decimal: ...
    @classmethod
    def origin_words(cls) -> Any: ...
    @property
    def told_origin(self) -> str: ...

class PurchasingSchedule(_Composed):
    date: Mapped[_date]
    id: Mapped[int]
    line: Mapped[PurchasingOrderLine]
    line_id: Mapped[int]
    quantity: Mapped[Decimal]

class PurchasingSupplierPart(_Composed):
    approved: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    lead_days: Mapped[int | None]
    min_quantity: Mapped[Decimal | None]
    multiple: Mapped[Decimal | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    prices: Mapped[list[PurchasingSupplierPrice]]
    product: Mapped[Product]
    product_id: Mapped[int]
    rank: Mapped[int]

class PurchasingSupplierPrice(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    id: Mapped[int]
    min_quantity: Mapped[Decimal]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    supplier_part: Mapped[PurchasingSupplierPart]
    supplier_part_id: Mapped[int]
    unit_price: Mapped[Decimal]
    valid_from: Mapped[_date | None]
    valid_until: Mapped[_date | None]

class RetiredCounter(_Composed):
    code: Mapped[str]
    company_id: Mapped[int]
    id: Mapped[int]
    next_number: Mapped[int]
    year: Mapped[int]

class RetiredId(_Composed):
    id: Mapped[int]
    last_id: Mapped[int]
    table_name: Mapped[str]

class Role(_Composed):
    id: Mapped[int]
    name: Mapped[str]
    permissions: Mapped[list[Any]]
    requires_second_factor: Mapped[bool]
    title: Mapped[str]

class SalesChange(_Composed):
    after: Mapped[str]
    at: Mapped[_datetime]
    before: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    line: Mapped[SalesOrderLine | None]
    order: Mapped[SalesOrder]
    order_id: Mapped[int]
    order_line_id: Mapped[int | None]
    reason: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    what: Mapped[str]

class SalesInvoicedMove(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    cost: Mapped[Decimal | None]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    id: Mapped[int]
    invoice_line: Mapped[AccountingInvoiceLine]
    invoice_line_id: Mapped[int]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    quantity: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class SalesMakerRule(_Composed):
    allowed: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    maker: Mapped[Maker]
    maker_id: Mapped[int]
    partner: Mapped[Partner]
    partner_id: Mapped[int]

class SalesOrder(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    confirmed_at: Mapped[_datetime | None]
    currency_code: Mapped[str]
    date: Mapped[_date]
    delivery_address: Mapped[str]
    hold: Mapped[str]
    id: Mapped[int]
    invoicing: Mapped[str]
    lines: Mapped[list[SalesOrderLine]]
    net: Mapped[Decimal]
    note: Mapped[str]
    number: Mapped[str | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    promised: Mapped[_date | None]
    reference: Mapped[str]
    release_reason: Mapped[str]
    released_at: Mapped[_datetime | None]
    released_by: Mapped[User | None]
    released_by_id: Mapped[int | None]
    revision: Mapped[int]
    salesperson: Mapped[User | None]
    salesperson_id: Mapped[int | None]
    state: Mapped[str]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    valid_until: Mapped[_date | None]
    @classmethod
    def add_lines(cls, session: Any, order: Any, lines: Any) -> None: ...
    @classmethod
    def amend(cls, session: Any, changes: Any) -> None: ...
    @classmethod
    def call_off(cls, session: Any, calls: Any, reason: str = ...) -> None: ...
    @classmethod
    def cancel(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def cancel_rest(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def compute(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def confirm(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def create(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def credit(cls, session: Any, orders: Any, on: Any = ...) -> Any: ...
    @classmethod
    def decline_substitutes(cls, session: Any, refusals: Any) -> None: ...
    @classmethod
    def deliver(cls, session: Any, orders: Any, on: Any = ...) -> Any: ...
    @classmethod
    def invoice(cls, session: Any, orders: Any, on: Any = ...) -> Any: ...
    @classmethod
    def invoice_until(cls, session: Any, partners: Any, until: _date, on: Any = ...) -> Any: ...
    @classmethod
    def price_lines(cls, session: Any, asked: Any) -> Any: ...
    @classmethod
    def release_hold(cls, session: Any, orders: Any, reason: str) -> None: ...
    @classmethod
    def reopen(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def replace_parts(cls, session: Any, wanted: Any) -> Any: ...
    @classmethod
    def reserve(cls, session: Any, orders: Any) -> None: ...
    @classmethod
    def return_goods(cls, session: Any, moves: Any, on: Any = ...) -> Any: ...
    @classmethod
    def returnable(cls, session: Any, order_id: int) -> Any: ...
    @classmethod
    def short_lines(cls, session: Any, orders: Any) -> Any: ...
    @classmethod
    def substitute(cls, session: Any, wanted: Any) -> Any: ...
    @classmethod
    def take_substitute_back(cls, session: Any, lines: Any) -> None: ...

class SalesOrderLine(_Composed):
    availability: Mapped[str]
    cancelled: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    credited: Mapped[Decimal]
    delivered: Mapped[Decimal]
    description: Mapped[str]
    discount: Mapped[Decimal]
    id: Mapped[int]
    invoiced: Mapped[Decimal]
    net: Mapped[Decimal]
    note: Mapped[str]
    order: Mapped[SalesOrder]
    order_id: Mapped[int]
    original_product: Mapped[Product | None]
    original_product_id: Mapped[int | None]
    partner_number: Mapped[str]
    position: Mapped[int]
    price_origin: Mapped[Any]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    promised: Mapped[_date | None]
    quantity: Mapped[Decimal]
    returned: Mapped[Decimal]
    schedules: Mapped[list[SalesSchedule]]
    tax: Mapped[AccountingTax | None]
    tax_id: Mapped[int | None]
    tax_within: Mapped[Decimal]
    tolerance: Mapped[Decimal]
    unit_cost: Mapped[Decimal | None]
    unit_price: Mapped[Decimal | None]
    @property
    def currency_code(self: Any) -> str: ...
    @property
    def open_quantity(self: Any) -> Decimal: ...
    @classmethod
    def origin_words(cls) -> Any: ...
    @property
    def remarks(self) -> Any: ...
    @property
    def told_origin(self) -> str: ...

class SalesRequirement(_Composed):
    certificate: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    max_age: Mapped[int | None]
    one_lot: Mapped[bool]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    whole_reels: Mapped[bool]

class SalesSchedule(_Composed):
    date: Mapped[_date]
    id: Mapped[int]
    line: Mapped[SalesOrderLine]
    line_id: Mapped[int]
    quantity: Mapped[Decimal]

class ScheduledAction(_Composed):
    active: Mapped[bool]
    code: Mapped[str]
    day: Mapped[int]
    every: Mapped[int]
    id: Mapped[int]
    kind: Mapped[str]
    last_run_at: Mapped[_datetime | None]
    missed: Mapped[int]
    name: Mapped[str]
    next_run_at: Mapped[_datetime]
    params: Mapped[Any]
    unit: Mapped[str]

class Sequence(_Composed):
    code: Mapped[str]
    id: Mapped[int]
    name: Mapped[str]
    padding: Mapped[int]
    prefix: Mapped[str]

class SequenceCounter(_Composed):
    company_id: Mapped[int]
    id: Mapped[int]
    next_number: Mapped[int]
    sequence_id: Mapped[int]
    year: Mapped[int]

class ShippedRecord(_Composed):
    addon: Mapped[str]
    id: Mapped[int]
    key: Mapped[str]
    record_id: Mapped[int]
    shipped: Mapped[Any]
    table_name: Mapped[str]

class StockBalance(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    location: Mapped[StockLocation]
    location_id: Mapped[int]
    lot: Mapped[StockLot | None]
    lot_id: Mapped[int | None]
    on_hand: Mapped[Decimal]
    product: Mapped[Product]
    product_id: Mapped[int]
    reserved: Mapped[Decimal]
    since: Mapped[_date | None]

class StockCount(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    id: Mapped[int]
    lines: Mapped[list[StockCountLine]]
    location: Mapped[StockLocation]
    location_id: Mapped[int]
    note: Mapped[str]
    state: Mapped[str]
    transfer: Mapped[StockTransfer | None]
    transfer_id: Mapped[int | None]
    @classmethod
    def do(cls, session: Any, counts: Any) -> None: ...
    @classmethod
    def scan(cls, session: Any, count: Any, typed: str) -> Any: ...
    @classmethod
    def take_back(cls, session: Any, count: Any, line: int, quantity: Decimal) -> None: ...

class StockCountLine(_Composed):
    count: Mapped[StockCount]
    count_id: Mapped[int]
    counted: Mapped[Decimal]
    expected: Mapped[Decimal | None]
    id: Mapped[int]
    lot: Mapped[StockLot | None]
    lot_id: Mapped[int | None]
    position: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]

class StockLayerTake(_Composed):
    amount: Mapped[Decimal]
    id: Mapped[int]
    issue: Mapped[StockValue]
    issue_id: Mapped[int]
    layer: Mapped[StockValue]
    layer_id: Mapped[int]
    quantity: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class StockLocation(_Composed):
    active: Mapped[bool]
    code: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    kind: Mapped[str]
    pickable: Mapped[bool]
    warehouse: Mapped[StockWarehouse | None]
    warehouse_id: Mapped[int | None]

class StockLot(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date_code: Mapped[str]
    full_quantity: Mapped[Decimal]
    id: Mapped[int]
    maker_lot: Mapped[str]
    number: Mapped[str]
    product: Mapped[Product]
    product_id: Mapped[int]
    received: Mapped[_date | None]

class StockMove(_Composed):
    billed: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    document_currency_code: Mapped[str | None]
    document_price: Mapped[Decimal | None]
    document_rate: Mapped[Decimal | None]
    from_id: Mapped[int]
    id: Mapped[int]
    invoiced: Mapped[Decimal]
    is_lot_chosen: Mapped[bool]
    is_place_chosen: Mapped[bool]
    lot: Mapped[StockLot | None]
    lot_id: Mapped[int | None]
    order_line: Mapped[SalesOrderLine | None]
    order_line_id: Mapped[int | None]
    ordered_price: Mapped[Decimal | None]
    picked: Mapped[Decimal | None]
    position: Mapped[int]
    price_origin: Mapped[Any]
    product: Mapped[Product]
    product_id: Mapped[int]
    purchase_line: Mapped[PurchasingOrderLine | None]
    purchase_line_id: Mapped[int | None]
    quantity: Mapped[Decimal]
    returns_id: Mapped[int | None]
    source: Mapped[StockLocation]
    split_from_id: Mapped[int | None]
    state: Mapped[str]
    target: Mapped[StockLocation]
    to_id: Mapped[int]
    transfer: Mapped[StockTransfer]
    transfer_id: Mapped[int]
    unit_cost: Mapped[Decimal | None]
    @classmethod
    def agreed_prices(cls, session: Any, moves: Any) -> Any: ...
    @classmethod
    def cost_accounts(cls, session: Any, costs_of: Any, unit: Decimal) -> Any: ...
    @classmethod
    def locked_because(cls, session: Any, moves: Any) -> Any: ...
    @classmethod
    def receipt_prices(cls, session: Any, arriving: Any, on: _date) -> Any: ...
    @classmethod
    def revalue(cls, session: Any, changes: Any, kind: str, on: Any = ..., narration: str = ...) -> Any: ...

class StockTransfer(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date | None]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    from_id: Mapped[int]
    id: Mapped[int]
    inspection: Mapped[str]
    kind: Mapped[str]
    moves: Mapped[list[StockMove]]
    number: Mapped[str | None]
    partner: Mapped[Partner | None]
    partner_id: Mapped[int | None]
    planned: Mapped[_date]
    reference: Mapped[str]
    rest_of: Mapped[StockTransfer | None]
    rest_of_id: Mapped[int | None]
    source: Mapped[StockLocation]
    state: Mapped[str]
    target: Mapped[StockLocation]
    to_id: Mapped[int]
    @classmethod
    def cancel(cls, session: Any, transfers: Any) -> None: ...
    @classmethod
    def choose(cls, session: Any, moves: Any, shelves: Any) -> Any: ...
    @classmethod
    def create(cls, session: Any, transfers: Any) -> Any: ...
    @classmethod
    def do(cls, session: Any, transfers: Any, on: Any = ...) -> Any: ...
    @classmethod
    def inspect(cls, session: Any, passed: Any, on: Any = ...) -> Any: ...
    @classmethod
    def release(cls, session: Any, transfers: Any) -> None: ...
    @classmethod
    def reserve(cls, session: Any, transfers: Any) -> Any: ...

class StockValue(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    date: Mapped[_date]
    entry: Mapped[AccountingEntry | None]
    entry_id: Mapped[int | None]
    id: Mapped[int]
    kind: Mapped[str]
    move: Mapped[StockMove]
    move_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    taken: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class StockWarehouse(_Composed):
    active: Mapped[bool]
    code: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    name: Mapped[str]

class StockWorth(_Composed):
    amount: Mapped[Decimal]
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    @property
    def company_currency(self) -> str: ...

class Substitute(_Composed):
    both_ways: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    condition: Mapped[str]
    decided_at: Mapped[_datetime | None]
    decided_by: Mapped[User | None]
    decided_by_id: Mapped[int | None]
    evidence: Mapped[Attachment | None]
    evidence_id: Mapped[int | None]
    fit: Mapped[str]
    id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    rank: Mapped[int]
    reason: Mapped[str]
    source: Mapped[str]
    state: Mapped[str]
    substitute: Mapped[Product]
    substitute_id: Mapped[int]
    valid_from: Mapped[_date | None]
    valid_until: Mapped[_date | None]
    @classmethod
    def allowed(cls, session: Any, lines: Any, found: Any) -> Any: ...
    @classmethod
    def approve(cls, session: Any, pairs: Any, reason: str = ...) -> None: ...
    @classmethod
    def candidates(cls, session: Any, lines: Any) -> Any: ...
    @classmethod
    def create(cls, session: Any, records: Any) -> Any: ...
    @classmethod
    def mark_evidence(cls, session: Any, pairs: Any) -> None: ...
    @classmethod
    def propose_again(cls, session: Any, pairs: Any) -> None: ...
    @classmethod
    def ranked(cls, line: Any, offered: Any) -> Any: ...
    @classmethod
    def refuse(cls, session: Any, pairs: Any, reason: str = ...) -> None: ...
    @classmethod
    def share_out(cls, session: Any, product: Any, rule: str) -> int: ...
    @classmethod
    def sources(cls, session: Any, lines: Any) -> Any: ...

class SubstituteChoice(_Composed):
    at: Mapped[_datetime]
    company: Mapped[Company]
    company_id: Mapped[int]
    complaint: Mapped[str]
    consent_because: Mapped[str]
    currency_code: Mapped[str]
    id: Mapped[int]
    order: Mapped[SalesOrder | None]
    order_id: Mapped[int | None]
    order_line: Mapped[SalesOrderLine | None]
    order_line_id: Mapped[int | None]
    original_discount: Mapped[Decimal]
    original_price: Mapped[Decimal | None]
    original_price_origin: Mapped[Any]
    outcome: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    reason: Mapped[str]
    substitute: Mapped[Product | None]
    substitute_id: Mapped[int | None]
    unit_price: Mapped[Decimal | None]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def agreed(cls, session: Any, pairs: Any) -> Any: ...
    @classmethod
    def complain(cls, session: Any, choices: Any, complaint: str) -> None: ...

class SubstituteConsent(_Composed):
    answered_at: Mapped[_datetime | None]
    answered_by: Mapped[str]
    at: Mapped[_datetime]
    because: Mapped[str]
    company: Mapped[Company]
    company_id: Mapped[int]
    currency_code: Mapped[str]
    id: Mapped[int]
    link: Mapped[Link | None]
    link_id: Mapped[int | None]
    note: Mapped[str]
    order: Mapped[SalesOrder | None]
    order_id: Mapped[int | None]
    order_line: Mapped[SalesOrderLine | None]
    order_line_id: Mapped[int | None]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product]
    product_id: Mapped[int]
    quantity: Mapped[Decimal]
    state: Mapped[str]
    substitute: Mapped[Product]
    substitute_id: Mapped[int]
    unit_price: Mapped[Decimal | None]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
    @classmethod
    def answer(cls, session: Any, consents: Any, agreed: bool, by: str, note: str = ...) -> None: ...
    @classmethod
    def ask(cls, session: Any, asked: Any) -> Any: ...
    @classmethod
    def mail(cls, session: Any, consents: Any) -> Any: ...
    @classmethod
    def withdraw(cls, session: Any, consents: Any) -> None: ...

class SubstituteReference(_Composed):
    both_ways: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    condition: Mapped[str]
    fit: Mapped[str]
    id: Mapped[int]
    maker: Mapped[str]
    number: Mapped[str]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    source: Mapped[str]
    substitute: Mapped[Product | None]
    substitute_id: Mapped[int | None]
    substitute_maker: Mapped[str]
    substitute_number: Mapped[str]
    @classmethod
    def resolve(cls, session: Any, references: Any) -> int: ...

class SubstituteRule(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    kind: Mapped[str]
    note: Mapped[str]
    partner: Mapped[Partner]
    partner_id: Mapped[int]
    product: Mapped[Product | None]
    product_id: Mapped[int | None]
    substitute: Mapped[Product]
    substitute_id: Mapped[int]

class SubstituteTrait(_Composed):
    coldest: Mapped[Decimal | None]
    company: Mapped[Company]
    company_id: Mapped[int]
    current: Mapped[Decimal | None]
    dielectric: Mapped[str]
    drift: Mapped[Decimal | None]
    hottest: Mapped[Decimal | None]
    id: Mapped[int]
    kind: Mapped[str]
    load: Mapped[Decimal | None]
    package: Mapped[str]
    pitch: Mapped[Decimal | None]
    power: Mapped[Decimal | None]
    product: Mapped[Product]
    product_id: Mapped[int]
    read_at: Mapped[_datetime | None]
    tolerance: Mapped[Decimal | None]
    value: Mapped[Decimal]
    variety: Mapped[str]
    voltage: Mapped[Decimal | None]
    @classmethod
    def read(cls, session: Any, products: Any) -> int: ...

class Team(_Composed):
    company: Mapped[Company]
    company_id: Mapped[int]
    id: Mapped[int]
    leader: Mapped[User | None]
    leader_id: Mapped[int | None]
    members: Mapped[list[TeamMember]]
    name: Mapped[str]

class TeamMember(_Composed):
    id: Mapped[int]
    team: Mapped[Team]
    team_id: Mapped[int]
    user: Mapped[User]
    user_id: Mapped[int]

class TourPlace(_Composed):
    ended: Mapped[bool]
    id: Mapped[int]
    step: Mapped[int]
    tour: Mapped[str]
    user_id: Mapped[int]

class User(_Composed):
    active: Mapped[bool]
    companies: Mapped[list[Company]]
    company: Mapped[Company | None]
    company_id: Mapped[int | None]
    confirmed_at: Mapped[_datetime | None]
    current_login_at: Mapped[_datetime | None]
    current_login_ip: Mapped[str | None]
    email: Mapped[str]
    fs_uniquifier: Mapped[str]
    id: Mapped[int]
    last_login_at: Mapped[_datetime | None]
    last_login_ip: Mapped[str | None]
    locale: Mapped[str]
    login_count: Mapped[int | None]
    mf_recovery_codes: Mapped[list[Any] | None]
    name: Mapped[str]
    password: Mapped[str | None]
    roles: Mapped[list[Role]]
    tf_last_counter: Mapped[int | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    timezone: Mapped[str]
    def check_tf_required(self, tf_setup_methods: Any, tf_fresh: bool) -> Any: ...
    def check_tf_required_setup(self) -> bool: ...

class UserCompany(_Composed):
    company_id: Mapped[int]
    id: Mapped[int]
    user_id: Mapped[int]

class UserRole(_Composed):
    id: Mapped[int]
    role_id: Mapped[int]
    user_id: Mapped[int]

class UserSession(_Composed):
    address: Mapped[str]
    browser: Mapped[str]
    ended_at: Mapped[_datetime | None]
    id: Mapped[int]
    key: Mapped[str]
    lasting: Mapped[bool]
    opened_at: Mapped[_datetime]
    seen_at: Mapped[_datetime]
    user: Mapped[User]
    user_id: Mapped[int]

class WebhookAttempt(_Composed):
    at: Mapped[_datetime]
    delivery_id: Mapped[int]
    id: Mapped[int]
    milliseconds: Mapped[int]
    response: Mapped[str]
    status_code: Mapped[int | None]

class WebhookDelivery(_Composed):
    attempts: Mapped[int]
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    delivered_at: Mapped[_datetime | None]
    endpoint: Mapped[WebhookEndpoint]
    endpoint_id: Mapped[int]
    event: Mapped[str]
    id: Mapped[int]
    key: Mapped[str]
    model: Mapped[str]
    next_attempt_at: Mapped[_datetime]
    record_id: Mapped[int]
    response: Mapped[str]
    state: Mapped[str]
    status_code: Mapped[int | None]
    transaction: Mapped[int]

class WebhookEndpoint(_Composed):
    active: Mapped[bool]
    company: Mapped[Company]
    company_id: Mapped[int]
    created_at: Mapped[_datetime]
    disabled_reason: Mapped[str]
    events: Mapped[str]
    failing_since: Mapped[_datetime | None]
    id: Mapped[int]
    name: Mapped[str]
    secret: Mapped[str]
    url: Mapped[str]
    user: Mapped[User | None]
    user_id: Mapped[int | None]
