"""knack-elt 0.6.1: loads the whole application into a DuckDB file, 1,000 raw records at a time."""

import logging
import os
import tempfile
from pathlib import Path

from local import APP, KEY, URL, same

home = tempfile.TemporaryDirectory()
# What it keeps between runs is for this one alone, and dlt tells nobody of it.
os.environ |= {
    "KNACK_CACHE_DIR": home.name,
    "DLT_DATA_DIR": home.name,
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}

import duckdb
import knack_elt.cli
import knack_sleuth.core
from typer.testing import CliRunner

# Neither has a setting for this.
knack_sleuth.core.KNACK_API_BASE_URL = URL
published = knack_elt.cli.create_rest_client


def local_client(**keys):
    client = published(**keys)
    client.base_url = URL
    return client


knack_elt.cli.create_rest_client = local_client

# It tells of every object.
logging.disable(logging.INFO)

ROWS = {
    "object_1": 420,
    "object_3": 18,
    "object_4": 140,
    "object_6": 1300,
    "object_7": 3200,
    "object_9": 380,
    "object_10": 12,
}


def load(file):
    options = ["--app-id", APP, "--api-key", KEY, "--db-path", str(file), "--name", "bikes"]
    result = CliRunner().invoke(knack_elt.cli.cli, ["run-pipeline", *options])
    assert result.exit_code == 0, f"{result.output}\n{result.exception!r}"


def main():
    file = Path(home.name) / "warehouse.duckdb"
    load(file)
    with duckdb.connect(str(file), read_only=True) as db:

        def row(columns, table, condition="true"):
            return db.sql(f"select {columns} from bikes.{table} where {condition}").fetchall()[0]

        same("rows", {table: row("count(*)", table)[0] for table in ROWS}, ROWS)
        bike = row("field_30, field_33, field_34", "object_4", "field_31 = 'FW-0001'")
        same("a product", bike, ("City Bike Red", "657.50", 6.91))
        label = row("field_name", "_kn_field_catalog", "field_key = 'field_111'")
        same("a label", label, ("Goods",))
        customer = row("field_41 ->> '$[0].identifier'", "object_6", "field_40 = 1")
        same("a connection", customer, ("Priya Abara",))


if __name__ == "__main__":
    main()
