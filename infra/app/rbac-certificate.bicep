// Lets the listener read one certificate with its key, in a vault that usually lies in another resource group. The vault
// must ask roles (enableRbacAuthorization), not access policies.
param vaultName string
param secretName string
param listenerPrincipalId string

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource certificate 'secrets' existing = {
    name: secretName
  }
}

resource listenerReadsCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::certificate.id, listenerPrincipalId, secretsUser)
  scope: vault::certificate
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}
