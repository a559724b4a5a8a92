#!/usr/bin/env bash
# Richtet in Entra ein, was Bicep nicht kann: die App-Registrierung für Outlook und API samt Freigabe, und die Rechte
# der verwalteten Identität in Microsoft Graph. Fragt erst, was schon da ist, und ergänzt nur, was fehlt: Ein zweiter
# Lauf ändert nichts. Fremde Einträge der Registrierung bleiben stehen. Quelle: eigener Text. Lizenz: MIT.
set -uo pipefail

usage() {
  cat <<'TEXT'
Aufruf: infra/register.sh [--dry-run] [--name NAME] [--app-id ID] [--host NAME] [--identity ID]

  --dry-run       nennt jede Änderung und nimmt keine vor
  --name NAME     Anzeigename der App-Registrierung (Amtsklar)
  --app-id ID     Client-ID einer Registrierung, die es schon gibt
  --host NAME     Adresse der Anwendung ohne https://, sobald sie feststeht (Ausgabe hostName der Bereitstellung)
  --identity ID   Client-ID der verwalteten Identität, sobald es sie gibt (Ausgabe botId der Bereitstellung)

Erster Lauf, vor der Bereitstellung:   infra/register.sh
Zweiter Lauf, nach der Bereitstellung: infra/register.sh --host … --identity …

Ende mit 0: eingerichtet. 1: etwas ist mehrdeutig oder Entra hat abgelehnt. 2: falscher Aufruf. 3: Rechte fehlen.
TEXT
}

((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 403)) || {
  echo 'Das Skript braucht Bash 4.3 oder neuer, zum Beispiel die Azure Cloud Shell.' >&2
  exit 1
}

GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
HOST_NAME='^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$'
GRAPH='https://graph.microsoft.com/v1.0'
GRAPH_APP='00000003-0000-0000-c000-000000000000'
GRAPH_ROLES='User.Read.All GroupMember.Read.All'
# Kennung der Freigabe access_as_user. Sie ist fest, damit ein abgebrochener Lauf beim nächsten Mal dieselbe anlegt.
SCOPE='access_as_user'
SCOPE_ID='7c1d6f2a-5b0e-4c53-9a1b-3f0a8e6d4b21'

dry=0
name='Amtsklar'
app_id=''
host=''
identity=''
changes=0

stop() { # Ende mit Meldung: Zahl, Sätze
  local status=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$status"
}

while (($#)); do
  case $1 in
    --dry-run) dry=1 ;;
    --help | -h)
      usage
      exit 0
      ;;
    --name | --app-id | --host | --identity)
      [[ $# -ge 2 && -n $2 ]] || stop 2 "Zu $1 fehlt der Wert." ''
      case $1 in
        --name) name=$2 ;;
        --app-id) app_id=$2 ;;
        --host) host=${2,,} ;;
        --identity) identity=$2 ;;
      esac
      shift
      ;;
    *)
      usage >&2
      stop 2 '' "Unbekannte Angabe: $1"
      ;;
  esac
  shift
done

# Die Werte gehen in Abfragen und in JSON ein; was dort eine Bedeutung hätte, wird hier abgewiesen.
[[ $name =~ ^[[:alnum:]\ ._-]{1,80}$ ]] || stop 2 '--name darf Buchstaben, Ziffern, Leerzeichen, Punkt, _ und - enthalten.'
[[ -z $app_id || $app_id =~ $GUID ]] || stop 2 '--app-id ist keine GUID.'
[[ -z $identity || $identity =~ $GUID ]] || stop 2 '--identity ist keine GUID.'
[[ -z $host || $host =~ $HOST_NAME ]] || stop 2 '--host ist kein Name wie amtsklar.musterstadt.de; ohne https:// und ohne Pfad.'
[[ -z $identity || $identity != "$app_id" ]] || stop 2 '--identity und --app-id müssen verschieden sein.'

command -v az >/dev/null || stop 1 'Die Azure CLI (az) fehlt. Bitte installieren: https://aka.ms/azure-cli' \
  'Oder führen Sie das Skript in der Azure Cloud Shell aus.'

errors=$(mktemp) || stop 1 'Es lässt sich keine Zwischendatei anlegen.'
trap 'rm -f "$errors"' EXIT

failed() { # Erklärt, warum az gescheitert ist: was versucht wurde, welche Rolle es braucht
  local what=$1 role=$2
  if grep -qiE 'Authorization_RequestDenied|Insufficient privileges|Forbidden|does not have authorization' "$errors"; then
    stop 3 "Dafür fehlen Ihnen Rechte: $what" "Nötig ist die Rolle $role." \
      'Was bis hier gelungen ist, bleibt bestehen. Ein neuer Lauf macht an dieser Stelle weiter.'
  fi
  if grep -qiE 'az login|AADSTS|interactive authentication' "$errors"; then
    stop 1 "Die Anmeldung gilt nicht mehr: $what" 'Bitte melden Sie sich mit az login an und starten Sie neu.'
  fi
  stop 1 "Das ist nicht gelungen: $what" 'Antwort der Azure CLI:' "$(cat "$errors")" \
    'Was bis hier gelungen ist, bleibt bestehen. Ein neuer Lauf macht an dieser Stelle weiter.'
}

missing() { grep -qiE 'ResourceNotFound|does not exist|not found' "$errors"; }

change() { # Eine Änderung: was, nötige Rolle, Befehl. Im Probelauf nur der Satz.
  local what=$1 role=$2
  shift 2
  changes=$((changes + 1))
  if ((dry)); then
    printf 'Würde ändern: %s\n' "$what"
    return 0
  fi
  printf 'Ändert:       %s\n' "$what"
  "$@" >/dev/null 2>"$errors" || failed "$what" "$role"
}

same() { printf 'Schon da:     %s\n' "$1"; }

ask() { # Liest etwas; der Name der Variablen, was gelesen wird, der Befehl
  local -n into=$1
  local what=$2
  shift 2
  into=$("$@" 2>"$errors") || failed "$what" "Verzeichnisleser (Directory Readers)"
}

APP_ROLE='„Cloudanwendungsadministrator“ (Cloud Application Administrator)'
GRAPH_ROLE='„Administrator für privilegierte Rollen“ (Privileged Role Administrator)'

tenant=$(az account show --query tenantId -o tsv 2>"$errors") ||
  stop 1 'Sie sind nicht angemeldet. Bitte zuerst: az login --tenant IHR-MANDANT'
((dry)) && echo 'Probelauf: Es wird nur gelesen.'
echo "Mandant: $tenant"

# --- App-Registrierung -----------------------------------------------------------------------------------------------

object=''
if [[ -n $app_id ]]; then
  object=$(az ad app show --id "$app_id" --query id -o tsv 2>"$errors") || {
    missing && stop 1 "Eine App-Registrierung mit der Client-ID $app_id gibt es in diesem Mandanten nicht."
    failed "App-Registrierung $app_id lesen" "$APP_ROLE"
  }
else
  ask found 'App-Registrierungen lesen' az ad app list --filter "displayName eq '$name'" --query '[].appId' -o tsv
  case $(grep -c . <<<"$found") in
    0) ;;
    1) app_id=$found ;;
    *) stop 1 "Mehrere App-Registrierungen heißen „$name“:" "$found" 'Bitte nennen Sie die richtige mit --app-id.' ;;
  esac
  if [[ -n $app_id ]]; then
    ask object "App-Registrierung $app_id lesen" az ad app show --id "$app_id" --query id -o tsv
  fi
fi

if [[ -n $app_id ]]; then
  same "App-Registrierung „$name“, Client-ID $app_id"
  ask audience 'Kontoart lesen' az ad app show --id "$app_id" --query signInAudience -o tsv
  [[ $audience == AzureADMyOrg ]] ||
    stop 1 "Die Registrierung $app_id lässt Konten anderer Mandanten zu ($audience). Amtsklar braucht „nur dieses Verzeichnis“." \
      'Bitte ändern Sie das unter „Authentifizierung“ oder nennen Sie eine andere Registrierung.'
elif ((dry)); then
  change "App-Registrierung „$name“ anlegen, nur für Konten dieses Mandanten" "$APP_ROLE"
  app_id='(neu)'
else
  changes=$((changes + 1))
  echo "Ändert:       App-Registrierung „$name“ anlegen, nur für Konten dieses Mandanten"
  created=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query '[appId,id]' -o tsv 2>"$errors") ||
    failed "App-Registrierung „$name“ anlegen" "$APP_ROLE"
  app_id=${created%%[[:space:]]*}
  object=${created##*[[:space:]]}
  echo "Client-ID:    $app_id"
fi

read_app() { # Eine Angabe der Registrierung als JSON; für eine, die es noch nicht gibt, der zweite Wert
  local -n value=$1
  if [[ $app_id == '(neu)' ]]; then
    value=$2
    return
  fi
  ask "$1" 'Angaben der App-Registrierung lesen' az rest --method GET --url "$GRAPH/applications/$object" --query "$3" -o json
  [[ -n $value && $value != null ]] || value=$2
}

patch_app() { az rest --method PATCH --url "$GRAPH/applications/$object" --headers 'Content-Type=application/json' --body "$1"; }

plus() { # Eine JSON-Liste und ein Eintrag mehr
  if [[ $1 == '[]' ]]; then printf '[%s]' "$2"; else printf '%s,%s]' "${1%]*}" "$2"; fi
}

read_app uris '[]' 'identifierUris'
if [[ $uris == *"\"api://$app_id\""* ]]; then
  same "Adresse der API api://$app_id"
else
  change "Adresse der API setzen: api://$app_id" "$APP_ROLE" patch_app "{\"identifierUris\":$(plus "$uris" "\"api://$app_id\"")}"
fi

read_app token_version null 'api.requestedAccessTokenVersion'
if [[ $token_version == 2 ]]; then
  same 'Zugriffstoken der Version 2'
else
  change 'Zugriffstoken der Version 2 verlangen' "$APP_ROLE" patch_app '{"api":{"requestedAccessTokenVersion":2}}'
fi

scope_json="{\"id\":\"$SCOPE_ID\",\"value\":\"$SCOPE\",\"type\":\"User\",\"isEnabled\":true,\"adminConsentDisplayName\":\"Amtsklar im Namen der angemeldeten Person benutzen\",\"adminConsentDescription\":\"Der Schreibbereich in Outlook ruft Amtsklar im Namen der angemeldeten Person auf.\",\"userConsentDisplayName\":\"Amtsklar benutzen\",\"userConsentDescription\":\"Der Schreibbereich in Outlook ruft Amtsklar in Ihrem Namen auf.\"}"
scope_id=$SCOPE_ID
read_app scope_ids '[]' "api.oauth2PermissionScopes[?value=='$SCOPE'].id"
read_app scope_on '[]' "api.oauth2PermissionScopes[?value=='$SCOPE'].isEnabled"
if [[ $scope_ids == '[]' ]]; then
  read_app other_scopes '[]' 'api.oauth2PermissionScopes'
  change "Freigabe $SCOPE anlegen" "$APP_ROLE" patch_app "{\"api\":{\"oauth2PermissionScopes\":$(plus "$other_scopes" "$scope_json")}}"
elif [[ $scope_on == *true* ]]; then
  scope_id=$(tr -d '[]" \n' <<<"$scope_ids")
  same "Freigabe $SCOPE"
else
  stop 1 "Die Freigabe $SCOPE ist abgeschaltet. Bitte schalten Sie sie unter „Eine API verfügbar machen“ ein."
fi

# Wer vorab zugelassen ist, wird nicht nach Zustimmung gefragt. Das ist hier nur der eigene Schreibbereich.
read_app own_client '[]' "api.preAuthorizedApplications[?appId=='$app_id'].delegatedPermissionIds[]"
if [[ $own_client == *"$scope_id"* ]]; then
  same 'Eigener Client vorab zugelassen'
else
  read_app other_clients '[]' "api.preAuthorizedApplications[?appId!='$app_id']"
  change 'Eigenen Client vorab zulassen' "$APP_ROLE" patch_app \
    "{\"api\":{\"preAuthorizedApplications\":$(plus "$other_clients" "{\"appId\":\"$app_id\",\"delegatedPermissionIds\":[\"$scope_id\"]}")}}"
fi

if [[ -n $host ]]; then
  read_app redirects '[]' 'spa.redirectUris'
  for redirect in "brk-multihub://$host" "https://$host/outlook/"; do
    if [[ $redirects == *"\"$redirect\""* ]]; then
      same "Rücksprung $redirect"
    else
      redirects=$(plus "$redirects" "\"$redirect\"")
      change "Rücksprung für den Schreibbereich eintragen: $redirect" "$APP_ROLE" patch_app "{\"spa\":{\"redirectUris\":$redirects}}"
    fi
  done
else
  echo 'Offen:        Rücksprung für den Schreibbereich (--host, nach der Bereitstellung)'
fi

# --- Dienstprinzipale ------------------------------------------------------------------------------------------------

service_principal() { # Objekt-ID des Dienstprinzipals einer Client-ID; leer, wenn es keinen gibt
  local -n principal=$1
  principal=''
  [[ $2 == '(neu)' ]] && return
  principal=$(az ad sp show --id "$2" --query id -o tsv 2>"$errors") || {
    missing || failed "Dienstprinzipal $2 lesen" 'Verzeichnisleser (Directory Readers)'
    principal=''
  }
}

service_principal own "$app_id"
if [[ -n $own ]]; then
  same 'Dienstprinzipal der App-Registrierung'
else
  change 'Dienstprinzipal der App-Registrierung anlegen' "$APP_ROLE" az ad sp create --id "$app_id"
  ((dry)) || ask own 'Dienstprinzipal lesen' az ad sp show --id "$app_id" --query id -o tsv
fi
ask graph 'Dienstprinzipal von Microsoft Graph lesen' az ad sp show --id "$GRAPH_APP" --query id -o tsv

# --- Verwaltete Identität --------------------------------------------------------------------------------------------

if [[ -n $identity ]]; then
  service_principal managed "$identity"
  [[ -n $managed ]] || stop 1 "Eine verwaltete Identität mit der Client-ID $identity gibt es in diesem Mandanten nicht." \
    'Nehmen Sie die Ausgabe botId der Bereitstellung. Nach dem Anlegen kann es einige Minuten dauern.'
  ask held 'Rechte der Identität lesen' az rest --method GET --url "$GRAPH/servicePrincipals/$managed/appRoleAssignments" \
    --query 'value[].appRoleId' -o tsv
  for role in $GRAPH_ROLES; do
    ask role_id 'Rechte von Microsoft Graph lesen' az ad sp show --id "$GRAPH_APP" --query "appRoles[?value=='$role'].id" -o tsv
    [[ $role_id =~ $GUID ]] || stop 1 "Microsoft Graph kennt das Recht $role nicht."
    if grep -qix "$role_id" <<<"$held"; then
      same "Recht der Identität in Graph: $role"
    else
      change "Recht der Identität in Graph erteilen: $role" "$GRAPH_ROLE" \
        az rest --method POST --url "$GRAPH/servicePrincipals/$managed/appRoleAssignments" --headers 'Content-Type=application/json' \
        --body "{\"principalId\":\"$managed\",\"resourceId\":\"$graph\",\"appRoleId\":\"$role_id\"}"
    fi
  done
else
  echo 'Offen:        Rechte der verwalteten Identität in Graph (--identity, nach der Bereitstellung)'
fi

# --- Zustimmung für alle Beschäftigten -------------------------------------------------------------------------------

grant() { # Zustimmung für alle Beschäftigten: Empfänger, Name des Empfängers, Freigaben
  local resource=$1 label=$2 wanted=$3 known='' scopes='' missing_scopes='' one
  if [[ -n $own && -n $resource ]]; then
    local filter="value[?resourceId=='$resource' && consentType=='AllPrincipals']"
    ask known 'Zustimmungen lesen' az rest --method GET --url "$GRAPH/servicePrincipals/$own/oauth2PermissionGrants" --query "$filter.id" -o tsv
    ask scopes 'Zustimmungen lesen' az rest --method GET --url "$GRAPH/servicePrincipals/$own/oauth2PermissionGrants" --query "$filter.scope" -o tsv
  fi
  for one in $wanted; do
    [[ " $scopes " == *" $one "* ]] || missing_scopes+=" $one"
  done
  if [[ -z $missing_scopes ]]; then
    same "Zustimmung für alle Beschäftigten: $label ($wanted)"
  elif [[ -n $known ]]; then
    change "Zustimmung für alle Beschäftigten ergänzen: $label (${missing_scopes# })" "$APP_ROLE" \
      az rest --method PATCH --url "$GRAPH/oauth2PermissionGrants/$known" --headers 'Content-Type=application/json' \
      --body "{\"scope\":\"$scopes$missing_scopes\"}"
  else
    change "Zustimmung für alle Beschäftigten erteilen: $label ($wanted)" "$APP_ROLE" \
      az rest --method POST --url "$GRAPH/oauth2PermissionGrants" --headers 'Content-Type=application/json' \
      --body "{\"clientId\":\"$own\",\"consentType\":\"AllPrincipals\",\"resourceId\":\"$resource\",\"scope\":\"$wanted\"}"
  fi
}

# Nur die Anmeldung selbst; der Schreibbereich liest nichts aus dem Verzeichnis.
grant "$graph" 'Anmeldung' 'openid profile offline_access'
grant "$own" 'eigene API' "$SCOPE"

# --- Ergebnis --------------------------------------------------------------------------------------------------------

echo
if ((dry)); then
  echo "Probelauf beendet: $changes Änderungen stünden an, keine wurde vorgenommen."
  exit 0
fi
echo "Fertig: $changes Änderungen."
echo "Client-ID der App-Registrierung: $app_id"
if [[ -z $host || -z $identity ]]; then
  echo "Weiter: Bereitstellung mit apiClientId=$app_id, danach dieses Skript mit --app-id $app_id --host … --identity …"
else
  echo 'Neue Rechte der Identität wirken erst, wenn ihr Token erneuert ist. Das kann mehrere Stunden dauern.'
fi
