"""What the scripts of Python clients share: the local Knack, and two ways of saying something of it."""

import os

URL = os.environ["KNACK_URL"] + "/v1"
# The same application where the number of a page is a number; see `run`.
NUMERIC_URL = os.environ["KNACK_NUMERIC_URL"] + "/v1"
APP = os.environ["KNACK_APP_ID"]
KEY = os.environ["KNACK_API_KEY"]


def same(what, got, want):
    assert got == want, f"{what}: {got!r} is not {want!r}"
    print(f"  {what}: {want!r}")


def fault(what, got, want):
    """The client is wrong, and this is how. Should it be mended, the script says so by failing."""
    assert got == want, f"no longer wrong? {what}: {got!r} is not {want!r}"
    print(f"  fault of the client: {what}: {want!r}")
