#!/bin/sh
# After provisioning: builds the listener's image where none is given, then prints the DNS records, writes them into
# the zone in Azure if there is one, and says what is still missing. To be repeated once domains have signing keys:
# azd hooks run postprovision
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

# cloud reads settings of its own from CLOUD_ variables, and those of azd mean other things (CLOUD_SMARTHOST).
ask() (
  for name in $(set | sed -n 's/^\(CLOUD_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
  run_cloud dns "$@"
)

set -- --host "$CLOUD_MAIL_HOST" --ipv4 "$CLOUD_LISTENER_ADDRESS" --mta-sts "${CLOUD_MTA_STS:-testing}"
# Container Apps keep port 443, and the address is theirs.
[ "${CLOUD_LISTENER_HOST:-vm}" = vm ] || set -- "$@" --no-pointer --no-pages
for name in $(printf '%s' "${CLOUD_SPF_INCLUDE:-}" | tr ',' ' '); do set -- "$@" --spf-include "$name"; done
# What SPF names is the listener (mx), which does not send: the smarthost does, or the Functions app, from addresses of
# the platform. Where these are not named as well, nobody may be told to refuse the rest.
case ${CLOUD_SMARTHOST:-}/${CLOUD_SPF_INCLUDE:-}/${CLOUD_SMARTHOST_MORE:-} in
/* | *//* | *=off*) set -- "$@" --spf-softfail ;;
esac
for domain in $(printf '%s' "$CLOUD_DOMAINS" | tr ',' ' '); do set -- "$@" "$domain"; done

# The signing keys come with a domain, and lie in a store that who deploys may read only once he has given himself the
# roles (docs/deploy.md). Only public keys are asked for.
keys=unread
if [ -n "${CLOUD_MAIL_ACCOUNT:-}" ]; then
  store="--store azure"
  for service in blob queue table; do
    store="$store --$service-endpoint https://$CLOUD_MAIL_ACCOUNT.$service.core.windows.net"
  done
  # shellcheck disable=SC2086 # several words, none with a blank
  if ask --zone-file "$@" $store >"$records.new" 2>"$records.why"; then
    keys=read
    set -- "$@" $store
  fi
fi
if [ "$keys" = unread ]; then
  set -- "$@" --no-keys
  ask --zone-file "$@" >"$records.new" ||
    { rm -f "$records.new" "$records.why"; fail "cloud dns failed." "Run: azd hooks run postprovision"; }
fi
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
published=no
if ask --check "$@" >"$records.seen"; then published=yes; fi
unsigned=$(awk '/^later / && $2 ~ /\._domainkey\./ { sub(/.*\._domainkey\./, "", $2); sub(/\.$/, "", $2); print $2 }' "$records.seen")
if [ "$published" = yes ] && [ -z "$unsigned" ]; then
  say "All of them are seen in DNS."
elif [ "$published" = yes ]; then
  say "What can be published now is seen in DNS. DKIM is not there yet."
else
  say "Not seen in DNS yet, or otherwise:"
  awk '/^(missing|differs|unknown) / { print "  " $0; told = 1; next } /^ / && told { print "  " $0 } !/^ / { told = 0 }' \
    "$records.seen"
fi
if [ "$keys" = unread ]; then
  say "DKIM: the signing keys could not be looked up, so their records are neither above nor in the zone. Without them"
  say "  nobody can verify what is signed. They come with the domain, and can be read with roles on the mail account"
  say "  (docs/deploy.md, step 8). Then: azd hooks run postprovision"
  [ ! -s "$records.why" ] || say "  The store said: $(awk 'NF { line = $0 } END { print line }' "$records.why")"
else
  for domain in $unsigned; do
    say "DKIM: $domain has no signing keys yet, so its mail is not signed: cloud domain add $domain (docs/deploy.md, step 8)"
    say "  Then: azd hooks run postprovision"
  done
fi
rm -f "$records.seen" "$records.why"
if [ "${CLOUD_LISTENER_HOST:-vm}" = vm ] && [ "${CLOUD_REVERSE_DNS:-false}" != true ]; then
  say "PTR: once $CLOUD_MAIL_HOST resolves to $CLOUD_LISTENER_ADDRESS:"
  say "  azd env set CLOUD_REVERSE_DNS true && azd provision"
fi
if [ -z "${CLOUD_SMARTHOST:-}" ]; then
  say "Sending: no smarthost is set, and most subscriptions may not connect to port 25 (docs/deploy.md)."
  say "  SPF ends in ~all: what the Functions app sends itself comes from addresses that no record can name."
elif [ -z "${CLOUD_SPF_INCLUDE:-}" ]; then
  warn "SPF does not name $CLOUD_SMARTHOST, through which mail leaves, and therefore ends in ~all."
  warn "Its operator tells the domain to include: azd env set CLOUD_SPF_INCLUDE NAME && azd hooks run postprovision"
fi
