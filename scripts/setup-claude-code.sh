#!/bin/sh
# Writes the proxy into Claude Code's settings: shows what would change, asks, writes, and sends a test message.
#   scripts/setup-claude-code.sh           asks before it writes
#   scripts/setup-claude-code.sh --yes     does not ask
#   scripts/setup-claude-code.sh --undo    takes everything back
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
exec node "$root/scripts/bootstrap.mjs" pensieve setup claude-code "$@"
