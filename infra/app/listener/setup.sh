# Puts the listener in place on the machine, and starts it; run as root at each deployment, so it may be repeated.
# The lines before this one set IMAGE, IDENTITY (client id), SECRETS ("NAME=URI" each) and SETTINGS (base64).
set -eu

cloud-init status --wait >/dev/null || [ $? -eq 2 ] # 2: it ended, with warnings
command -v podman >/dev/null || { echo "setup: podman is missing; see /var/log/cloud-init-output.log" >&2; exit 1; }

install -d -m 755 /etc/cloud-listener
printf '%s' "$IMAGE" >/etc/cloud-listener/image
printf '%s' "$IDENTITY" >/etc/cloud-listener/identity
printf '%s\n' "$SECRETS" | tr ' ' '\n' >/etc/cloud-listener/secrets
printf '%s' "$SETTINGS" | base64 -d >/etc/cloud-listener/settings
chmod 644 /etc/cloud-listener/*

# Before each start: the image, and the secrets into memory (/run). From there podman copies them into what it keeps of
# a container, on the disk under /var/lib/containers, readable by root alone; --rm deletes it when the container ends.
cat >/usr/local/sbin/cloud-listener-prepare <<'PREPARE'
#!/bin/sh
set -eu
umask 077
identity=$(cat /etc/cloud-listener/identity)
image=$(cat /etc/cloud-listener/image)

# A token of the machine's identity for a resource. The file keeps it out of the process list.
token() {
  curl -fsS --retry 5 --retry-all-errors -H Metadata:true \
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=$identity&resource=$1" |
    jq -er .access_token
}

directory=/run/cloud-listener
mkdir -p "$directory"
trap 'rm -f "$directory/header" "$directory/token" "$directory/secrets.new"' EXIT
{ printf 'Authorization: Bearer '; token https://vault.azure.net; } >"$directory/header"
: >"$directory/secrets.new"
while IFS='=' read -r name uri; do
  [ -n "$name" ] || continue
  value=$(curl -fsS --retry 5 --retry-all-errors -H "@$directory/header" "$uri?api-version=7.4" | jq -er .value)
  printf '%s=%s\n' "$name" "$value" >>"$directory/secrets.new"
done </etc/cloud-listener/secrets
mv "$directory/secrets.new" "$directory/secrets"

registry=${image%%/*}
case $registry in
*.azurecr.io)
  token https://management.azure.com/ >"$directory/token"
  curl -fsS --retry 5 --retry-all-errors "https://$registry/oauth2/exchange" \
    -d grant_type=access_token -d "service=$registry" --data-urlencode "access_token@$directory/token" |
    jq -er .refresh_token |
    podman login "$registry" --username 00000000-0000-0000-0000-000000000000 --password-stdin >/dev/null
  ;;
esac
podman pull --quiet "$image" || podman image exists "$image" # without the registry, what is here does
PREPARE
chmod 755 /usr/local/sbin/cloud-listener-prepare

cat >/etc/systemd/system/cloud-listener.service <<'UNIT'
[Unit]
Description=Mail: SMTP, IMAP and POP3
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStartPre=/usr/local/sbin/cloud-listener-prepare
ExecStart=/bin/sh -c 'exec podman run --rm --replace --name cloud-listener --network host --read-only --cap-drop all \
  --security-opt no-new-privileges --env-file /etc/cloud-listener/settings --env-file /run/cloud-listener/secrets \
  --volume cloud-listener-data:/data:U --log-driver passthrough "$(cat /etc/cloud-listener/image)"'
# The listener lets transactions end for 30 seconds.
ExecStop=/usr/bin/podman stop --time 40 cloud-listener
TimeoutStartSec=300
TimeoutStopSec=60
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT

systemctl daemon-reload
systemctl enable --quiet cloud-listener.service
systemctl restart cloud-listener.service

# A role that was just granted takes minutes to work, and the unit tries until then.
for _ in $(seq 240); do
  if curl -fsS http://127.0.0.1:8080/ready >/dev/null 2>&1; then
    podman image prune --force >/dev/null
    echo "setup: $IMAGE runs"
    exit 0
  fi
  sleep 2
done
echo "setup: $IMAGE does not get ready:" >&2
journalctl --unit cloud-listener.service --lines 40 --no-pager >&2
exit 1
