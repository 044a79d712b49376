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
    case $domain in
    *..* | .* | *. | -* | *[!A-Za-z0-9.-]*) valid=no ;;
    *.*) valid=yes ;;
    *) valid=no ;;
    esac
    [ "$valid" = yes ] || fault "\"$domain\" is no domain name." "Run: azd env set CLOUD_DOMAINS example.org,example.net"
  done
fi

case ${CLOUD_LISTENER_HOST:-vm} in
vm) ;;
containerapp)
  [ -n "${CLOUD_DNS_ZONE_ID:-}" ] ||
    warn "on containerapp a trusted certificate needs Azure DNS: without CLOUD_DNS_ZONE_ID it stays self-signed." ;;
*) fault "CLOUD_LISTENER_HOST is \"$CLOUD_LISTENER_HOST\"." "Run: azd env set CLOUD_LISTENER_HOST vm   (or containerapp)" ;;
esac

case ${CLOUD_DNS_ZONE_ID:-} in
'' | /subscriptions/*/resourceGroups/*/providers/Microsoft.Network/dns[zZ]ones/*) ;;
*) fault "CLOUD_DNS_ZONE_ID is not the resource id of a DNS zone." \
  "Find it: az network dns zone list --query '[].id' --output tsv" ;;
esac

# Azure takes a PTR name only when it resolves to the address; better to hear that now than after minutes.
if [ "${CLOUD_REVERSE_DNS:-false}" = true ] && [ -n "${CLOUD_LISTENER_ADDRESS:-}" ] && has getent; then
  getent ahostsv4 "$CLOUD_MAIL_HOST" 2>/dev/null | grep -q "^$CLOUD_LISTENER_ADDRESS " ||
    fault "$CLOUD_MAIL_HOST does not resolve to $CLOUD_LISTENER_ADDRESS yet, so the PTR record would be refused." \
      "Publish its A record first, or: azd env set CLOUD_REVERSE_DNS false"
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
