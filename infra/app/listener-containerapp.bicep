// The listener in Container Apps: nothing to patch, but the platform hides the addresses of clients, owns ports 80 and
// 443, and closes connections that are silent for 4 minutes.
param location string
param tags object
param abbreviations object
param token string
param workspaceName string
param identityId string

@description('Empty: the environment is made, and the app when there is an image.')
param image string

@description('Registry to log in to with the identity; empty: none.')
param registryServer string

param settings array
param gatewayKeyUri string

@description('Where the password of rspamd is; empty: there is none.')
param rspamdPasswordUri string
param acmeContact string
param acmeDirectory string
param dnsZoneId string

@description('Container of blobs for what ACME issued: a replica has no disk that outlives it.')
param acmeContainer string

// The first is the app's own port; the platform allows 5 more. POP3 without TLS (110) and ManageSieve (4190) are left
// out. A container that is not root cannot take ports below 1024 here, hence the second number.
var ports = [
  { name: 'SMTP', exposed: 25, target: 2525 }
  { name: 'SUBMISSIONS', exposed: 465, target: 2465 }
  { name: 'SUBMISSION', exposed: 587, target: 2587 }
  { name: 'IMAPS', exposed: 993, target: 2993 }
  { name: 'POP3S', exposed: 995, target: 2995 }
  { name: 'IMAP', exposed: 143, target: 2143 }
]

var listening = map(ports, port => { name: 'CLOUD_${port.name}', value: '0.0.0.0:${port.target}' })
var environment = concat(settings, listening, [
  { name: 'CLOUD_POP3', value: 'off' }
  { name: 'CLOUD_HTTP', value: '0.0.0.0:8080' }
  { name: 'CLOUD_HTTPS', value: 'off' }
  { name: 'CLOUD_TRUST_CLIENT_ADDRESS', value: 'false' }
  { name: 'CLOUD_ACME', value: empty(dnsZoneId) ? 'off' : 'dns-01' }
  { name: 'CLOUD_ACME_ZONE', value: dnsZoneId }
  { name: 'CLOUD_ACME_CONTAINER', value: acmeContainer }
  { name: 'CLOUD_ACME_DIRECTORY', value: acmeDirectory }
  { name: 'CLOUD_ACME_CONTACT', value: acmeContact }
  { name: 'CLOUD_GATEWAY_KEY', secretRef: 'gateway-key' }
], empty(rspamdPasswordUri) ? [] : [{ name: 'CLOUD_RSPAMD_PASSWORD', secretRef: 'rspamd-password' }])
var secrets = concat(
  [{ name: 'gateway-key', keyVaultUrl: gatewayKeyUri, identity: identityId }],
  empty(rspamdPasswordUri) ? [] : [{ name: 'rspamd-password', keyVaultUrl: rspamdPasswordUri, identity: identityId }]
)

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: '${abbreviations.networkVirtualNetworks}${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.44.0.0/24'] }
    subnets: [
      {
        name: '${abbreviations.networkVirtualNetworksSubnets}listener'
        properties: {
          addressPrefix: '10.44.0.0/27' // The least that an environment takes.
          delegations: [
            {
              name: 'environment'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
    ]
  }
}

resource environmentOfApps 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: '${abbreviations.appManagedEnvironments}${token}'
  location: location
  tags: tags
  properties: {
    vnetConfiguration: {
      infrastructureSubnetId: network.properties.subnets[0].id
      internal: false
    }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: workspace.properties.customerId
        sharedKey: workspace.listKeys().primarySharedKey
      }
    }
  }
}

resource app 'Microsoft.App/containerApps@2025-01-01' = if (!empty(image)) {
  name: '${abbreviations.appContainerApps}listener-${token}'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentOfApps.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        transport: 'tcp'
        exposedPort: ports[0].exposed
        targetPort: ports[0].target
        additionalPortMappings: [
          for port in skip(ports, 1): {
            external: true
            exposedPort: port.exposed
            targetPort: port.target
          }
        ]
      }
      registries: empty(registryServer) ? [] : [{ server: registryServer, identity: identityId }]
      secrets: secrets
    }
    template: {
      terminationGracePeriodSeconds: 40 // The listener lets transactions end for 30 seconds.
      containers: [
        {
          name: 'listener'
          image: image
          env: environment
          resources: { cpu: json('0.25'), memory: '0.5Gi' }
          probes: [
            {
              // Not /ready: that says no while the Functions app does not answer, and the one replica must go on taking
              // mail then, for the queue. Only a call that succeeds ends that state, and only sessions make calls.
              type: 'Readiness'
              httpGet: { path: '/health', port: 8080 }
              periodSeconds: 10
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health', port: 8080 }
              periodSeconds: 30
            }
          ]
        }
      ]
      // Never 0: a mail client would wait for the start, and IMAP sessions keep one alive anyway. One: a second one
      // would need a watch queue of its own.
      scale: { minReplicas: 1, maxReplicas: 1 }
    }
  }
}

output address string = environmentOfApps.properties.staticIp
output fqdn string = empty(image) ? '' : app!.properties.configuration.ingress.fqdn
