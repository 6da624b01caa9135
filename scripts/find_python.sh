#!/bin/sh
# Prints a Python of at least 3.11 that can make virtual environments, or says in one line what is missing.
# PYTHON=... chooses one.
found=""
for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python3.14}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null)
    if [ $? -ne 0 ]; then
        found="$found $candidate${version:+ ($version)}"
        continue
    fi
    if ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        found="$found $candidate (without venv: Debian keeps it in python3-venv)"
        continue
    fi
    "$candidate" -c 'import sys; print(sys.executable)'
    exit 0
done
echo "Zhupi needs Python 3.11 or newer with venv (Debian: apt install python3 python3-venv); found:${found:- none}." >&2
exit 1
