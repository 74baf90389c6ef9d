"""Addresses for statements that somebody should look at before anything is sent to them.

Mail came back from it; or its domain is that of another customer's own address. Example: Acme has acme.com,
and Beta's only address for statements is ap@acme.com: Beta's statement would be read at Acme. Not where Beta
has other addresses at acme.com, where both are of one head office or are called alike, or for providers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from core import m
from core.db import AnySession, clean
from core.i18n import _
from core.mail import MailAddressError, parse_addresses

#: Whose domains belong to nobody: a domain of more customers than `SHARED` is taken for one of these, too.
PROVIDERS = frozenset(
    {
        "126.com",
        "139.com",
        "163.com",
        "aliyun.com",
        "aol.com",
        "foxmail.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
    }
    | {"hotmail.com", "icloud.com", "live.com", "me.com", "msn.com", "naver.com", "outlook.com", "proton.me"}
    | {"protonmail.com", "qq.com", "sina.cn", "sina.com", "sohu.com", "t-online.de", "vip.163.com", "web.de"}
    | {"vip.qq.com", "yahoo.co.jp", "yahoo.com", "yandex.ru", "yeah.net", "googlemail.com", "mail.ru"}
)
SHARED = 5
#: So many letters of two names are alike where they are of one group: Acme Ltd, Acme Trading.
_ALIKE = 4
_ALL = text("""
    SELECT DISTINCT p.id, p.name, coalesce(p.statement_partner_id, p.id) AS head, w.is_main,
           lower(rtrim(a.address, '>')) AS address
      FROM partner p LEFT JOIN partner_contact c ON c.partner_id = p.id,
           LATERAL (VALUES (p.email, true), (c.email, false)) AS w (written, is_main),
           regexp_split_to_table(w.written, '[,;<[:space:]，；、]+') AS a (address)
     WHERE p.is_customer AND p.active AND lower(rtrim(split_part(a.address, '@', 2), '>')) = ANY(:domains)
       AND p.company_id IN (SELECT company_id FROM partner WHERE id = ANY(:ids))
     ORDER BY p.name
""")


def doubtful(session: AnySession, customers: Sequence[Any]) -> Iterator[tuple[int, str, str]]:
    """(customer, kind of concern, reason) of rows with `id`, `name` and `addresses`."""
    used = {row.id: _read(row.addresses) for row in customers}
    yield from _returned(session, used)
    yield from _foreign(session, used)


def _read(addresses: str) -> list[str]:
    with suppress(MailAddressError):  # which is a concern of its own
        return [address.lower() for address in parse_addresses(addresses or "")]
    return []


def _returned(session: AnySession, used: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str, str]]:
    bad = m.MailReturn.bad_among(session, {address for addresses in used.values() for address in addresses})
    for partner_id, addresses in used.items():
        for address in addresses:
            if address in bad:
                said = " ".join(filter(None, (bad[address].status, bad[address].reason)))
                reason = _("Mail to %(address)s came back: %(reason)s", address=address, reason=said)
                yield partner_id, "bad_address", reason


def _foreign(session: AnySession, used: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str, str]]:
    domains = {_domain(address) for addresses in used.values() for address in addresses} - PROVIDERS
    rows = session.execute(_ALL, {"domains": list(domains), "ids": list(used)}).all() if domains else ()
    owners: dict[str, dict[int, Any]] = {}
    written: dict[int, list[Any]] = {}
    for row in rows:
        written.setdefault(row.id, []).append(row)
        if row.is_main:
            owners.setdefault(_domain(row.address), {})[row.id] = row
    for partner_id, addresses in used.items():
        mine = written.get(partner_id, [])
        own = {_domain(row.address) for row in mine if row.address not in addresses}
        for address in addresses:
            others = _others(mine, owners.get(_domain(address), {}))
            if others and _domain(address) not in own:
                names = ", ".join(other.name for other in others)
                reason = _("%(address)s is at the domain of %(others)s", address=address, others=names)
                yield partner_id, "foreign_domain", reason


def _others(mine: Sequence[Any], owners: Mapping[int, Any]) -> list[Any]:
    """The strangers whose domain it is; none where one of the own group has it too, or very many have."""
    found = [owner for owner in owners.values() if mine and owner.id != mine[0].id]
    strangers = not any(_akin(owner, mine[0]) for owner in found)
    return found if strangers and len(found) < SHARED else []


def _akin(one: Any, other: Any) -> bool:
    """One of the same group, or whose name begins alike."""
    return bool(one.head == other.head or clean(one.name)[:_ALIKE] == clean(other.name)[:_ALIKE])


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
