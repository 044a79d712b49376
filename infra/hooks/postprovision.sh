#!/bin/sh
# After provisioning: builds the listener's image where none is given, then prints the DNS records, writes them into
# the zone in Azure if there is one, and says what is still missing.
set -eu
. ./infra/hooks/common.sh
need AZURE_ENV_NAME CLOUD_DOMAINS CLOUD_MAIL_HOST CLOUD_LISTENER_ADDRESS

# --- the image

if [ -z "${CLOUD_LISTENER_IMAGE:-}" ]; then
  need AZURE_CONTAINER_REGISTRY_ENDPOINT
  tag=$(git rev-parse --short HEAD 2>/dev/null || date -u +%Y%m%d%H%M%S)
  image="$AZURE_CONTAINER_REGISTRY_ENDPOINT/cloud-listener:$tag"
  say "Building $image …"
  ./infra/hooks/image.sh "$image" || fail "the image could not be built." \
    "Push one yourself and name it: azd env set CLOUD_LISTENER_IMAGE REGISTRY/NAME:TAG && azd provision"
  azd env set CLOUD_LISTENER_IMAGE "$image"
  say "Provisioning again, now with the image."
  exec azd provision --no-prompt # which runs this hook again, and does the rest
fi

# --- the DNS records

records=".azure/$AZURE_ENV_NAME/dns.zone"
mkdir -p "$(dirname "$records")"
if ! has_cloud; then
  warn "the DNS records are not written: neither cloud nor the .NET SDK is here. docs/deploy.md lists them."
  exit 0
fi

# The signing keys come with the domain, and are in a store that this hook may not read: docs/deploy.md.
set -- --host "$CLOUD_MAIL_HOST" --ipv4 "$CLOUD_LISTENER_ADDRESS" --mta-sts "${CLOUD_MTA_STS:-testing}" --no-keys
# Container Apps keep port 443, and the address is theirs.
[ "${CLOUD_LISTENER_HOST:-vm}" = vm ] || set -- "$@" --no-pointer --no-pages
[ -z "${CLOUD_SPF_INCLUDE:-}" ] || set -- "$@" --spf-include "$CLOUD_SPF_INCLUDE"
for domain in $(printf '%s' "$CLOUD_DOMAINS" | tr ',' ' '); do set -- "$@" "$domain"; done
run_cloud dns --zone-file "$@" >"$records.new" || { rm -f "$records.new"; fail "cloud dns failed." "Run: azd hooks run postprovision"; }
mv "$records.new" "$records"
say "DNS records, also in $records:"
say ""
cat "$records"
say ""

# Adds what the zone lacks, and never touches what is there: it may serve somebody.
write_zone() {
  zone=${CLOUD_DNS_ZONE_ID##*/}
  group=$(printf '%s' "$CLOUD_DNS_ZONE_ID" | cut -d/ -f5)
  subscription=$(printf '%s' "$CLOUD_DNS_ZONE_ID" | cut -d/ -f3)
  there=$(az network dns record-set list --subscription "$subscription" --resource-group "$group" --zone-name "$zone" \
    --query '[].[name, type]' --output tsv) || return 1
  there=$(printf '%s\n' "$there" | awk -v zone="$zone" 'NF == 2 {
    sub(".*/", "", $2); print ($1 == "@" ? zone : $1 "." zone) ".", $2 }')
  awk -v zone="$zone." -v there="$there" '
    BEGIN { n = split(there, lines, "\n"); for (i = 1; i <= n; i++) kept[lines[i]] = 1 }
    /^;/ || NF < 5 { next }
    $1 != zone && substr($1, length($1) - length(zone)) != "." zone { next }
    kept[$1 " " $4] { print "left as it is: " $1 " " $4 > "/dev/stderr"; next }
    { print }' "$records" >"$records.add"
  if [ -s "$records.add" ]; then
    az network dns zone import --subscription "$subscription" --resource-group "$group" --name "$zone" \
      --file-name "$records.add" --output none || return 1
    say "Written into the zone $zone: $(awk 'END { print NR }' "$records.add") records."
  fi
  rm -f "$records.add"
}
if [ -n "${CLOUD_DNS_ZONE_ID:-}" ]; then
  write_zone || warn "the records could not be written into the zone; publish them by hand."
fi

# --- what is missing

# A changed record may take its TTL to be seen; so this only tells.
if run_cloud dns --check "$@" >"$records.seen"; then
  say "All of them are seen in DNS."
else
  say "Not seen in DNS yet, or otherwise:"
  awk '/^(missing|differs|unknown) / { print "  " $0; told = 1; next } /^ / && told { print "  " $0 } !/^ / { told = 0 }' \
    "$records.seen"
fi
rm -f "$records.seen"
if [ "${CLOUD_LISTENER_HOST:-vm}" = vm ] && [ "${CLOUD_REVERSE_DNS:-false}" != true ]; then
  say "PTR: once $CLOUD_MAIL_HOST resolves to $CLOUD_LISTENER_ADDRESS:"
  say "  azd env set CLOUD_REVERSE_DNS true && azd provision"
fi
[ -n "${CLOUD_SMARTHOST:-}" ] ||
  say "Sending: no smarthost is set, and most subscriptions may not connect to port 25 (docs/deploy.md)."
