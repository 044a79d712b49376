// Every role in the resource group, at the narrowest scope that works. app/rbac-dns.bicep holds the one outside.
param principalId string
param functionsPrincipalId string
param listenerPrincipalId string
param mailAccount string
param hostAccount string
param componentName string
param vaultName string
param registryName string
param smarthost bool
param rspamd bool
param oauth bool

@description('Whether the listener keeps what ACME issued in a container of blobs.')
param keepsCertificate bool

var role = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  queueProcessor: '8a0f0c08-91a1-4084-bc3d-661d67233fed'
  queueSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
var definitions = 'Microsoft.Authorization/roleDefinitions'

resource mail 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: mailAccount

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource messages 'containers' existing = {
      name: 'mail'
    }

    resource certificates 'containers' existing = {
      name: 'listener'
    }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource inbound 'queues' existing = {
      name: 'inbound'
    }

    resource watch 'queues' existing = {
      name: 'watch-0000000000000001'
    }
  }
}

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostAccount
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource gatewayKey 'secrets' existing = {
    name: 'gateway-key'
  }

  resource keyEncryptionKey 'secrets' existing = {
    name: 'key-encryption-key'
  }

  resource smarthostSecret 'secrets' existing = {
    name: 'smarthost-secret'
  }

  resource rspamdPassword 'secrets' existing = {
    name: 'rspamd-password'
  }

  resource oauthSecret 'secrets' existing = {
    name: 'oauth-secret'
  }
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: empty(registryName) ? 'none' : registryName
}

// The Functions app: all mail, rows and queues, since every transaction runs there.

resource functionsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail::blobs::messages.id, functionsPrincipalId, role.blobContributor)
  scope: mail::blobs::messages
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.blobContributor)
  }
}

// Contributor, and of the account: the host makes poison queues and asks for lengths.
resource functionsQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail.id, functionsPrincipalId, role.queueContributor)
  scope: mail
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.queueContributor)
  }
}

resource functionsTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail.id, functionsPrincipalId, role.tableContributor)
  scope: mail
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.tableContributor)
  }
}

// The one Owner: the Functions host takes blob leases, keeps its keys in containers that it makes itself, and reads
// the package, for which Contributor does not do. It owns blobs of its own account only, where no mail is.
resource functionsHostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, functionsPrincipalId, role.blobOwner)
  scope: host
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.blobOwner)
  }
}

// The host keeps its diagnostic events in a table.
resource functionsHostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(host.id, functionsPrincipalId, role.tableContributor)
  scope: host
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.tableContributor)
  }
}

resource functionsMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, functionsPrincipalId, role.metricsPublisher)
  scope: component
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.metricsPublisher)
  }
}

resource functionsGatewayKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::gatewayKey.id, functionsPrincipalId, role.secretsUser)
  scope: vault::gatewayKey
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

resource functionsKeyEncryptionKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::keyEncryptionKey.id, functionsPrincipalId, role.secretsUser)
  scope: vault::keyEncryptionKey
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

resource functionsSmarthostSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (smarthost) {
  name: guid(vault::smarthostSecret.id, functionsPrincipalId, role.secretsUser)
  scope: vault::smarthostSecret
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

resource functionsOauthSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (oauth) {
  name: guid(vault::oauthSecret.id, functionsPrincipalId, role.secretsUser)
  scope: vault::oauthSecret
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

// The listener stands in the open, so it can do least: write and read message bytes, hand over transactions, hear of
// changes. It cannot touch the rows, and so neither accounts nor passwords.

resource listenerBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail::blobs::messages.id, listenerPrincipalId, role.blobContributor)
  scope: mail::blobs::messages
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.blobContributor)
  }
}

resource listenerInbound 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail::queueService::inbound.id, listenerPrincipalId, role.queueSender)
  scope: mail::queueService::inbound
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.queueSender)
  }
}

resource listenerWatch 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(mail::queueService::watch.id, listenerPrincipalId, role.queueProcessor)
  scope: mail::queueService::watch
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.queueProcessor)
  }
}

resource listenerGatewayKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::gatewayKey.id, listenerPrincipalId, role.secretsUser)
  scope: vault::gatewayKey
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

resource listenerRspamdPassword 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (rspamd) {
  name: guid(vault::rspamdPassword.id, listenerPrincipalId, role.secretsUser)
  scope: vault::rspamdPassword
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}

// Keys lie in it: nobody else has a right on it.
resource listenerCertificates 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (keepsCertificate) {
  name: guid(mail::blobs::certificates.id, listenerPrincipalId, role.blobContributor)
  scope: mail::blobs::certificates
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.blobContributor)
  }
}

resource listenerPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  name: guid(registry.id, listenerPrincipalId, role.acrPull)
  scope: registry
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, role.acrPull)
  }
}

// Whoever deploys reads the generated secrets back, so that the next deployment does not make new ones.
resource deployerSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(principalId)) {
  name: guid(vault.id, principalId, role.secretsUser)
  scope: vault
  properties: {
    principalId: principalId
    roleDefinitionId: subscriptionResourceId(definitions, role.secretsUser)
  }
}
