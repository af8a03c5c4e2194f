"""knack-sleuth 0.7.1: reads the metadata whole, strictly by its own models."""

import knack_sleuth.core
from knack_sleuth import KnackAppMetadata, KnackSleuth, load_app_metadata
from knack_sleuth.security import generate_security_report
from pydantic import ValidationError

from local import APP, URL, fault, same

# It has no setting for this.
knack_sleuth.core.KNACK_API_BASE_URL = URL


def schema(app):
    same("application", (app.id, app.name), (APP, "Freewheel Bike Workshop"))
    same(
        "objects and fields",
        (len(app.objects), sum(len(one.fields) for one in app.objects)),
        (7, 87),
    )
    same("pages and views", (len(app.scenes), sum(len(one.views) for one in app.scenes)), (9, 16))


def uses(metadata):
    sleuth = KnackSleuth(metadata)
    places = {use.location_type for use in sleuth.search_field("field_41")}
    same(
        "uses of a connection",
        sorted(places),
        ["connection_field", "view_column", "view_connection_key", "view_parent_connection"],
    )
    same("views that no page shows", sleuth.find_orphaned_views(), [])


def security(app):
    report = generate_security_report(app)
    same("pages open and closed", (report.public_scenes, report.login_required_scenes), (4, 5))


def faults():
    dump = knack_sleuth.core.fetch_metadata_from_api(APP)
    fields = dump["application"]["objects"][0]["fields"]
    for field in fields:
        # So it is with most fields of recorded applications.
        field["rules"] = None
    try:
        KnackAppMetadata(**dump)
        errors = 0
    except ValidationError as error:
        errors = error.error_count()
    fault("rules that are null are refused, so many", errors, len(fields))


def main():
    metadata = load_app_metadata(app_id=APP, no_cache=True)
    schema(metadata.application)
    uses(metadata)
    security(metadata.application)
    faults()


if __name__ == "__main__":
    main()
