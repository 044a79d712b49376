// Lets the listener answer DNS-01 challenges (RFC 8555 §8.4) in a zone that usually lies in another resource group.
// The role covers the one record set of the challenge: whoever takes over the listener cannot move the MX.
param zoneName string
param mailHost string
param listenerPrincipalId string

var dnsZoneContributor = 'befefa01-2a29-4197-83a8-272ff33ce314'
var relative = mailHost == zoneName ? '' : '.${substring(mailHost, 0, max(0, length(mailHost) - length(zoneName) - 1))}'

resource zone 'Microsoft.Network/dnsZones@2018-05-01' existing = {
  name: zoneName
}

resource challenge 'Microsoft.Network/dnsZones/TXT@2018-05-01' = {
  parent: zone
  name: '_acme-challenge${relative}'
  properties: { TTL: 60, TXTRecords: [] }
}

resource listenerAnswersChallenges 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(challenge.id, listenerPrincipalId, dnsZoneContributor)
  scope: challenge
  properties: {
    principalId: listenerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dnsZoneContributor)
  }
}
