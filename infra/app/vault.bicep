// Secrets, each read by exactly who needs it (app/rbac.bicep).
param location string
param tags object
param name string

@secure()
param gatewaySeed string

@secure()
param gatewaySeedMore string

@secure()
param keySeed string

@secure()
param keySeedMore string

@secure()
param vmAdminPassword string

@secure()
param smarthostSecret string

@secure()
param rspamdPassword string

@secure()
param oauthSecret string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
  }
}

// What azd generates is 15 characters long, some 90 bits; so two of them. The handler takes no key below 32 characters,
// hence the rest, which is no secret's worth. Seeds that are kept give the same key at each deployment.
var gatewayKey = '${gatewaySeed}${gatewaySeedMore}${uniqueString(gatewaySeed, gatewaySeedMore, name)}'

// The same for the key that encrypts the domains' signing keys. Another one makes those worthless: they must be kept.
var keyEncryptionKey = '${keySeed}${keySeedMore}${uniqueString(keySeed, keySeedMore, name)}'

resource seed 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'gateway-seed'
  properties: { value: gatewaySeed, contentType: 'gateway-key is made from it' }
}

resource seedMore 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'gateway-seed-more'
  properties: { value: gatewaySeedMore, contentType: 'gateway-key is made from it' }
}

resource gateway 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'gateway-key'
  properties: { value: gatewayKey, contentType: 'The listener shows it to the Functions app' }
}

resource keySeedKept 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'key-seed'
  properties: { value: keySeed, contentType: 'key-encryption-key is made from it' }
}

resource keySeedMoreKept 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'key-seed-more'
  properties: { value: keySeedMore, contentType: 'key-encryption-key is made from it' }
}

resource keyEncryption 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'key-encryption-key'
  properties: { value: keyEncryptionKey, contentType: 'Encrypts the domains\' signing keys' }
}

resource console 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'vm-admin-password'
  properties: { value: vmAdminPassword, contentType: 'User cloudadmin, for the serial console' }
}

resource smarthost 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(smarthostSecret)) {
  parent: vault
  name: 'smarthost-secret'
  properties: { value: smarthostSecret, contentType: 'Password at the smarthost' }
}

resource rspamd 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(rspamdPassword)) {
  parent: vault
  name: 'rspamd-password'
  properties: { value: rspamdPassword, contentType: 'Password of rspamd\'s worker' }
}

resource oauth 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(oauthSecret)) {
  parent: vault
  name: 'oauth-secret'
  properties: { value: oauthSecret, contentType: 'Of the client that checks tokens' }
}

output name string = vault.name
// Without a version, so that a changed secret is found.
output gatewayKeyUri string = gateway.properties.secretUri
output keyEncryptionKeyUri string = keyEncryption.properties.secretUri
output smarthostSecretUri string = '${vault.properties.vaultUri}secrets/smarthost-secret'
output rspamdPasswordUri string = '${vault.properties.vaultUri}secrets/rspamd-password'
output oauthSecretUri string = '${vault.properties.vaultUri}secrets/oauth-secret'
