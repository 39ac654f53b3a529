{{/* The database as its clients see it: Service, Secret, and the environment libpq reads. */}}
{{- define "common.database.host" -}}
{{- printf "%s-postgresql" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "common.database.environment" -}}
- name: PGHOST
  value: {{ include "common.database.host" . }}
- name: PGPORT
  value: "5432"
{{- range $variable, $key := dict "PGDATABASE" "database" "PGPASSWORD" "password" "PGUSER" "username" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "common.database.host" $ }}
      key: {{ $key }}
{{- end }}
{{- end }}
