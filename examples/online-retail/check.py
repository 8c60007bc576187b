#!/usr/bin/env python3
"""Works out from the ledger, independently of the engine, what an import of it must lead to, and compares.

    check.py <ledger.xlsx>                                  prints its own figures
    check.py <ledger.xlsx> <figures.json>                   compares with figures in a file
    check.py <ledger.xlsx> --server http://localhost:8080 --email gm.a@demo.example --password portolan-demo
                                                            compares with what the person sees in a running server

Says what differs and exits with 1, or with 0 if nothing does. Only the standard library is used: an .xlsx file is a zip
archive of XML, and the server speaks JSON.
"""

import argparse
import http.cookiejar
import json
import re
import sys
import urllib.parse
import urllib.request
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

# What the ledger calls otherwise than ISO 3166 does.
COUNTRIES = {
    "EIRE": "Ireland",
    "USA": "United States",
    "RSA": "South Africa",
    "Czech Republic": "Czechia",
    "Korea": "South Korea",
}


def shared_strings(archive):
    """The texts of the workbook, which cells refer to by number."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    with archive.open("xl/sharedStrings.xml") as file:
        root = ElementTree.parse(file).getroot()
    return ["".join(t.text or "" for t in item.iter(MAIN + "t")) for item in root.iter(MAIN + "si")]


def first_sheet(archive):
    """The file of the first sheet."""
    sheets = [n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)]
    return min(sheets, key=lambda n: int(re.search(r"\d+", n).group()))


def rows(path):
    """Each row of the first sheet as a dict of column letter to text; empty cells are left out."""
    with zipfile.ZipFile(path) as archive:
        texts = shared_strings(archive)
        with archive.open(first_sheet(archive)) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag != MAIN + "row":
                    continue
                row = {}
                for cell in element.iter(MAIN + "c"):
                    column = re.match(r"[A-Z]+", cell.get("r")).group()
                    text = value_of(cell, texts)
                    if text is not None and text.strip():
                        row[column] = text.strip()
                element.clear()
                yield row


def value_of(cell, texts):
    """The text of a cell; numbers as the shortest decimal that means the same number (2.55, not 2.5499999999999998)."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(MAIN + "t"))
    value = cell.find(MAIN + "v")
    if value is None or value.text is None:
        return None
    if kind == "s":
        return texts[int(value.text)]
    if kind != "n":
        return value.text
    number = float(value.text)
    return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f")


def is_product(code):
    """Products begin with a digit, or with DCGS; the rest is postage, fees, discounts, vouchers."""
    return code[0].isdigit() or code.upper().startswith("DCGS")


def figures(path):
    """What must be there after the import."""
    ledger = rows(path)
    heading = next(ledger)
    column = {name: letter for letter, name in heading.items()}
    customers, products, orders, lines, totals = set(), set(), {}, 0, {}
    for row in ledger:
        if not row:
            continue

        def get(name):
            return row.get(column[name])

        lines += 1
        invoice, code = get("InvoiceNo"), get("StockCode")
        quantity, price = Decimal(get("Quantity")), Decimal(get("UnitPrice"))
        country = " ".join(get("Country").split())
        country = COUNTRIES.get(country, country)
        if get("CustomerID"):
            customers.add(get("CustomerID"))
        if price > 0 and is_product(code):
            products.add(code.upper())
        # An order lies in the country of its first line.
        country = orders.setdefault(invoice, country)
        totals[country] = totals.get(country, Decimal(0)) + quantity * price
    return {
        "customers": len(customers),
        "products": len(products),
        "orders": len(orders),
        "lines": lines,
        "total_by_country": {name: str(total) for name, total in sorted(totals.items())},
    }


COUNTS = ("customers", "products", "orders", "lines")


def differences(expected, found):
    """A line for each figure that differs. Lines are compared where they were counted."""
    for name in COUNTS:
        if (name != "lines" or name in found) and expected[name] != found.get(name):
            yield f"{name}: expected {expected[name]}, but found {found.get(name)}"
    theirs = found.get("total_by_country", {})
    for country in sorted(expected["total_by_country"].keys() | theirs.keys()):
        ours, other = expected["total_by_country"].get(country), theirs.get(country)
        if ours is None or other is None or Decimal(ours) != Decimal(other):
            yield f"total of {country}: expected {ours}, but found {other}"


class Server:
    """A running server, seen by a person who has signed in."""

    def __init__(self, address, email, password):
        self.address = address.rstrip("/")
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        body = json.dumps({"email": email, "password": password}).encode()
        headers = {"Content-Type": "application/json"}
        self.opener.open(urllib.request.Request(self.address + "/api/session", body, headers)).close()

    def records(self, entity, columns, where):
        """All records that fit, page by page, with the titles of what they refer to."""
        after = None
        while True:
            query = {"columns": ",".join(columns), "filter": json.dumps(where), "limit": 200}
            if after:
                query["after"] = after
            with self.opener.open(f"{self.address}/api/records/{entity}?{urllib.parse.urlencode(query)}") as answer:
                page = json.load(answer)
            for row in page["rows"]:
                yield row, page["titles"]
            after = page["next"]
            if not after:
                return

    def figures(self):
        """What the import has made: its customers come from an earlier system, its prices and totals are in pounds."""
        totals, orders = {}, 0
        for row, titles in self.records("past_order", ["country", "total"], ["currency", "=", "GBP"]):
            orders += 1
            country = titles[row["country"]]
            totals[country] = totals.get(country, Decimal(0)) + Decimal(row["total"])
        return {
            "customers": sum(1 for _ in self.records("customer", ["code"], ["source", "=", "earlier_system"])),
            "products": sum(1 for _ in self.records("product", ["code"], ["price_currency", "=", "GBP"])),
            "orders": orders,
            "total_by_country": {name: str(total) for name, total in sorted(totals.items())},
        }


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", help="the spreadsheet")
    parser.add_argument("figures", nargs="?", help="figures as JSON")
    parser.add_argument("--server", help="the address of a running server")
    parser.add_argument("--email", default="gm.a@demo.example", help="who signs in there")
    parser.add_argument("--password", default="portolan-demo")
    options = parser.parse_args()
    expected = figures(options.ledger)
    if options.server:
        found = Server(options.server, options.email, options.password).figures()
    elif options.figures:
        with open(options.figures, encoding="utf-8") as file:
            found = json.load(file)
    else:
        print(json.dumps(expected, indent=2))
        return 0
    problems = list(differences(expected, found))
    for problem in problems:
        print(problem)
    total = len([name for name in COUNTS if name in found]) + len(expected["total_by_country"])
    print(f"{len(problems)} of {total} figures differ" if problems else f"all {total} figures agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
