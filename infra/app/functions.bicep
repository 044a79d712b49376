// The Functions app on Flex Consumption: a custom handler, asleep until there is work.
param location string
param tags object
param planName string
param siteName string
param identityId string
param clientId string
param hostEndpoints object
param mailEndpoints object
param deploymentContainer string
param insightsConnection string
param gatewayKeyUri string
param keyEncryptionKeyUri string
param samplingPercentage int
param instanceMemory int
param maximumInstances int
param alwaysReady int

@description('What the app calls itself when it sends.')
param mailHost string

@description('Where links in webhooks lead; empty: to this app.')
param publicUrl string

@description('Proxies that name clients of the HTTP API, and how much its keys may upload; empty for the defaults.')
param httpProxyNetworks string
param uploadsPerDay string
param uploadsKept string

@description('Reports to other domains: on or off, and as whom.')
param dmarcReports string
param tlsReports string
param reportFrom string
param reportOrganization string
param smarthostHost string
param smarthostPort int
param smarthostUser string

@description('Words that follow its port, then further smarthosts.')
param smarthostMore string

@description('Limits by their names; an empty one is the default.')
param sendLimits object

@description('Times of greylisting by their names; an empty one is the default.')
param greylistTimes object

@description('Name servers; empty: the platform\'s.')
param resolver string

@description('Whether these are believed that they validated; empty: as the platform says.')
param trustAd string

@description('Who checks tokens of users, and which of them will do; empty: none are taken.')
param oauthIntrospection string
param oauthClient string
param oauthScope string
param oauthClaim string
param oauthAudience string
param oauthIssuer string
param oauthDomain string

@description('Where the secret of that client is; empty: there is none.')
param oauthSecretUri string

@description('Where the password of the smarthost is; empty: it asks for none.')
param smarthostSecretUri string

var sampling = 'AzureFunctionsJobHost__logging__applicationInsights__samplingSettings'

// The template replaces all settings at each deployment: what is not here is gone.
var settings = [
  // The host's own storage: leases, keys, timers.
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: clientId }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: hostEndpoints.blob }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: hostEndpoints.queue }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: hostEndpoints.table }
  // The connection that every function.json with a queue names.
  { name: 'MailStorage__credential', value: 'managedidentity' }
  { name: 'MailStorage__clientId', value: clientId }
  { name: 'MailStorage__blobServiceUri', value: mailEndpoints.blob }
  { name: 'MailStorage__queueServiceUri', value: mailEndpoints.queue }
  { name: 'MailStorage__tableServiceUri', value: mailEndpoints.table }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insightsConnection }
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${clientId};Authorization=AAD' }
  // A fixed share: the host varies it between these. host.json says what is not sampled.
  { name: '${sampling}__initialSamplingPercentage', value: string(samplingPercentage) }
  { name: '${sampling}__minSamplingPercentage', value: string(samplingPercentage) }
  { name: '${sampling}__maxSamplingPercentage', value: string(samplingPercentage) }
  // What the handler reads.
  { name: 'CLOUD_GATEWAY_AUTH', value: 'key' }
  { name: 'CLOUD_GATEWAY_KEY', value: '@Microsoft.KeyVault(SecretUri=${gatewayKeyUri})' }
  { name: 'CLOUD_HOSTNAME', value: mailHost }
  { name: 'CLOUD_RESOLVER', value: resolver }
  { name: 'CLOUD_TRUST_AD', value: trustAd }
  { name: 'CLOUD_PUBLIC_URL', value: publicUrl }
  { name: 'CLOUD_HTTP_PROXY_NETWORKS', value: httpProxyNetworks }
  { name: 'CLOUD_UPLOADS_PER_DAY', value: uploadsPerDay }
  { name: 'CLOUD_UPLOADS_KEPT', value: uploadsKept }
  { name: 'CLOUD_DMARC_REPORTS', value: dmarcReports }
  { name: 'CLOUD_TLS_REPORTS', value: tlsReports }
  { name: 'CLOUD_REPORT_FROM', value: reportFrom }
  { name: 'CLOUD_REPORT_ORGANIZATION', value: reportOrganization }
  { name: 'CLOUD_KEY_ENCRYPTION_KEY', value: '@Microsoft.KeyVault(SecretUri=${keyEncryptionKeyUri})' }
]

var smarthost = empty(smarthostHost)
  ? []
  : [
      { name: 'CLOUD_SMARTHOST', value: '${smarthostHost}:${smarthostPort}${empty(smarthostMore) ? '' : ',${smarthostMore}'}' }
    ]

var smarthostLogin = empty(smarthostSecretUri)
  ? []
  : [
      { name: 'CLOUD_SMARTHOST_USER', value: smarthostUser }
      { name: 'CLOUD_SMARTHOST_SECRET', value: '@Microsoft.KeyVault(SecretUri=${smarthostSecretUri})' }
    ]

var oauth = empty(oauthSecretUri)
  ? []
  : [
      { name: 'CLOUD_OAUTH_INTROSPECTION', value: oauthIntrospection }
      { name: 'CLOUD_OAUTH_CLIENT', value: oauthClient }
      { name: 'CLOUD_OAUTH_SCOPE', value: oauthScope }
      { name: 'CLOUD_OAUTH_CLAIM', value: oauthClaim }
      { name: 'CLOUD_OAUTH_AUDIENCE', value: oauthAudience }
      { name: 'CLOUD_OAUTH_ISSUER', value: oauthIssuer }
      { name: 'CLOUD_OAUTH_DOMAIN', value: oauthDomain }
      { name: 'CLOUD_OAUTH_SECRET', value: '@Microsoft.KeyVault(SecretUri=${oauthSecretUri})' }
    ]

var limits = map(items(union(sendLimits, greylistTimes)), limit => { name: limit.key, value: string(limit.value) })

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: siteName
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      appSettings: concat(settings, smarthost, smarthostLogin, oauth, limits)
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'custom', version: '1.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady }]
        triggers: {
          http: { perInstanceConcurrency: 16 }
        }
      }
    }
  }
}

// azd publishes with an identity's token: passwords, which the platform makes by itself, let nobody in.
resource noPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['scm', 'ftp']: {
    parent: site
    name: way
    properties: { allow: false }
  }
]

output name string = site.name
output uri string = 'https://${site.properties.defaultHostName}'
