// What somebody must hear of: accepted mail that cannot be filed, sent or is lost, and a sweep that stands still. The
// handler logs each with an event id, which the host keeps in the text; functions/Hosting/Log.cs lists them.
param location string
param tags object
param ruleName string
param groupName string
param workspaceId string

@description('Who is written to; empty: nobody, the alarm is in the portal.')
param email string

var events = ['5200', '5201', '8006', '8010', '8011']

// Two windows overlap, so that what comes late into the log is in one of them.
resource rule 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = {
  name: ruleName
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Cloud: mail needs somebody to look'
    description: 'Accepted mail cannot be sent (5200) or filed (8006) or is lost (5201, 8010), or the sweep stands still (8011). docs/deploy.md says what to do.'
    enabled: true
    severity: 0
    scopes: [workspaceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT2H'
    autoMitigate: true
    // The table comes with the first line that is logged.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where Message matches regex @"\\[(${join(events, '|')})\\]"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [group.id] }
  }
}

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: groupName
  location: 'Global'
  tags: tags
  properties: {
    groupShortName: 'cloud mail'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}
