{{/* The password given, or the one that is there, or a new one. */}}
{{- define "postgresql.password" -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace (include "common.fullname" .) -}}
{{- if .Values.auth.password -}}
{{- .Values.auth.password | toString | b64enc -}}
{{- else if $secret -}}
{{- index $secret.data "password" -}}
{{- else -}}
{{- randAlphaNum 24 | b64enc -}}
{{- end -}}
{{- end }}

{{- define "postgresql.headless" -}}
{{- printf "%s-headless" (include "common.fullname" . | trunc 54 | trimSuffix "-") -}}
{{- end }}
