"""knackpy 1.1.1: metadata, records of objects and views, filters, writes, files, CSV."""

import csv
import datetime
import tempfile
import warnings
from pathlib import Path
from zoneinfo import ZoneInfo

import knackpy
import knackpy.api
import requests

from local import APP, KEY, URL, fault, same

# It has no setting for this.
knackpy.api._url = lambda *, route, slug=None: URL + route

BIKES = [{"field": "field_32", "operator": "is", "value": "Bikes"}]
HOUR = 3_600_000


def sku(number):
    return [{"field": "field_31", "operator": "is", "value": number}]


def fresh(key=KEY):
    return knackpy.App(app_id=APP, api_key=key)


class Sends:
    """Counts what is sent meanwhile."""

    def __enter__(self):
        self.count, self.send = 0, requests.Session.send

        def counted(session, *args, **options):
            self.count += 1
            return self.send(session, *args, **options)

        requests.Session.send = counted
        return self

    def __exit__(self, *_):
        requests.Session.send = self.send


def metadata(app):
    same("name", app.metadata["name"], "Freewheel Bike Workshop")
    same("info", app.info(), {"objects": 7, "scenes": 9, "records": 5470, "size": "0B"})


def objects(app):
    for name, total in [
        ("object_1", 420),
        ("Order Lines", 3200),
        ("Deliveries", 380),
        ("Accounts", 12),
    ]:
        same(f"all of {name}", len(app.get(name)), total)
    bike = app.get("object_4")[0]
    same("by label", (bike["SKU"], bike["Price"], bike["In Stock"]), ("FW-0001", "657.50", 115))
    same("formatted", bike.format()["Manual"], "https://example.com/manuals/fw-0001.pdf")
    same("limited", len(app.get("object_9", refresh=True, record_limit=7)), 7)


def times(app):
    order = app.get("object_6", filters=[{"field": "field_40", "operator": "is", "value": 1}])[0]
    placed = datetime.datetime(2025, 10, 9, 14, 43, tzinfo=ZoneInfo("America/Chicago"))
    same("a local time in UTC", order["Placed"]["unix_timestamp"], int(placed.timestamp() * 1000))


def views():
    with warnings.catch_warnings(action="ignore"):
        app = fresh(key=None)
    catalog = app.get("view_2")
    same("a public view without a key", len(catalog), 129)
    same("its columns", "Weight (kg)" in catalog[0].names(), False)


def filters():
    same("filters", len(fresh().get("object_4", filters=BIKES)), 40)
    dear = {"field": "field_33", "operator": "higher than", "value": 2000}
    both = {"match": "and", "rules": [*BIKES, dear]}
    prices = [float(row["Price"]) for row in fresh().get("object_4", filters=both)]
    same("a group of filters", (len(prices), min(prices) > 2000), (20, True))


def writes(app):
    bell = {"field_30": "Bell & Horn", "field_31": "FW-9001", "field_33": 12.5}
    made = app.record(method="create", obj="object_4", data=bell)
    same("created", (made["field_30"], made["field_33"]), ("Bell & Horn", "$12.50"))
    change = {"id": made["id"], "field_35": 9}
    changed = app.record(method="update", obj="object_4", data=change)
    same("updated", (changed["field_30"], changed["field_35_raw"]), ("Bell & Horn", 9))
    stored = fresh().get("object_4", filters=sku("FW-9001"))
    same("read again", [(row["id"], row["In Stock"]) for row in stored], [(made["id"], 9)])
    gone = app.record(method="delete", obj="object_4", data={"id": made["id"]})
    same("deleted", gone, {"delete": True})
    same("gone", len(fresh().get("object_4", filters=sku("FW-9001"))), 0)


def files(app, folder):
    sheet = folder / "bell.txt"
    sheet.write_bytes(b"Rings twice.\n" * 100)
    bell = {"field_30": "Bell", "field_31": "FW-9002"}
    made = app.record(method="create", obj="object_4", data=bell)
    place = {"container": "object_4", "field": "field_100"}
    told = app.upload(**place, path=str(sheet), asset_type="file", record_id=made["id"])
    file = told["field_100_raw"]
    same("uploaded", (file["filename"], file["size"]), ("bell.txt", 1300))
    # It downloads from all records that it has, so it may have no others.
    app.get("object_4", refresh=True, filters=sku("FW-9002"))
    out = folder / "files"
    same("downloaded", app.download(**place, out_dir=str(out), label_keys=["field_31"]), 1)
    same("as sent", (out / "FW-9002_bell.txt").read_bytes() == sheet.read_bytes(), True)
    app.record(method="delete", obj="object_4", data={"id": made["id"]})


def exports(app, folder):
    app.to_csv("object_3", out_dir=str(folder))
    with open(folder / "object_3.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    same("rows of CSV", len(rows), 18)
    # A name stands in its parts.
    row = rows[0]
    same(
        "a row of it",
        (row["Name_first"], row["Name_last"], row["Role"]),
        ("Priya", "Ito", "Driver"),
    )


def faults():
    app = fresh()
    app.get("object_4", filters=BIKES)
    with Sends() as sends:
        others = app.get(
            "object_4", filters=[{"field": "field_32", "operator": "is not", "value": "Bikes"}]
        )
    fault("other filters are answered from its cache", (len(others), sends.count), (40, 0))

    bike = others[0]
    app.record(
        method="update", obj="object_4", data={"id": bike["id"], "field_35": bike["In Stock"] + 1}
    )
    fault(
        "a record stays as it was after its update",
        app.get("object_4")[0]["In Stock"],
        bike["In Stock"],
    )

    # What can not be mended by another try is tried five times.
    with Sends() as sends:
        try:
            app.record(method="create", obj="object_4", data={"field_30": "No SKU"})
        except requests.HTTPError as error:
            same(
                "what is refused",
                (error.response.status_code, error.response.json()["errors"][0]["field"]),
                (400, "field_31"),
            )
    fault("a create that is refused is sent again", sends.count, 5)

    order = app.get("object_6", filters=[{"field": "field_40", "operator": "is", "value": 1}])[0]
    before = order["Placed"]["unix_timestamp"]
    app.record(method="update", obj="object_6", data={"id": order["id"], "field_48": True})
    shifted = app.get("object_6")[0]["Placed"]["unix_timestamp"] - before
    fault("each write shifts the times that it holds by the zone again", shifted, 5 * HOUR)


def main():
    app = fresh()
    metadata(app)
    objects(app)
    times(fresh())
    views()
    filters()
    with tempfile.TemporaryDirectory() as folder:
        writes(app)
        files(app, Path(folder))
        exports(app, Path(folder))
    faults()


if __name__ == "__main__":
    main()
