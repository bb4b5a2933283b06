#!/bin/sh
# The certificate that OpenSearch answers with, signed by an authority made for it alone: certificates.sh FOLDER NAME...
# Its users verify it against FOLDER/ca.pem. The authority's key is thrown away, so that it can sign nothing else.
# The demo certificates of the image will not do: everybody has their keys, administrator's included.
set -eu
umask 077
folder=$1
shift
[ -s "$folder/node.pem" ] && exit 0 # made before; delete the folder to have new ones
making=$(mktemp -d)
trap 'rm -rf "$making"' EXIT
names=$(printf 'DNS:%s,' "$@")
days=3650 # nobody renews them by hand in time

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days -subj "/CN=Affindex authority" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" -keyout "$making/ca.key" -out "$making/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout "$making/node.key" -out "$making/node.csr" 2>/dev/null
cat >"$making/extensions" <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=${names%,}
END
openssl x509 -req -in "$making/node.csr" -CA "$making/ca.pem" -CAkey "$making/ca.key" -CAcreateserial -days $days \
    -extfile "$making/extensions" -out "$making/node.pem" 2>/dev/null

mkdir -p "$folder"
cp "$making/ca.pem" "$making/node.key" "$folder"
[ "$(id -u)" != 0 ] || chown 1000 "$folder/node.key" # OpenSearch's user in its image
chmod 755 "$folder"
chmod 644 "$folder/ca.pem" "$making/node.pem"
cp -p "$making/node.pem" "$folder" # last: its presence says that all is there
