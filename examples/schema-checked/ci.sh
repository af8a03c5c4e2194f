#!/usr/bin/env bash
# What a repository with a committed schema runs in CI.
set -euo pipefail
cd "$(dirname "$0")"

# Is `.knack/` what the application is now? Needs the network, but no key: the id is in `.knack/app.json`.
cargo knack check
# Do the structs fit it?
cargo test --locked
