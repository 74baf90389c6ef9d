"""Partners from files: one row a partner; a known code is brought up to date."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from addons.partners.services import may_assign
from core import m
from core.exchange.convert import boolean, choice, code_of, identifier, text
from core.exchange.targets import Document, Target, TargetField, Targets, headings
from core.i18n import _, _l
from core.locales import LOCALES
from core.mail import MailAddressError, parse_addresses
from core.security.actor import actor_of

targets = Targets()


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Make or update the partner of each row; a cell that is empty changes nothing."""
    company_id = actor_of(session).company_id
    codes = [d.rows[0].values["code"] for d in documents]
    query = select(m.Partner).where(m.Partner.company_id == company_id, m.Partner.code.in_(codes))
    known = {partner.code: partner for partner in session.scalars(query)}
    of_group = select(m.PartnerGroup.name, m.PartnerGroup.id).where(m.PartnerGroup.company_id == company_id)
    groups: dict[str, int] = dict(session.execute(of_group).all())
    for document in documents:
        if _may_group(session, document) and _finds_group(document, groups):
            _book_one(session, document, company_id, known)


def _may_group(session: Any, document: Document) -> bool:
    """Whether the row names no group, or whoever imports it may say which group a partner is of."""
    actor = actor_of(session)
    if document.rows[0].values.get("partner_group_id") is None or may_assign(actor):
        return True
    document.refuse(_("You may not say which group a partner is of: leave it empty."), "partner_group_id")
    return False


def _finds_group(document: Document, groups: Mapping[str, int]) -> bool:
    """Put the id of the group in the place of its name; False where there is none."""
    values = document.rows[0].values
    if values.get("partner_group_id") is None:
        return True
    if values["partner_group_id"] not in groups:
        document.refuse(_("There is no such group: make it first, or leave it empty."), "partner_group_id")
        return False
    values["partner_group_id"] = groups[values["partner_group_id"]]
    return True


def _book_one(session: Any, document: Document, company_id: int | None, known: dict[str, Any]) -> None:
    values = {name: value for name, value in document.rows[0].values.items() if value is not None}
    try:
        parse_addresses(values.get("email", ""))
    except MailAddressError as error:
        document.refuse(str(error), "email")
        return
    partner = known.get(values["code"])
    if partner is None:
        if "name" not in values:
            document.refuse(_("This code is new: give the partner's name as well."), "name")
            return
        partner = known[values["code"]] = m.Partner(company_id=company_id, **values)
        session.add(partner)
    elif all(getattr(partner, name) == value for name, value in values.items()):
        document.unchanged(partner.id)
        return
    else:
        for name, value in values.items():
            setattr(partner, name, value)
    session.flush()
    document.booked(partner.id)


targets.add(
    Target(
        name="partner",
        title=_l("Partners"),
        permission="partners.write",
        book=book,
        fields=(
            TargetField(
                "code",
                _l("Code"),
                code_of("partner"),
                required=True,
                aliases=headings(
                    "CustomerID, Customer no., 客户编号, Customer Number, Customer Code",
                    "Client Code, Supplier Code, Vendor Code, Kundennummer, Kundennr.",
                    "Lieferantennummer, Code client, Numéro client, N° client",
                    "Código de cliente, 客户编码, 客户代码, 供应商编号",
                ),
            ),
            TargetField(
                "name",
                _l("Name"),
                text(200),
                aliases=headings(
                    "Customer, Company, 客户名称, Customer Name, Client Name, Company Name",
                    "Supplier Name, Vendor Name, Display Name, Firma, Kundenname, Nom",
                    "Nom du client, Raison sociale, Société, Nombre, Razón social, Empresa",
                    "名称, 客户, 供应商名称",
                ),
            ),
            TargetField(
                "email",
                _l("E-mail"),
                text(500),
                aliases=headings(
                    "Email, 邮箱, 电子邮件, EmailID, Email Address, Mail, E-Mail-Adresse",
                    "Courriel, Adresse e-mail, Correo electrónico, 邮件",
                ),
            ),
            TargetField(
                "phone",
                _l("Phone"),
                text(60),
                aliases=headings(
                    "Phone Number, Telephone, Mobile, Telefon, Telefonnummer, Téléphone",
                    "Teléfono, 电话, 联系电话, 手机号码",
                ),
            ),
            TargetField(
                "street",
                _l("Street"),
                text(200),
                aliases=headings("Address, Billing Address, Straße, Adresse, Rue, Dirección, Calle, 地址"),
            ),
            TargetField(
                "postcode",
                _l("Postcode"),
                identifier(),
                aliases=headings(
                    "Zip, Zip Code, Postal Code, PLZ, Postleitzahl, Code postal",
                    "Código postal, 邮编, 邮政编码",
                ),
            ),
            TargetField(
                "city", _l("City"), text(100), aliases=headings("Town, Ort, Stadt, Ville, Ciudad, 城市")
            ),
            TargetField("country", _l("Country"), text(100), aliases=headings("Land, Pays, País, 国家")),
            TargetField(
                "tax_number",
                _l("Tax number"),
                identifier(),
                aliases=headings(
                    "VAT Number, VAT ID, Tax ID, GSTIN, USt-IdNr., Steuernummer",
                    "Numéro de TVA, NIF, CIF, 税号, 纳税人识别号",
                ),
            ),
            TargetField("locale", _l("Language"), choice(LOCALES)),
            TargetField(
                "partner_group_id",
                _l("Partner group"),
                text(200),
                aliases=headings(
                    "Group, Customer group, Partner group, Price group, Kundengruppe, Preisgruppe",
                    "Groupe de clients, Grupo de clientes, 客户组, 客户分组, 客户类别, 分组",
                ),
            ),
            TargetField("is_customer", _l("Customer"), boolean()),
            TargetField("is_supplier", _l("Supplier"), boolean()),
        ),
    )
)
