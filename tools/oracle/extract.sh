#!/bin/sh
# Extracts the conformance data anew; with --check, compares instead of writing.
set -eu
cd "$(dirname "$0")"
data=../../conformance/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/oracle" .
if [ "${1:-}" != --check ]; then
    "$work/oracle" extract -o "$data" all
    exit
fi
mkdir "$work/data"
"$work/oracle" extract -o "$work/data" all
diff -r -x README.md "$data" "$work/data" && echo "the conformance data is up to date"
