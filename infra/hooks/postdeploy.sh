#!/bin/sh
# After deployment: makes the gateway key known to the platform, then asks the server over SMTP, IMAP and POP3 whether
# it works. With CLOUD_CHECK_USER and CLOUD_CHECK_PASSWORD that user is sent messages, which are read back and deleted.
set -eu
. ./infra/hooks/common.sh
need AZURE_RESOURCE_GROUP AZURE_KEY_VAULT_NAME SERVICE_FUNCTIONS_NAME CLOUD_MAIL_HOST CLOUD_LISTENER_ADDRESS CLOUD_DOMAINS

# The platform asks for a function key before the handler is called: the same one that the handler checks.
umask 077
key=$(mktemp)
trap 'rm -f "$key"' EXIT
az keyvault secret show --vault-name "$AZURE_KEY_VAULT_NAME" --name gateway-key --query value --output tsv |
  tr -d '\n' >"$key"
[ -s "$key" ] || fail "the gateway key cannot be read from $AZURE_KEY_VAULT_NAME." \
  "A new role takes some minutes to work. Then: azd hooks run postdeploy"
az functionapp keys set --resource-group "$AZURE_RESOURCE_GROUP" --name "$SERVICE_FUNCTIONS_NAME" \
  --key-type functionKeys --key-name listener --key-value "@$key" --output none ||
  fail "the gateway key cannot be set at $SERVICE_FUNCTIONS_NAME." "Then: azd hooks run postdeploy"
say "The Functions app knows the listener's key."

has_cloud || { warn "not tested: neither cloud nor the .NET SDK is here."; exit 0; }
domain=${CLOUD_DOMAINS%%,*}
set -- "$CLOUD_MAIL_HOST" --address "$CLOUD_LISTENER_ADDRESS" --domain "$domain" --allow-untrusted
[ "${CLOUD_LISTENER_HOST:-vm}" = vm ] || set -- "$@" --pop3 off
if [ -n "${CLOUD_CHECK_USER:-}" ] && [ -n "${CLOUD_CHECK_PASSWORD:-}" ]; then
  set -- "$@" --send
else
  say "The server is only greeted. To send a message and read it back, once there is a user for it:"
  say "  CLOUD_CHECK_USER=somebody@$domain CLOUD_CHECK_PASSWORD=… azd hooks run postdeploy"
fi
if run_cloud check "$@"; then
  say "It works. Next, if not done: cloud domain add $domain and cloud user add somebody@$domain (docs/deploy.md, step 8)."
  say "The domain has signing keys then. Their DNS records: azd hooks run postprovision"
else
  fail "the server does not answer as it should; what is wrong stands above." \
    "Once that is mended: azd hooks run postdeploy" "docs/deploy.md, \"When something does not work\", goes through causes."
fi
