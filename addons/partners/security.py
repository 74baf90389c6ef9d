"""Who may see and change partners."""

from core.i18n import _l
from core.security.rights import Rights
from core.security.rules import all_rows, own_rows, team_rows

rights = Rights()
rights.model("partner", read="partners.read", write="partners.write")
rights.model("partner.group", read="partners.read", write="partners.assign", delete="partners.assign")
rights.model("partner.contact", read="partners.read", write="partners.write", delete="partners.write")

rights.rule("partner", "partners.read", own_rows("salesperson_id"))
rights.rule("partner", "partners.read_team", team_rows("salesperson_id", "team_id"))
rights.rule("partner", "partners.read_suppliers", lambda rows, _actor: rows.is_supplier)
rights.rule("partner", "partners.read_all", all_rows)
rights.follows("partner.contact", "partner_id", "partner")

rights.permission("partners.read", _l("See partners: the customers that one looks after"))
rights.permission("partners.read_team", _l("See the customers of one's sales team"))
rights.permission("partners.read_suppliers", _l("See suppliers"))
rights.permission("partners.read_all", _l("See all partners"))
rights.permission("partners.write", _l("Change partners"))
rights.permission("partners.assign", _l("Say who looks after a customer, and which group a partner is of"))
