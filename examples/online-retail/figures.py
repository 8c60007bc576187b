#!/usr/bin/env python3
"""Reads out of a SQLite database what an import of the ledger has led to, in the form that check.py compares.

Usage: figures.py <portolan.db>

It asks the database itself and not the engine: the engine's own sums would only prove that it agrees with itself.
`sys_columns` says where each field is stored and with how many digits decimals are scaled.
"""

import json
import sqlite3
import sys
from decimal import Decimal


def columns(db):
    """(entity, lines, field) to (table, column, scale)."""
    rows = db.execute("select entity, lines, field, table_name, column_name, scale from sys_columns")
    return {(entity, lines, field): (table, column, scale) for entity, lines, field, table, column, scale in rows}


def main(arguments):
    """Runs the command line."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    db = sqlite3.connect(f"file:{arguments[0]}?mode=ro", uri=True)
    at = columns(db)

    def place(entity, field, lines=""):
        return at[(entity, lines, field)]

    def count(entity):
        table = next(table for (name, lines, _), (table, _, _) in at.items() if name == entity and lines == "")
        return db.execute(f'select count(*) from "{table}" where deleted_at is null').fetchone()[0]

    orders, country, _ = place("past_order", "country")
    countries, name, _ = place("country", "name")
    lines, quantity, quantity_scale = place("past_order", "quantity", "lines")
    _, price, price_scale = place("past_order", "unit_price", "lines")
    join = f'"{lines}" l join "{orders}" o on o.id = l.record__id and o.deleted_at is null'
    totals = db.execute(
        f'select c."{name}", sum(l."{quantity}" * l."{price}") from {join}'
        f' left join "{countries}" c on c.id = o."{country}" group by 1'
    )
    scale = Decimal(10) ** (quantity_scale + price_scale)
    figures = {
        "customers": count("customer"),
        "products": count("product"),
        "orders": count("past_order"),
        "lines": db.execute(f"select count(*) from {join}").fetchone()[0],
        "total_by_country": {name or "": str(Decimal(total) / scale) for name, total in totals},
    }
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
