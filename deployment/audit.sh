#!/bin/sh
# What is locked, as a bill of materials (CycloneDX, sbom.json), and which known vulnerabilities it has: audit.sh UV.
# Ends with 0 where none is known, 1 where some are, 3 where the database cannot be asked, which says nothing.
set -eu
uv=$1
"$uv" tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock --output-file sbom.json
echo "sbom.json: the bill of materials of requirements.lock"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
if found=$("$uv" tool run --quiet pip-audit==2.10.1 --requirement requirements.lock --require-hashes --disable-pip \
    --vulnerability-service osv --progress-spinner off 2>"$said"); then
    echo "no known vulnerability"
elif [ -n "$found" ]; then
    echo "$found"
    exit 1
else
    echo "not audited: the database of vulnerabilities (api.osv.dev) is out of reach, or did not answer:" >&2
    tail -n 1 "$said" >&2
    exit 3
fi
