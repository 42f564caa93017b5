#!/usr/bin/env bash
# Makes .venv with exactly what requirements.lock names: by uv where it is there, else by the venv module and pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'healproof %s\n' "$*" >&2; }

python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
fi
if [ -z "$python" ]; then
  say "no Python 3.11 or newer on PATH; install one, or name it: make PYTHON=/path/to/python3.12 chaos"
  exit 2
fi

begun=$SECONDS
if command -v uv >/dev/null; then
  say "environment .venv by uv …"
  uv venv -q --allow-existing --python "$python" .venv
  uv pip install -q --python .venv/bin/python --require-hashes -r requirements.lock
  uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  say "environment .venv by venv and pip …"
  if ! "$python" -m venv .venv; then
    say "$python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"
    exit 2
  fi
  .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
say "environment .venv: $((SECONDS - begun)) s"
