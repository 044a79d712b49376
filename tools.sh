# What `run` and `test` need of the machine; sourced by both.

# Says what is missing, all of it at once, and how to get it.
need_tools() {
  local missing=0
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "Missing: the .NET 10 SDK (https://dotnet.microsoft.com/download/dotnet/10.0)." >&2
    missing=1
  elif ! dotnet --list-sdks 2>/dev/null | awk -F. '$1 == 10 { found = 1 } END { exit !found }'; then
    echo "Missing: the .NET 10 SDK (https://dotnet.microsoft.com/download/dotnet/10.0)." >&2
    echo "  Other versions do not do. Found: $(dotnet --list-sdks 2>/dev/null | awk '{ print $1 }' | paste -sd' ' -)" >&2
    missing=1
  fi
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    echo "Missing: Node.js 20 or newer, with npm (https://nodejs.org)." >&2
    missing=1
  elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "Too old: Node.js $(node --version); 20 or newer is needed (https://nodejs.org)." >&2
    missing=1
  fi
  [ "$missing" = 0 ] || exit 2
}

# Adds up what `dotnet test` printed: "N passed, N failed, N skipped".
count_tests() {
  sed -nE 's/.*Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+).*/\1 \2 \3/p' "$@" |
    awk '{ failed += $1; passed += $2; skipped += $3 }
         END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }'
}
