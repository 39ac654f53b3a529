{{/* Name of the Service that the Ingress leads to. */}}
{{- define "shop.api.service" -}}
{{- printf "%s-api" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Where the shop is reached. */}}
{{- define "shop.url" -}}
{{- printf "%s://%s%s" (ternary "https" "http" .Values.ingress.tls.enabled) .Values.ingress.host .Values.ingress.path -}}
{{- end }}
