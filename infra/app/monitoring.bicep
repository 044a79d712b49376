// Logs are the one part of the bill without a natural end: hence the daily cap. The host of the functions samples, not the
// component: it knows which lines must come through (functions.bicep).
param location string
param tags object
param workspaceName string
param componentName string
param dailyCap int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    workspaceCapping: { dailyQuotaGb: dailyCap }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

output workspaceName string = workspace.name
output workspaceId string = workspace.id
output componentName string = component.name
output connectionString string = component.properties.ConnectionString
