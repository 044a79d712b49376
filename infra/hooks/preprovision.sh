#!/bin/sh
# Before anything is made: is all there that will be needed? Everything that is wrong is told at once.
set -eu
. ./infra/hooks/common.sh

faults=0
fault() {
  faults=$((faults + 1))
  printf 'error: %s\n' "$1" >&2
  printf '  %s\n' "$2" >&2
}

# A name of two labels or more, each of letters, digits and hyphens within.
valid_name() {
  [ "${#1}" -le 253 ] || return 1
  case $1 in
  *..* | .* | *. | -* | *- | *.-* | *-.* | *[!A-Za-z0-9.-]*) return 1 ;;
  *.*) return 0 ;;
  *) return 1 ;;
  esac
}

has az || fail "the Azure CLI (az) is missing; the hooks build the image and set keys with it." \
  "https://learn.microsoft.com/cli/azure/install-azure-cli"
az account show --output none 2>/dev/null || fail "the Azure CLI is not signed in." "Run: az login"

name=${AZURE_ENV_NAME:-}
case $name in
'' | [!a-z]* | *[!a-z0-9-]* | *-)
  fault "\"$name\" cannot be the name of the environment: lower-case letters, digits and hyphens." "Run: azd env new NAME" ;;
esac
[ "${#name}" -le 20 ] || fault "the name of the environment has more than 20 characters." "Run: azd env new NAME"

if [ -z "${CLOUD_DOMAINS:-}" ]; then
  fault "no domain to receive mail for." "Run: azd env set CLOUD_DOMAINS example.org"
else
  for domain in $(printf '%s' "$CLOUD_DOMAINS" | tr ',' ' '); do
    valid_name "$domain" || fault "\"$domain\" is no domain name." "Run: azd env set CLOUD_DOMAINS example.org,example.net"
  done
fi

host=${CLOUD_MAIL_HOST:-}
[ -z "$host" ] || valid_name "$host" ||
  fault "CLOUD_MAIL_HOST is \"$host\", which is no host name." "Run: azd env set CLOUD_MAIL_HOST mail.example.org   (or \"\": mail. and the first domain)"

case ${CLOUD_LISTENER_HOST:-vm} in
vm) ;;
containerapp)
  [ -n "${CLOUD_DNS_ZONE_ID:-}${CLOUD_CERTIFICATE_ID:-}" ] ||
    warn "on containerapp a trusted certificate needs Azure DNS (CLOUD_DNS_ZONE_ID) or a vault (CLOUD_CERTIFICATE_ID): it stays self-signed." ;;
*) fault "CLOUD_LISTENER_HOST is \"$CLOUD_LISTENER_HOST\"." "Run: azd env set CLOUD_LISTENER_HOST vm   (or containerapp)" ;;
esac

case ${CLOUD_DNS_ZONE_ID:-} in
'' | /subscriptions/*/resourceGroups/*/providers/Microsoft.Network/dns[zZ]ones/*) ;;
*) fault "CLOUD_DNS_ZONE_ID is not the resource id of a DNS zone." \
  "Find it: az network dns zone list --query '[].id' --output tsv" ;;
esac
certificate=${CLOUD_CERTIFICATE_ID:-}
case $certificate in
'' | /subscriptions/*/resourceGroups/*/providers/Microsoft.KeyVault/vaults/*/secrets/?*) ;;
*) certificate=/secrets/wrong/ ;;
esac
case ${certificate##*/secrets/} in
*[!A-Za-z0-9-]*) fault "CLOUD_CERTIFICATE_ID is not the resource id of a secret in a vault, without a version." \
  "It is \"\$(az keyvault show --name VAULT --query id --output tsv)/secrets/NAME\"" ;;
esac
if [ -n "${CLOUD_DNS_ZONE_ID:-}" ] && [ -z "${CLOUD_CERTIFICATE_ID:-}" ] && [ "${CLOUD_LISTENER_HOST:-vm}" = containerapp ]; then
  zone=$(printf '%s' "${CLOUD_DNS_ZONE_ID##*/}" | tr '[:upper:]' '[:lower:]')
  name_of_host=$(printf '%s' "${host:-mail.${CLOUD_DOMAINS%%,*}}" | tr '[:upper:]' '[:lower:]')
  case $name_of_host in
  "$zone" | *."$zone") ;;
  *) warn "$name_of_host is not in the zone $zone: on containerapp its certificate stays self-signed." ;;
  esac
fi

# Azure takes a PTR name only when it resolves to the address; better to hear that now than after minutes.
if [ "${CLOUD_REVERSE_DNS:-false}" = true ] && [ -n "${CLOUD_LISTENER_ADDRESS:-}" ] && has getent; then
  getent ahostsv4 "$host" 2>/dev/null | grep -q "^$CLOUD_LISTENER_ADDRESS " ||
    fault "$host does not resolve to $CLOUD_LISTENER_ADDRESS yet, so the PTR record would be refused." \
      "Publish its A record first, or: azd env set CLOUD_REVERSE_DNS false"
fi
if [ -n "${CLOUD_SMARTHOST_HOST:-}" ] && [ -z "${CLOUD_SPF_INCLUDE:-}" ]; then
  warn "mail leaves through $CLOUD_SMARTHOST_HOST, which SPF will not name: azd env set CLOUD_SPF_INCLUDE NAME (its operator tells it)."
fi
[ "$faults" -eq 0 ] || exit 1

# A provisioning that failed half-way left a vault, but azd does not know its name yet: without it new secrets would be
# made, and Azure refuses to change the password of a machine.
if [ -z "${AZURE_KEY_VAULT_NAME:-}" ]; then
  vault=$(az keyvault list --resource-group "rg-$name" --query '[0].name' --output tsv 2>/dev/null || true)
  if [ -n "$vault" ]; then
    azd env set AZURE_KEY_VAULT_NAME "$vault"
    say "Goes on with the vault $vault of an earlier try."
  fi
fi
