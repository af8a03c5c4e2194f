"""knackhq 0.3.0: objects, one object, listing. It only reads."""

import json

from knackhq import KnackApp

from local import APP, KEY, NUMERIC_URL, URL, fault, same

BIKES = [{"field": "field_32", "operator": "is", "value": "Bikes"}]


def raised(call):
    """The name of what it raises."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


def listed(app, **query):
    # `list()` would ask for the length too, with a call of its own.
    return [record.record for record in iter(app.get_records("object_4", **query))]


def objects(app):
    same("objects", (len(app), sorted(app)[:2]), (7, ["object_1", "object_10"]))
    products = app["Products"]
    same(
        "one by its name",
        (products["key"], products["identifier"], len(products["fields"])),
        ("object_4", "field_30", 18),
    )
    same("one by its key", app.get_object("object_6")["name"], "Orders")
    # An unknown object is `{}`.
    same("an unknown one", raised(lambda: app.get_object("object_99")), "ObjectNotFoundError")
    same("a wrong key", raised(lambda: len(KnackApp(APP, "wrong", URL))), "ApiResponseError")


def listing(app):
    rows = listed(app, rows_per_page=1000, sort_field="field_31", sort_order="desc")
    same("all on one page", len(rows), 140)
    same("in order", (rows[0]["field_31"], rows[-1]["field_31"]), ("FW-0140", "FW-0001"))
    same("counted", len(app.get_records("object_4")), 140)
    same("filters as JSON", len(listed(app, rows_per_page=1000, filters=json.dumps(BIKES))), 40)


def faults(app):
    fault(
        "filters as its documents have them are no JSON, so all come",
        len(listed(app, rows_per_page=1000, filters=BIKES)),
        140,
    )
    products = app.get_object("object_4")
    first, *_, last = listed(app, rows_per_page=1000)
    record = products.get_record(last["id"])
    fault("the record of an id is the first of all", record.record["field_31"], first["field_31"])
    fault("no value of a record can be read", raised(lambda: record["field_30"]), "RecursionError")


def pages(app):
    """It compares the number of a page, which was recorded as text where it was asked for. Whether
    Knack still answers so is not known."""
    same("a second page as text", raised(lambda: listed(app, rows_per_page=50)), "TypeError")
    numeric = KnackApp(APP, KEY, NUMERIC_URL)
    same("pages as numbers", len(listed(numeric, rows_per_page=50)), 140)


def main():
    app = KnackApp(app_id=APP, api_key=KEY, endpoint=URL)
    objects(app)
    listing(app)
    pages(app)
    faults(app)


if __name__ == "__main__":
    main()
