// Two accounts: one for mail, one for the Functions host (its package, leases and keys). The host must own blobs in
// its account, and so it gets one in which there is no mail.
param location string
param tags object
param mailName string
param hostName string
param redundancy string
param softDeleteDays int

// As core names them (a test compares). Each listener has a queue of its own that tells it of changes.
var tables = ['mail', 'directory', 'sweep', 'throttle', 'listeners', 'greylist', 'rates', 'mtasts', 'refused', 'outbox', 'suppression', 'deadletters', 'destinations', 'tlsrpt', 'dmarcrpt', 'reports', 'hooks']
var queues = ['inbound', 'inbound-poison', 'inbound-aside', 'outbound', 'outbound-poison', 'hooks', 'hooks-poison']
var watch = 'watch-0000000000000001'
var container = 'mail'
var package = 'app-package'
// What ACME issued, where the listener has no disk that stays (Container Apps mount shares with account keys alone).
var certificates = 'listener'

resource mail 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: mailName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    }

    resource messages 'containers' = {
      name: container
      properties: { publicAccess: 'None' }
    }

    resource listener 'containers' = {
      name: certificates
      properties: { publicAccess: 'None' }
    }
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource flow 'queues' = [
      for name in concat(queues, [watch]): {
        name: name
      }
    ]
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource rows 'tables' = [
      for name in tables: {
        name: name
      }
    ]
  }
}

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: hostName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' } // Nothing that the next deployment would not bring back.
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: package
      properties: { publicAccess: 'None' }
    }
  }
}

output mailAccount string = mail.name
output hostAccount string = host.name
output deploymentContainer string = package
output listenerContainer string = certificates
output mailEndpoints object = {
  blob: mail.properties.primaryEndpoints.blob
  queue: mail.properties.primaryEndpoints.queue
  table: mail.properties.primaryEndpoints.table
}
output hostEndpoints object = {
  blob: host.properties.primaryEndpoints.blob
  queue: host.properties.primaryEndpoints.queue
  table: host.properties.primaryEndpoints.table
}
