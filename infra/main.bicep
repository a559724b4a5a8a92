// Amtsklar in Azure: alles, was eine Stadt für den Betrieb braucht, in einer Ressourcengruppe.
//
// Nur einfache Ressourcen, keine Module aus einer fremden Sammlung: Die Datei lässt sich ohne weitere Quellen lesen und prüfen.
// Kein Schlüssel steht hier und keiner entsteht: Alle Dienste erkennen die verwaltete Identität.
// Einrichtung Schritt für Schritt: docs/admin.md. Quelle: eigener Text. Lizenz: MIT.

targetScope = 'resourceGroup'

// --- Ort und Namen ---------------------------------------------------------------------------------------------------

@description('Kurzer Name dieser Installation aus Buchstaben a–z, Ziffern und Bindestrich, zum Beispiel musterstadt')
@minLength(3)
@maxLength(16)
param environmentName string

// Nur Regionen in Mitgliedstaaten der EU, in denen es Flex Consumption gibt. Der Vorschlag ist Frankfurt.
@description('Region aller Ressourcen mit festem Ort')
@allowed([
  'germanywestcentral'
  'swedencentral'
  'westeurope'
  'northeurope'
  'francecentral'
  'italynorth'
  'spaincentral'
])
param location string = 'germanywestcentral'

// Der Bot-Dienst kennt für die EU nur diesen festen Ort. „global“ ginge auch, sagt aber nicht, wo die Angaben liegen.
@description('Ort der Bot-Registrierung')
@allowed([
  'westeurope'
  'global'
])
param botLocation string = 'westeurope'

@description('Eigene Adresse ohne https://, zum Beispiel amtsklar.musterstadt.de; leer: die Adresse von Azure')
param publicHost string = ''

// --- Wer darf hinein -------------------------------------------------------------------------------------------------

@description('Client-ID der App-Registrierung aus infra/register.sh')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('Zugelassene Entra-Mandanten')
@minLength(1)
param tenantIds array = [
  tenant().tenantId
]

// Mit eigenem Ordner nennt die town.yaml darin Mandant, Gruppen, Kurs und Ansprechperson; so gehen auch mehrere
// Schulungen, die Kenntnisnahme und Gruppen der Erprobung. Die Angaben oben und unten dazu zählen dann nicht und dürfen
// fehlen. Ohne Ordner sind Gruppe, Kurs und Ansprechperson nötig: Fehlt die Gruppe, startet die Anwendung nicht.
@description('Ordner im Paket mit einem Unterordner für die Stadt, zum Beispiel towns; leer: die einzelnen Angaben gelten')
param townsFolder string = ''

@description('Objekt-ID der Gruppe der geschulten Beschäftigten; nötig ohne townsFolder')
@maxLength(36)
param trainingGroupId string = ''

@description('Name dieser Gruppe, wie ihn Beschäftigte in Meldungen lesen')
param trainingGroupName string = 'KI-Schulung abgeschlossen'

@description('Adresse, unter der man sich zur Schulung anmeldet; nötig ohne townsFolder')
param courseUrl string = ''

@description('Wer bei Fragen hilft, zum Beispiel: die KI-Beauftragte, Telefon 1234; nötig ohne townsFolder')
param contact string = ''

// Die Datei nennt die eigenen Anschriften, Rufnummern und Konten der Stadt. Ohne sie hält Amtsklar den eigenen Briefkopf
// für Angaben zu Personen.
@description('Profil der Stadt im Paket, zum Beispiel policy/staedte/musterstadt.yaml; leer: keines')
param townProfile string = ''

// --- Wer schreibt ----------------------------------------------------------------------------------------------------

@description('azure: ein Modell in dieser Ressourcengruppe; fremd: ein anderer Server; keins: nur die Regeln des Hauses')
@allowed([
  'azure'
  'fremd'
  'keins'
])
param modelSource string = 'azure'

// Ohne Vorgabe: Welche Modelle es in der Region gibt, ändert sich, und die Wahl gehört in die Folgenabschätzung.
@description('Nur bei azure, dort nötig: Name des Modells')
param modelName string = ''

@description('Nur bei azure, dort nötig: Fassung des Modells')
param modelVersion string = ''

// Diese vier Arten rechnen in der Region oder in der EU-Datenzone. Alle Arten mit „Global“ im Namen rechnen
// irgendwo auf der Welt; sie fehlen mit Absicht.
@description('Nur bei azure: Art der Bereitstellung')
@allowed([
  'Standard'
  'DataZoneStandard'
  'ProvisionedManaged'
  'DataZoneProvisionedManaged'
])
param modelSku string = 'DataZoneStandard'

@description('Nur bei azure: Menge, bei Standard Tausend Token je Minute, bei Provisioned die Zahl der Einheiten')
@minValue(1)
param modelCapacity int = 100

@description('Nur bei fremd: Basisadresse eines OpenAI-kompatiblen Servers')
param externalModelUrl string = ''

@description('Nur bei fremd: Name des Modells dort')
param externalModelName string = ''

@description('Nur bei fremd: Art des Servers; leer: an der Adresse erkannt')
@allowed([
  ''
  'azure'
  'openai'
  'vllm'
  'ollama'
  'litellm'
  'anderer'
])
param externalModelServer string = ''

// Ohne Schlüssel würde Amtsklar dem fremden Server ein Token der eigenen Identität senden. Darum ist ein Geheimnis hier
// Pflicht; verlangt der Server keines, genügt irgendein Wert.
@description('Nur bei fremd: Name des Geheimnisses im Tresor, das den Schlüssel des Servers enthält')
@minLength(1)
param externalModelSecretName string = 'modellschluessel'

// Alle Instanzen brauchen dieselben Schlüssel: Die eine nimmt einen Auftrag an, die andere erledigt ihn. Das Geheimnis
// enthält einen Schlüssel oder mehrere mit Komma; der erste verschließt, alle öffnen (Wechsel: docs/admin.md).
@description('Name des Geheimnisses mit den Schlüsseln für wartende Aufträge und für die Texte hinter Knöpfen')
@minLength(1)
param sealSecretName string = 'siegel'

// Was gemessen wird, steht in docs/betrieb.md: Zahlen und feste Wörter, nie Texte oder Personen. Auch das ist ein
// technisches Verfahren, an dem der Personalrat beteiligt ist; ausgeliefert wird es deshalb ausgeschaltet.
@description('azure: Messwerte ohne Inhalte an Application Insights; aus: keine')
@allowed([
  'aus'
  'azure'
])
param telemetry string = 'aus'

// Ohne den Schlüssel sagt /api/health nur, dass die Anwendung läuft.
@description('Name des Geheimnisses mit dem Schlüssel für die Zustände unter /api/health; leer: niemand sieht sie')
param healthSecretName string = ''

// --- Größe -----------------------------------------------------------------------------------------------------------

// Eine Instanz ist immer bereit. Sonst wartet die erste Person am Morgen auf den Start, und Teams wartet nicht so lange:
// Nach wenigen Sekunden gilt eine Karte ohne Antwort als fehlgeschlagen. Das ist der größte feste Posten der Rechnung.
@description('Wie viele Instanzen immer bereit sind')
@minValue(0)
param alwaysReadyInstances int = 1

// 40 ist die kleinste Grenze, die der Dienst überall annimmt. Sie ist keine harte Grenze für HTTP;
// das Modell schützt deshalb AMTSKLAR_MODEL_CONCURRENCY.
@description('Höchste Zahl der Instanzen')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

// So viele Aufträge aller Instanzen fragen das Modell zugleich. Die Zahl folgt aus dessen Kontingent, nicht aus der Zahl
// der Instanzen: Bei 100.000 Token je Minute und etwa 3.000 je Auftrag sind 16 zugleich, je 15 bis 30 Sekunden, das Maß.
@description('Gleichzeitige Aufträge mit Modell in der ganzen Installation')
@minValue(1)
@maxValue(200)
param modelJobs int = 16

@description('Dienststufe der Bot-Registrierung; der Teams-Kanal ist in beiden frei, S1 hat eine zugesagte Verfügbarkeit')
@allowed([
  'F0'
  'S1'
])
param botSku string = 'F0'

@description('Wohin eine Nachricht geht, wenn der nächtliche Lauf ausbleibt oder scheitert; leer: keine')
param alarmEmail string = ''

// --- Was daraus folgt ------------------------------------------------------------------------------------------------

var suffix = uniqueString(resourceGroup().id, environmentName)
var shortName = toLower(replace(environmentName, '-', ''))
var packageContainer = 'pakete'
var wantsTelemetry = telemetry == 'azure'
var useAzureModel = modelSource == 'azure'
var useExternalModel = modelSource == 'fremd'
var wantsAlarm = alarmEmail != ''
var vaultName = take('kv-${shortName}-${suffix}', 24)
var tags = {
  'azd-env-name': environmentName
  anwendung: 'Amtsklar'
}

// Eingebaute Rollen von Azure, jede nur an der einen Ressource vergeben, die sie betrifft.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  openAiUser: '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
}

// --- Identität -------------------------------------------------------------------------------------------------------

// Sie ist der Bot, fragt Graph nach Gruppen, öffnet Speicher, Tresor und Modell. Niemand kennt ein Kennwort von ihr.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${environmentName}-${suffix}'
  location: location
  tags: tags
}

// --- Beobachtung ohne Inhalte ----------------------------------------------------------------------------------------

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${environmentName}-${suffix}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    // Technische Protokolle bleiben 30 Tage, wie im Löschkonzept zugesagt.
    retentionInDays: 30
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
      immediatePurgeDataOn30Days: true
    }
    // Eine Obergrenze je Tag: Ein Fehler, der sich wiederholt, soll keine Rechnung schreiben.
    workspaceCapping: {
      dailyQuotaGb: 1
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${environmentName}-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    RetentionInDays: 30
    // Der Schlüssel in der Verbindungszeichenfolge öffnet damit nichts mehr; gesendet wird mit der Identität.
    DisableLocalAuth: true
    // IP-Adressen bleiben unkenntlich.
    DisableIpMasking: false
  }
}

resource alarmGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (wantsAlarm) {
  name: 'alarm-${environmentName}-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'Amtsklar'
    enabled: true
    emailReceivers: [
      {
        name: 'Betrieb'
        emailAddress: alarmEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

// Gezählt werden gelungene Läufe: So fällt auch auf, wenn es gar keinen gab.
resource alarm 'Microsoft.Insights/scheduledQueryRules@2021-08-01' = if (wantsAlarm) {
  name: 'nachtlauf-${environmentName}-${suffix}'
  location: location
  tags: tags
  properties: {
    displayName: 'Amtsklar: Der nächtliche Lauf fehlt'
    description: 'In den letzten 24 Stunden ist die Funktion nightly nicht gelungen. Was zu tun ist, steht in docs/betrieb.md.'
    severity: 2
    enabled: true
    scopes: [
      logs.id
    ]
    evaluationFrequency: 'PT6H'
    windowSize: 'P1D'
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: 'AppRequests | where OperationName == "nightly" and Success == true'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        alarmGroup.id
      ]
    }
  }
}

// --- Speicher --------------------------------------------------------------------------------------------------------

// Hier liegen das Programmpaket, die Sperren des Zeitgebers, die Zähler und, verschlossen und höchstens eine Stunde, die
// Aufträge. Die Schlüssel dazu liegen im Tresor: Wer nur den Speicher sieht, liest nichts.
resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('st${shortName}${suffix}', 24)
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      // Ohne eigenes Netz erreicht die Anwendung den Speicher nur so. Wer hineindarf, entscheidet allein Entra.
      defaultAction: 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
  properties: {
    // Gelöscht ist gelöscht: Ein Auftrag soll nicht noch eine Woche im Papierkorb liegen. Das Paket lässt sich neu bauen.
    deleteRetentionPolicy: {
      enabled: false
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: packageContainer
  properties: {
    publicAccess: 'None'
  }
}

// Der Behälter für große Aufträge und die Warteschlangen; die Tabelle legt die Anwendung selbst an. Die Namen stehen auch
// in function_app.py.
resource jobBlobs 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'jobs'
  properties: {
    publicAccess: 'None'
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: storage
  name: 'default'
}

resource jobQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = {
  parent: queues
  name: 'jobs'
}

resource poisonQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = {
  parent: queues
  name: 'jobs-poison'
}

// --- Tresor ----------------------------------------------------------------------------------------------------------

// Er nimmt die wenigen Geheimnisse auf, die es ohne verwaltete Identität gibt, zum Beispiel den Schlüssel eines eigenen
// Modellservers. Mit den Vorgaben bleibt er leer.
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

// Wer ein Geheimnis gelesen oder geändert hat, steht im Protokoll. Das betrifft Verwaltende, nicht Nutzende.
resource vaultAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'zugriffe'
  properties: {
    workspaceId: logs.id
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

// --- Modell ----------------------------------------------------------------------------------------------------------

// Für diese Ressource gibt es mit Absicht keine Diagnoseeinstellung.
resource openAi 'Microsoft.CognitiveServices/accounts@2024-10-01' = if (useAzureModel) {
  name: 'oai-${shortName}-${suffix}'
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: {
    name: 'S0'
  }
  properties: {
    customSubDomainName: 'oai-${shortName}-${suffix}'
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: 'Allow'
    }
  }
}

resource model 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = if (useAzureModel) {
  parent: openAi
  name: 'schreiben'
  sku: {
    name: modelSku
    capacity: modelCapacity
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: modelName
      version: modelVersion
    }
    // Ein anderes Modell schreibt anders. Es wechselt deshalb nur, wenn jemand es hier ändert.
    versionUpgradeOption: 'NoAutoUpgrade'
    raiPolicyName: 'Microsoft.DefaultV2'
  }
}

// --- Anwendung -------------------------------------------------------------------------------------------------------

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${environmentName}-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-${environmentName}-${suffix}'
  location: location
  tags: union(tags, {
    'azd-service-name': 'amtsklar'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        // Alle Adressen der Anwendung gehören zu einer Gruppe namens „http“; jede andere Funktion hat eigene Instanzen.
        // Wer auf eine Antwort wartet, wartet auf „jobs“: Ohne eine bereite Instanz wären das am Morgen viele Sekunden.
        // Die Zeitgeber und die Funktion für gescheiterte Aufträge dürfen warten.
        alwaysReady: [
          {
            name: 'http'
            instanceCount: alwaysReadyInstances
          }
          {
            name: 'function:jobs'
            instanceCount: alwaysReadyInstances
          }
        ]
        triggers: {
          http: {
            // Für Python wäre 1 die Vorgabe: Jede laufende Antwort bekäme eine eigene Instanz. Amtsklar wartet ohne zu
            // blockieren und verträgt viele zugleich.
            perInstanceConcurrency: 16
          }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      // Schreibbereich und API haben dieselbe Adresse; fremde Seiten dürfen nicht anfragen.
      cors: {
        allowedOrigins: []
      }
    }
  }
  dependsOn: [
    packages
    blobAccess
  ]
}

// Veröffentlicht wird mit Entra, nicht mit einem Kennwort.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

var host = empty(publicHost) ? app.properties.defaultHostName : publicHost

var oneTownSettings = {
  AMTSKLAR_TENANTS: string(tenantIds)
  AMTSKLAR_TRAINING_GROUP: trainingGroupId
  AMTSKLAR_TRAINING_GROUP_NAME: trainingGroupName
  AMTSKLAR_COURSE_URL: courseUrl
  AMTSKLAR_CONTACT: contact
}

var townsSettings = {
  AMTSKLAR_TOWNS: '/home/site/wwwroot/${townsFolder}'
}

var azureModelSettings = {
  AMTSKLAR_MODEL_URL: '${openAi!.properties.endpoint}openai/v1/'
  AMTSKLAR_MODEL_NAME: 'schreiben'
}

var externalModelSettings = {
  AMTSKLAR_MODEL_URL: externalModelUrl
  AMTSKLAR_MODEL_NAME: externalModelName
  AMTSKLAR_MODEL_SERVER: externalModelServer
  AMTSKLAR_MODEL_KEY: '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${externalModelSecretName}/)'
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      AMTSKLAR_PROFILE: 'production'
      AMTSKLAR_PUBLIC_URL: 'https://${host}'
      AMTSKLAR_BOT_ID: identity.properties.clientId
      AMTSKLAR_BOT_TENANT: tenant().tenantId
      AMTSKLAR_BOT_CREDENTIAL: 'managed_identity'
      AMTSKLAR_API_ID: apiClientId
      AMTSKLAR_TABLES_URL: storage.properties.primaryEndpoints.table
      AMTSKLAR_JOBS_STORAGE: storage.properties.primaryEndpoints.queue
      AMTSKLAR_JOBS_MODELS: string(modelJobs)
      AMTSKLAR_SEAL_KEY: '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${sealSecretName}/)'
      // Der Auslöser der Warteschlange; er nimmt dieselbe Identität.
      JobStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      JobStorage__credential: 'managedidentity'
      JobStorage__clientId: identity.properties.clientId
    },
    wantsTelemetry ? {
      AMTSKLAR_TELEMETRY: 'azure'
    } : {},
    empty(healthSecretName) ? {} : {
      AMTSKLAR_HEALTH_KEY: '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${healthSecretName}/)'
    },
    empty(townsFolder) ? oneTownSettings : townsSettings,
    empty(townProfile) ? {} : {
      AMTSKLAR_TENANT_PROFILE: '/home/site/wwwroot/${townProfile}'
    },
    useAzureModel ? azureModelSettings : {},
    useExternalModel ? externalModelSettings : {}
  )
  // Die Verweise auf den Tresor werden beim Speichern aufgelöst; vorher muss die Rolle vergeben sein.
  dependsOn: [
    vaultAccess
  ]
}

// --- Bot -------------------------------------------------------------------------------------------------------------

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: 'bot-${environmentName}-${suffix}'
  location: botLocation
  tags: tags
  kind: 'azurebot'
  sku: {
    name: botSku
  }
  properties: {
    displayName: 'Amtsklar'
    description: 'KI-Schreibassistent der Stadt'
    endpoint: 'https://${host}/api/messages'
    msaAppType: 'UserAssignedMSI'
    msaAppId: identity.properties.clientId
    msaAppMSIResourceId: identity.id
    msaAppTenantId: tenant().tenantId
    // Keine Kanalschlüssel: Nur Entra darf die Registrierung benutzen.
    disableLocalAuth: true
  }
}

resource teams 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: botLocation
  properties: {
    channelName: 'MsTeamsChannel'
    properties: {
      isEnabled: true
      enableCalling: false
    }
  }
}

// --- Rechte ----------------------------------------------------------------------------------------------------------

resource blobAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.blobDataOwner)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobDataOwner)
  }
}

// Der Auslöser braucht Lesen und Verarbeiten, die Anwendung auch Schreiben; diese eine Rolle hat alles davon.
resource queueAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.queueDataContributor)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.queueDataContributor)
  }
}

resource tableAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.tableDataContributor)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.tableDataContributor)
  }
}

resource vaultAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identity.id, roles.keyVaultSecretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

resource telemetryAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identity.id, roles.metricsPublisher)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.metricsPublisher)
  }
}

resource modelAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (useAzureModel) {
  scope: openAi
  name: guid(resourceGroup().id, 'openAi', identity.id, roles.openAiUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.openAiUser)
  }
}

// --- Was die nächsten Schritte brauchen ------------------------------------------------------------------------------

@description('Adresse für make package HOST=… und infra/register.sh --host …')
output hostName string = host

@description('Client-ID für make package BOT_ID=… und infra/register.sh --identity …')
output botId string = identity.properties.clientId

@description('Name der Anwendung für az functionapp …')
output appName string = app.name

@description('Name des Tresors für az keyvault secret set …')
output vaultName string = vault.name
