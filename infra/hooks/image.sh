#!/bin/sh
# Builds the listener's image and puts it into an Azure registry: infra/hooks/image.sh NAME.azurecr.io/cloud-listener:TAG
# The program is published here, the image is made by the registry (ACR Tasks): Docker is not needed.
set -eu
. ./infra/hooks/common.sh

image=${1:?the image to build}
registry=${image%%.*}
context=artifacts/image
has dotnet || fail "the .NET 10 SDK is missing; it builds the listener." "https://dotnet.microsoft.com/download/dotnet/10.0"

rm -rf "$context"
# Without --runtime, which would rewrite the lock files of all projects below; this one names it when it is published.
dotnet publish listener/Container --configuration Release --output "$context" --verbosity quiet --nologo
# The registry builds without BuildKit, which alone knows --chmod; the file is executable as it comes.
mkdir -p "$context"
sed 's/ --chmod=[0-7]*//' listener/Dockerfile >"$context/Dockerfile"
az acr build --registry "$registry" --image "${image#*/}" --no-logs --output none "$context"
