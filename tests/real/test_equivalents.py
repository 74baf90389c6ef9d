"""Equivalents of makers, looked up by their values alone: how many are found, and how many are right.

Each group of the list holds parts of several makers that stand in for each other. All of them become parts,
and for each the others of its group are to be suggested. What is right is told by the raw attributes of the
list and by nothing of ours: another resistance, capacitance or size is wrong. docs/substitutes.md has the
figures.
"""

import csv
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from addons.substitutes.parametric.comparing import comparable
from addons.substitutes.parametric.reading import read
from addons.substitutes.services.asking import Wanted
from addons.substitutes.services.search import suggested
from addons.substitutes.services.traits import kept, unread
from core import m
from core.db import db
from tests.addons.sales.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")

HERE = Path(__file__).parent
SMALL = HERE / "small_equivalents.csv"
#: Beside the product, or beside the folder that it lies in.
SHARED = next((p for n in (2, 3) if (p := HERE.parents[n] / "shared/data/parts").is_dir()), None)
MISSING = "the shared data is not there: tests/real/small_equivalents.csv covers the ground"
#: The list, the least recall among comparable parts, the least precision.
LISTS = [pytest.param(SMALL, Decimal(1), Decimal(1), id="small")]
if SHARED is not None:
    full = SHARED / "octopart_cpl_equivalents.csv"
    LISTS.append(pytest.param(full, Decimal("0.80"), Decimal(1), id="octopart"))
#: What must be the same, by the words of the list itself.
SAME = ("Capacitance", "Resistance", "Inductance", "Size")


def rows_of(path):
    """The parts of the list, each once: (group, maker's number) → row."""
    with path.open(encoding="utf-8") as file:
        return {(row["cplid"], row["mpn"]): row for row in csv.DictReader(file) if row["mpn"]}


def bring_in(company, rows):
    """Each row as a part; returns the part's id by the key of the row."""
    parts = {
        key: m.Product(
            company_id=company.id,
            code=f"R{n:05}",
            mpn=row["mpn"],
            description=f"{row['category'].rstrip('s')} {row['title']}".strip(),
            attributes=[
                m.ProductAttribute(name=name, value=value.strip())
                for name, value in json.loads(row["attributes_json"]).items()
                if value.strip()
            ],
        )
        for n, (key, row) in enumerate(rows.items())
    }
    db.session.add_all(parts.values())
    db.session.flush()
    while ids := unread(db.session):
        m.SubstituteTrait.read(db.session, ids)
    return {key: part.id for key, part in parts.items()}


@pytest.mark.parametrize(("path", "recall", "precision"), LISTS)
def test_equivalents_are_found_by_their_values(company, path, recall, precision):
    rows = rows_of(path)
    ids = bring_in(company, rows)
    key_of = {part: key for key, part in ids.items()}
    partner = m.Partner(company_id=company.id, code="C1", name="Customer")
    db.session.add(partner)
    db.session.flush()
    lines = [Wanted(part, partner.id, part, Decimal(1), "USD", DAY) for part in ids.values()]
    found = {(one.key, one.product_id) for one in suggested(db.session, lines)}

    groups = defaultdict(list)
    for key, part in ids.items():
        groups[key[0]].append(part)
    meant = {(a, b) for members in groups.values() for a in members for b in members if a != b}
    known = {part for part, traits in kept(db.session, ids.values()).items() if comparable(traits)}
    within = {(a, b) for a, b in meant if a in known}
    missed = Counter(rows[key_of[a]]["category"] for a, _b in within - found)
    assert len(within & found) >= recall * len(within), missed

    wrong = [(key_of[a], key_of[b]) for a, b in found if not alike(rows[key_of[a]], rows[key_of[b]])]
    assert len(wrong) <= (1 - precision) * len(found), wrong[:10]


def alike(row, other):
    """Whether two rows of the list say the same of what must be the same."""
    said, also = (json.loads(one["attributes_json"]) for one in (row, other))
    return all(said[name] == also[name] for name in SAME if name in said and name in also)


@pytest.mark.skipif(SHARED is None, reason=MISSING)
def test_descriptions_say_what_the_attributes_of_the_same_part_say():
    """Of parts of distributors both are read: two ways to one value."""
    named = defaultdict(list)
    with (SHARED / "distributor_part_attributes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            named[row["mpn"]].append((row["attribute"], row["value"], ""))
    counts = {name: [0, 0] for name in ("value", "package", "voltage", "dielectric", "power", "tolerance")}
    with (SHARED / "distributor_parts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            ours, theirs = read(row["description"]), read("", named.get(row["mpn"], ()))
            if ours.kind and ours.kind == theirs.kind:
                for name, count in counts.items():
                    said, also = getattr(ours, name), getattr(theirs, name)
                    if said not in (None, "") and also not in (None, ""):
                        count[said == also] += 1
    agreeing = {name: Decimal(same) / (same + other) for name, (other, same) in counts.items()}
    assert all(same >= 150 for _other, same in counts.values()), counts
    least = {"tolerance": Decimal("0.96")}
    assert {name: share for name, share in agreeing.items() if share < least.get(name, Decimal("0.98"))} == {}


@pytest.mark.skipif(SHARED is None, reason=MISSING)
def test_parts_of_a_workshop_are_read_and_its_screws_are_not():
    with (SHARED / "inventree_demo_subset.json").open(encoding="utf-8") as file:
        rows = json.load(file)
    templates = {x["pk"]: x["fields"] for x in rows if x["model"] == "part.partparametertemplate"}
    named = defaultdict(list)
    for row in rows:
        if row["model"] == "part.partparameter":
            template = templates[row["fields"]["template"]]
            named[row["fields"]["part"]].append(
                (template["name"], row["fields"]["data"], template["units"] or "")
            )
    parts = {x["pk"]: x["fields"] for x in rows if x["model"] == "part.part"}
    passive = {"Resistance", "Capacitance", "Inductance"}
    electronic = {key for key in parts if passive & {name for name, _v, _u in named[key]}}
    assert len(electronic) >= 50
    for key in electronic:
        found = read(parts[key]["description"], named[key])
        assert found.value == read(parts[key]["description"]).value and found.package, parts[key]["name"]
    screws = [part for part in parts.values() if "Screw" in (part["description"] or "")]
    assert screws and {read(part["description"]).kind for part in screws} == {""}
