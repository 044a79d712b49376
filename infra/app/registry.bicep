// A registry for the listener's image, where none is given that somebody else keeps.
param location string
param tags object
param name string

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: false, anonymousPullEnabled: false }
}

output name string = registry.name
output server string = registry.properties.loginServer
