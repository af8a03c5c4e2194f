# For scripts to source: the emulator's program, built into $target, with its logs in $work.

started=()
stop() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    started=()
}
trap stop EXIT

# Starts an emulator on a free port of loopback and leaves its address in `url`.
emulate() {
    local log="$work/emulator-${#started[@]}.log" try
    rm -f "$log" && touch "$log" # or what an earlier one said is read
    "$target/debug/cargo-knack" knack emulate --port 0 "$@" >"$log" 2>&1 &
    started+=($!)
    for try in {1..200}; do
        if grep -q '^Ctrl-C' "$log"; then
            # The line to paste, with what a client needs.
            eval "$(grep '^ *export KNACK_BASE_URL=' "$log")"
            url="${KNACK_BASE_URL%/v1}"
            return
        fi
        sleep 0.05
    done
    cat "$log" >&2
    exit 1
}
