// Two identities, made before everything else, so that their roles exist before anybody needs them.
param location string
param tags object
param functionsName string
param listenerName string

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: functionsName
  location: location
  tags: tags
}

resource listener 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: listenerName
  location: location
  tags: tags
}

output functionsId string = functions.id
output functionsPrincipalId string = functions.properties.principalId
output functionsClientId string = functions.properties.clientId
output listenerId string = listener.id
output listenerPrincipalId string = listener.properties.principalId
output listenerClientId string = listener.properties.clientId
