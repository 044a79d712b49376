// Everything Cloud needs in Azure: one resource group, two storage accounts, a Functions app, a vault, and the
// container that speaks SMTP, IMAP and POP3, on a small virtual machine or in Container Apps. docs/deploy.md explains.
targetScope = 'subscription'

@minLength(1)
@maxLength(20)
@description('Name of the environment: part of resource names and the tag by which azd finds its own.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
@description('Region of everything. Flex Consumption must be offered there.')
param location string

@description('Object id of whoever deploys: may read the generated secrets back on the next deployment. azd fills it in.')
param principalId string = ''

@minLength(3)
@description('Domains to receive mail for, with commas between: example.org,example.net')
param domains string

@description('Host name for MX, TLS and the greeting. Empty: mail. before the first domain.')
param mailHost string = ''

@description('True once the A record of the mail host points at the public address: then the PTR record is set, which Azure refuses before.')
param reverseDns bool = false

@description('Resource id of an Azure DNS zone that holds the domain: records are written there, and certificates may come by DNS-01. Empty: DNS is elsewhere.')
param dnsZoneId string = ''

@description('Address the certificate authority may write to; empty: none. Certificates come by ACME (RFC 8555).')
param acmeContact string = ''

@description('ACME directory. https://acme-staging-v02.api.letsencrypt.org/directory gives test certificates without tight limits.')
param acmeDirectory string = 'https://acme-v02.api.letsencrypt.org/directory'

@allowed(['none', 'testing', 'enforce'])
@description('What the domains ask of senders by MTA-STS: testing wants reports, enforce refuses mail without TLS that holds. On the machine only.')
param mtaSts string = 'testing'

@allowed(['vm', 'containerapp'])
@description('Where the container runs. Only the machine sees the address of a client, which SPF, block lists and rate limits need.')
param listenerHost string = 'vm'

@description('Image of the container, REGISTRY/NAME:TAG. Empty: a registry is made, and a hook builds the image into it.')
param listenerImage string = ''

@description('Size of the machine. 1 GiB of memory is enough for some hundred sessions.')
param vmSize string = 'Standard_B1s'

@secure()
@minLength(12)
@description('Password of the machine for the serial console: SSH is not installed open. Generated, and kept in the vault.')
param vmAdminPassword string

@secure()
@minLength(12)
@description('The key that the listener shows the Functions app is made from it. Generated, and kept in the vault.')
param gatewaySeed string

@secure()
@minLength(12)
@description('The key\'s other half, since what azd generates is short. Generated, and kept in the vault.')
param gatewaySeedMore string

@secure()
@minLength(12)
@description('The key that encrypts the domains\' signing keys is made from it. Generated, and kept in the vault.')
param keySeed string

@secure()
@minLength(12)
@description('That key\'s other half. Generated, and kept in the vault.')
param keySeedMore string

@allowed([512, 2048, 4096])
@description('Memory of one Functions instance in MB; the price of an execution grows with it.')
param instanceMemory int = 2048

@minValue(1)
@maxValue(1000)
@description('Most Functions instances at once: what a flood of mail may cost at most.')
param maximumInstances int = 40

@minValue(0)
@maxValue(20)
@description('HTTP instances that never sleep. 0 costs nothing; 1 spares clients the cold start of some seconds.')
param alwaysReady int = 0

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS', 'Standard_RAGRS', 'Standard_RAGZRS'])
@description('How many copies of the mail, and where: LRS three in one place, ZRS in three zones, GRS and GZRS in a second region as well.')
param redundancy string = 'Standard_LRS'

@minValue(1)
@maxValue(365)
@description('Days for which a deleted blob can be brought back.')
param softDeleteDays int = 7

@minValue(1)
@maxValue(100)
@description('Gigabytes of logs a day after which no more are taken.')
param dailyLogCap int = 1

@minValue(1)
@maxValue(100)
@description('Percentage of calls of which the log keeps a record. What the handler says, faults above all, is kept whole.')
param samplingPercentage int = 20

@description('Address that is written to when accepted mail cannot be filed. Empty: the alarm is in the portal alone.')
param alarmEmail string = ''

@description('Where the HTTP API is reached from outside, for links in webhooks. Empty: the address of the Functions app.')
param publicUrl string = ''

@description('Proxies before the Functions app that name clients of the HTTP API in X-Forwarded-For: networks, with commas.')
param httpProxyNetworks string = ''

@description('MiB that one key of the HTTP API may upload on a day. Empty: 5120.')
param uploadsPerDay string = ''

@description('MiB of uploads that may lie there of one mailbox, domain or tenant. Empty: 2048.')
param uploadsKept string = ''

@allowed(['on', 'off'])
@description('Whether owners of domains are told each day what came in their name, where they ask for it (DMARC).')
param dmarcReports string = 'on'

@allowed(['on', 'off'])
@description('Whether domains are told each day how TLS with their mail hosts went, where they ask for it.')
param tlsReports string = 'on'

@description('Address that such reports come from. Empty: postmaster of the first domain.')
param reportFrom string = ''

@description('Who reports, in words. Empty: that domain.')
param reportOrganization string = ''

@description('Server that takes outgoing mail, since most subscriptions may not connect to port 25. Empty: none.')
param smarthostHost string = ''

@minValue(1)
@maxValue(65535)
@description('Its port; 587 with STARTTLS is never blocked.')
param smarthostPort int = 587

@description('User name at the smarthost.')
param smarthostUser string = ''

@secure()
@description('Password at the smarthost; goes into the vault.')
param smarthostSecret string = ''

@description('Words for the smarthost, and further ones: minute=30,hour=1000;example.net=off (docs/sending.md). Empty: none.')
param smarthostMore string = ''

@description('How much accounts and domains may send: CLOUD_SEND_MESSAGES_HOUR and its like (docs/sending.md). Empty: the defaults.')
param sendLimits object = {}

@description('How strangers and their mail are treated: CLOUD_CHECKS and its like (docs/listener.md). Empty: the defaults.')
param doorSettings object = {}

@description('How long strangers wait where greylisting is on: CLOUD_GREYLIST_MINUTES and its like (docs/trust.md). Empty: the defaults.')
param greylistTimes object = {}

@secure()
@description('Password of an rspamd that is asked; goes into the vault.')
param rspamdPassword string = ''

@description('Endpoint that says what a token of OAuth 2.0 is worth (RFC 7662): users may log in with tokens then. Empty: passwords only.')
param oauthIntrospection string = ''

@description('The client that asks there.')
param oauthClient string = ''

@secure()
@description('Secret of that client; goes into the vault.')
param oauthSecret string = ''

@description('What a token must be for, several with spaces between; any: whatever it is for. Empty: no login by token.')
param oauthScope string = ''

@description('Member of the answer that names the address. Empty: email.')
param oauthClaim string = ''

@description('Whom a token must be meant for, one of several with spaces between. Empty: not looked at.')
param oauthAudience string = ''

@description('Who must have issued a token, as the answer says it. Empty: not looked at.')
param oauthIssuer string = ''

@description('Domains whose users a token may name, several with spaces between. Empty: all.')
param oauthDomain string = ''

@description('Resource id of a certificate\'s secret: /subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V/secrets/NAME. Empty: ACME.')
param certificateId string = ''

@minValue(1)
@maxValue(24)
@description('Hours after which the vault is asked for a new version of that certificate.')
param certificateHours int = 4

@description('Name servers, ADDRESS[:PORT] with commas: block lists answer a resolver of one\'s own alone. Empty: the platform\'s.')
param resolver string = ''

@allowed(['', 'true', 'false'])
@description('Whether these are believed that they validated (DNSSEC), which DANE needs. Empty: as the platform says of its own.')
param trustAd string = ''

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var groupName = '${abbreviations.resourcesResourceGroups}${environmentName}'
var onMachine = listenerHost == 'vm'
var domainList = split(replace(domains, ' ', ''), ',')
var host = empty(mailHost) ? 'mail.${domainList[0]}' : mailHost
var needsRegistry = empty(listenerImage) || startsWith(listenerImage, '${abbreviations.containerRegistryRegistries}${token}.')

// A zone's id: /subscriptions/S/resourceGroups/G/providers/Microsoft.Network/dnsZones/NAME
// Without a zone the parts name the group made here: what is not deployed must be valid all the same.
var noZoneId = '/subscriptions/${subscription().subscriptionId}/resourceGroups/${groupName}/providers/Microsoft.Network/dnsZones/none'
var zoneParts = split(empty(dnsZoneId) ? noZoneId : dnsZoneId, '/')
var zoneName = toLower(last(zoneParts))
// The machine proves its name over port 80, and a name outside of the zone cannot be proven in it.
var inZone = toLower(host) == zoneName || endsWith(toLower(host), '.${zoneName}')
var provesInZone = !onMachine && !empty(dnsZoneId) && inZone && empty(certificateId)

// Without a certificate in a vault the parts name one that is not there, as above.
var noCertificateId = '/subscriptions/${subscription().subscriptionId}/resourceGroups/${groupName}/providers/Microsoft.KeyVault/vaults/none/secrets/none'
var certificateParts = split(empty(certificateId) ? noCertificateId : certificateId, '/')

// A secret exists, and a role on it, only with a password.
var smarthostLogin = !empty(smarthostHost) && !empty(smarthostSecret)
var rspamdLogin = !empty(rspamdPassword)
var oauthLogin = !empty(oauthIntrospection) && !empty(oauthSecret) && !empty(oauthScope)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: tags
}

module identities 'app/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: tags
    functionsName: '${abbreviations.managedIdentityUserAssignedIdentities}functions-${token}'
    listenerName: '${abbreviations.managedIdentityUserAssignedIdentities}listener-${token}'
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    mailName: '${abbreviations.storageStorageAccounts}mail${token}'
    hostName: '${abbreviations.storageStorageAccounts}host${token}'
    redundancy: redundancy
    softDeleteDays: softDeleteDays
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: '${abbreviations.operationalInsightsWorkspaces}${token}'
    componentName: '${abbreviations.insightsComponents}${token}'
    dailyCap: dailyLogCap
  }
}

module alarms 'app/alarms.bicep' = {
  name: 'alarms'
  scope: group
  params: {
    location: location
    tags: tags
    ruleName: '${abbreviations.insightsScheduledQueryRules}${token}'
    groupName: '${abbreviations.insightsActionGroups}${token}'
    workspaceId: monitoring.outputs.workspaceId
    email: alarmEmail
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.keyVaultVaults}${token}'
    gatewaySeed: gatewaySeed
    gatewaySeedMore: gatewaySeedMore
    keySeed: keySeed
    keySeedMore: keySeedMore
    vmAdminPassword: vmAdminPassword
    smarthostSecret: smarthostSecret
    rspamdPassword: rspamdPassword
    oauthSecret: oauthSecret
  }
}

module registry 'app/registry.bicep' = if (needsRegistry) {
  name: 'registry'
  scope: group
  params: {
    location: location
    tags: tags
    name: '${abbreviations.containerRegistryRegistries}${token}'
  }
}

module rbac 'app/rbac.bicep' = {
  name: 'rbac'
  scope: group
  params: {
    principalId: principalId
    functionsPrincipalId: identities.outputs.functionsPrincipalId
    listenerPrincipalId: identities.outputs.listenerPrincipalId
    mailAccount: storage.outputs.mailAccount
    hostAccount: storage.outputs.hostAccount
    componentName: monitoring.outputs.componentName
    vaultName: vault.outputs.name
    registryName: needsRegistry ? registry!.outputs.name : ''
    smarthost: smarthostLogin
    rspamd: rspamdLogin
    oauth: oauthLogin
    keepsCertificate: provesInZone
  }
}

// Another resource group, hence a module of its own.
module zoneRbac 'app/rbac-dns.bicep' = if (provesInZone) {
  name: 'rbac-dns'
  scope: resourceGroup(zoneParts[2], zoneParts[4])
  params: {
    zoneName: zoneName
    mailHost: toLower(host)
    listenerPrincipalId: identities.outputs.listenerPrincipalId
  }
}

// The vault, too, is somebody's own.
module certificateRbac 'app/rbac-certificate.bicep' = if (!empty(certificateId)) {
  name: 'rbac-certificate'
  scope: resourceGroup(certificateParts[2], certificateParts[4])
  params: {
    vaultName: certificateParts[8]
    secretName: last(certificateParts)
    listenerPrincipalId: identities.outputs.listenerPrincipalId
  }
}

module functions 'app/functions.bicep' = {
  name: 'functions'
  scope: group
  dependsOn: [rbac]
  params: {
    location: location
    tags: tags
    planName: '${abbreviations.webServerFarms}${token}'
    siteName: '${abbreviations.webSitesFunctions}${token}'
    identityId: identities.outputs.functionsId
    clientId: identities.outputs.functionsClientId
    hostEndpoints: storage.outputs.hostEndpoints
    mailEndpoints: storage.outputs.mailEndpoints
    deploymentContainer: storage.outputs.deploymentContainer
    insightsConnection: monitoring.outputs.connectionString
    gatewayKeyUri: vault.outputs.gatewayKeyUri
    keyEncryptionKeyUri: vault.outputs.keyEncryptionKeyUri
    samplingPercentage: samplingPercentage
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady
    mailHost: host
    publicUrl: publicUrl
    httpProxyNetworks: httpProxyNetworks
    uploadsPerDay: uploadsPerDay
    uploadsKept: uploadsKept
    dmarcReports: dmarcReports
    tlsReports: tlsReports
    reportFrom: reportFrom
    reportOrganization: reportOrganization
    smarthostHost: smarthostHost
    smarthostPort: smarthostPort
    smarthostUser: smarthostUser
    smarthostMore: smarthostMore
    sendLimits: sendLimits
    greylistTimes: greylistTimes
    oauthIntrospection: oauthIntrospection
    oauthClient: oauthClient
    oauthScope: oauthScope
    oauthClaim: oauthClaim
    oauthAudience: oauthAudience
    oauthIssuer: oauthIssuer
    oauthDomain: oauthDomain
    resolver: resolver
    trustAd: trustAd
    smarthostSecretUri: smarthostLogin ? vault.outputs.smarthostSecretUri : ''
    oauthSecretUri: oauthLogin ? vault.outputs.oauthSecretUri : ''
  }
}

// What both hosts tell the container, apart from ports and secrets. What is empty is as if it were not there.
var toldSettings = [
  { name: 'CLOUD_HOSTNAME', value: host }
  { name: 'CLOUD_DOMAIN', value: join(domainList, ',') }
  { name: 'CLOUD_MTA_STS', value: mtaSts }
  { name: 'CLOUD_RESOLVER', value: resolver }
  { name: 'CLOUD_TRUST_AD', value: trustAd }
  { name: 'CLOUD_DMARC_REPORTS', value: dmarcReports }
  // That it is given is what offers tokens: the app alone asks there.
  { name: 'CLOUD_OAUTH_INTROSPECTION', value: oauthLogin ? oauthIntrospection : '' }
  { name: 'CLOUD_GATEWAY', value: functions.outputs.uri }
  // Its watch queue is made with the storage account, for its rights to be on that queue alone.
  { name: 'CLOUD_LISTENER', value: '0000000000000001' }
  { name: 'CLOUD_BLOB_ENDPOINT', value: storage.outputs.mailEndpoints.blob }
  { name: 'CLOUD_QUEUE_ENDPOINT', value: storage.outputs.mailEndpoints.queue }
  { name: 'AZURE_CLIENT_ID', value: identities.outputs.listenerClientId }
]
var doorTexts = map(items(doorSettings), setting => { name: setting.key, value: string(setting.value) })
var certificateSettings = empty(certificateId)
  ? []
  : [
      {
        name: 'CLOUD_TLS_VAULT_SECRET'
        value: 'https://${certificateParts[8]}${environment().suffixes.keyvaultDns}/secrets/${last(certificateParts)}'
      }
      { name: 'CLOUD_TLS_VAULT_HOURS', value: string(certificateHours) }
    ]
var listenerSettings = concat(toldSettings, filter(doorTexts, setting => !empty(setting.value)), certificateSettings)
var rspamdPasswordUri = rspamdLogin ? vault.outputs.rspamdPasswordUri : ''

module machine 'app/listener-vm.bicep' = if (onMachine) {
  name: 'listener-vm'
  scope: group
  dependsOn: [rbac, certificateRbac]
  params: {
    location: location
    tags: tags
    abbreviations: abbreviations
    token: token
    dnsLabel: toLower('${environmentName}-${token}')
    reverseName: reverseDns ? host : ''
    size: vmSize
    adminPassword: vmAdminPassword
    identityId: identities.outputs.listenerId
    clientId: identities.outputs.listenerClientId
    image: listenerImage
    settings: listenerSettings
    gatewayKeyUri: vault.outputs.gatewayKeyUri
    rspamdPasswordUri: rspamdPasswordUri
    acmeContact: acmeContact
    acme: empty(certificateId) ? 'http-01' : 'off'
    acmeDirectory: acmeDirectory
  }
}

module containerApp 'app/listener-containerapp.bicep' = if (!onMachine) {
  name: 'listener-containerapp'
  scope: group
  dependsOn: [rbac, certificateRbac]
  params: {
    location: location
    tags: tags
    abbreviations: abbreviations
    token: token
    workspaceName: monitoring.outputs.workspaceName
    identityId: identities.outputs.listenerId
    image: listenerImage
    registryServer: needsRegistry ? registry!.outputs.server : ''
    settings: listenerSettings
    gatewayKeyUri: vault.outputs.gatewayKeyUri
    rspamdPasswordUri: rspamdPasswordUri
    acmeContact: acmeContact
    acmeDirectory: acmeDirectory
    dnsZoneId: provesInZone ? dnsZoneId : ''
    acmeContainer: provesInZone ? storage.outputs.listenerContainer : ''
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = needsRegistry ? registry!.outputs.server : ''
output SERVICE_FUNCTIONS_NAME string = functions.outputs.name
output SERVICE_FUNCTIONS_URI string = functions.outputs.uri
output CLOUD_DOMAINS string = join(domainList, ',')
output CLOUD_MAIL_HOST string = host
output CLOUD_LISTENER_HOST string = listenerHost
output CLOUD_LISTENER_ADDRESS string = onMachine ? machine!.outputs.address : containerApp!.outputs.address
output CLOUD_LISTENER_NAME string = onMachine ? machine!.outputs.fqdn : containerApp!.outputs.fqdn
output CLOUD_DNS_ZONE_ID string = dnsZoneId
output CLOUD_SMARTHOST string = smarthostHost
output CLOUD_MAIL_ACCOUNT string = storage.outputs.mailAccount
