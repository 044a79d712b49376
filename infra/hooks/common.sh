# Shared by the hooks. azd runs them in the folder of azure.yaml and gives them the values of its environment.

say() { printf '%s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# One sentence that says what is wrong, then what to do about it, a line each.
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The command line of Cloud: an installed one, or the one in this repository, which needs the .NET SDK.
has_cloud() { has cloud || { [ -x ./run ] && has dotnet; }; }
run_cloud() { if has cloud; then cloud "$@"; else ./run "$@"; fi; }

# A value that provisioning must have left behind.
need() {
  for name in "$@"; do
    eval "value=\${$name:-}"
    [ -n "$value" ] || fail "$name is not known." "Run: azd provision"
  done
}
