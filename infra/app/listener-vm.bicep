// The listener on a small machine: the only host that sees the address of a client and owns port 80 and its PTR.
param location string
param tags object
param abbreviations object
param token string
param dnsLabel string

@description('Name for the PTR record; must resolve to the address before it can be set. Empty: none yet.')
param reverseName string

param size string

@secure()
param adminPassword string

param identityId string
param clientId string

@description('Empty: the machine waits for one.')
param image string

param settings array
param gatewayKeyUri string

@description('Where the password of rspamd is; empty: there is none.')
param rspamdPasswordUri string

@description('http-01, or off where the certificate is in a vault.')
param acme string
param acmeContact string
param acmeDirectory string

// SMTP, ACME HTTP-01, POP3, IMAP, the domains' pages, submissions, submission, IMAPS, POP3S, ManageSieve. No SSH.
var ports = [
  { name: 'smtp', port: 25 }
  { name: 'http', port: 80 }
  { name: 'pop3', port: 110 }
  { name: 'imap', port: 143 }
  { name: 'https', port: 443 }
  { name: 'submissions', port: 465 }
  { name: 'submission', port: 587 }
  { name: 'imaps', port: 993 }
  { name: 'pop3s', port: 995 }
  { name: 'managesieve', port: 4190 }
]

var environment = concat(settings, [
  { name: 'CLOUD_SMTP', value: '0.0.0.0:25' }
  { name: 'CLOUD_SUBMISSION', value: '0.0.0.0:587' }
  { name: 'CLOUD_SUBMISSIONS', value: '0.0.0.0:465' }
  { name: 'CLOUD_IMAP', value: '0.0.0.0:143' }
  { name: 'CLOUD_IMAPS', value: '0.0.0.0:993' }
  { name: 'CLOUD_POP3', value: '0.0.0.0:110' }
  { name: 'CLOUD_POP3S', value: '0.0.0.0:995' }
  { name: 'CLOUD_HTTP', value: '127.0.0.1:8080' }
  { name: 'CLOUD_HTTPS', value: '0.0.0.0:443' }
  { name: 'CLOUD_TRUST_CLIENT_ADDRESS', value: 'true' }
  { name: 'CLOUD_ACME', value: acme }
  { name: 'CLOUD_ACME_DIRECTORY', value: acmeDirectory }
  { name: 'CLOUD_ACME_CONTACT', value: acmeContact }
])

var secrets = [
  { name: 'CLOUD_GATEWAY_KEY', uri: gatewayKeyUri }
  { name: 'CLOUD_RSPAMD_PASSWORD', uri: rspamdPasswordUri }
]

resource firewall 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: '${abbreviations.networkNetworkSecurityGroups}${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      for (rule, index) in ports: {
        name: 'allow-${rule.name}'
        properties: {
          access: 'Allow'
          direction: 'Inbound'
          priority: 100 + index
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: string(rule.port)
        }
      }
    ]
  }
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
          addressPrefix: '10.44.0.0/27'
          networkSecurityGroup: { id: firewall.id }
        }
      }
    ]
  }
}

resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: '${abbreviations.networkPublicIPAddresses}${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
    // Sessions at rest must outlive the longest keep-alive of a client, 29 minutes (RFC 2177).
    idleTimeoutInMinutes: 30
    dnsSettings: {
      domainNameLabel: dnsLabel
      reverseFqdn: empty(reverseName) ? null : '${reverseName}.'
    }
  }
}

resource card 'Microsoft.Network/networkInterfaces@2024-07-01' = {
  name: '${abbreviations.networkNetworkInterfaces}${token}'
  location: location
  tags: tags
  properties: {
    ipConfigurations: [
      {
        name: 'primary'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          subnet: { id: network.properties.subnets[0].id }
          publicIPAddress: { id: address.id }
        }
      }
    ]
  }
}

resource machine 'Microsoft.Compute/virtualMachines@2024-11-01' = {
  name: '${abbreviations.computeVirtualMachines}${token}'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    hardwareProfile: { vmSize: size }
    securityProfile: {
      securityType: 'TrustedLaunch'
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true }
    }
    storageProfile: {
      imageReference: {
        publisher: 'Canonical'
        offer: 'ubuntu-24_04-lts'
        sku: 'server'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        deleteOption: 'Delete'
        diskSizeGB: 32
        managedDisk: { storageAccountType: 'Standard_LRS' }
      }
    }
    osProfile: {
      computerName: 'cloud-listener'
      adminUsername: 'cloudadmin'
      adminPassword: adminPassword // For the serial console: port 22 is closed, and sshd is off.
      // Azure refuses to change this text later; so it only prepares, and `setup` below does what may change.
      customData: loadFileAsBase64('listener/cloud-init.yaml')
      linuxConfiguration: {
        disablePasswordAuthentication: false
        patchSettings: { patchMode: 'AutomaticByPlatform', assessmentMode: 'AutomaticByPlatform' }
        provisionVMAgent: true
      }
    }
    networkProfile: {
      networkInterfaces: [{ id: card.id, properties: { deleteOption: 'Delete' } }]
    }
    diagnosticsProfile: { bootDiagnostics: { enabled: true } } // The serial console needs it.
  }
}

// Runs again whenever the image or a setting differs from the last deployment.
resource setup 'Microsoft.Compute/virtualMachines/runCommands@2024-11-01' = if (!empty(image)) {
  parent: machine
  name: 'listener'
  location: location
  tags: tags
  properties: {
    source: {
      script: join(
        [
          'IMAGE=\'${image}\''
          'IDENTITY=\'${clientId}\''
          'SECRETS=\'${join(map(filter(secrets, secret => !empty(secret.uri)), secret => '${secret.name}=${secret.uri}'), ' ')}\''
          'SETTINGS=\'${base64(join(map(environment, setting => '${setting.name}=${setting.value}'), '\n'))}\''
          loadTextContent('listener/setup.sh')
        ],
        '\n'
      )
    }
    timeoutInSeconds: 900
    treatFailureAsDeploymentFailure: true
  }
}

output address string = address.properties.ipAddress
output fqdn string = address.properties.dnsSettings.fqdn
