{{/* The release's name, with the chart's unless it is in it already. */}}
{{- define "batch.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Labels that select pods: they may never change. */}}
{{- define "batch.selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "batch.labels" -}}
{{ include "batch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "batch.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end }}

{{/* What a Job and a CronJob have in common. */}}
{{- define "batch.job" -}}
backoffLimit: {{ .Values.backoffLimit }}
template:
  metadata:
    labels:
      {{- include "batch.labels" . | nindent 6 }}
    {{- with .Values.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    restartPolicy: Never
    automountServiceAccountToken: false
    containers:
      - name: work
        image: {{ include "batch.image" . }}
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        command:
          {{- toYaml .Values.command | nindent 10 }}
        resources:
          {{- toYaml .Values.resources | nindent 10 }}
        {{- if .Values.storage }}
        volumeMounts:
          - {name: results, mountPath: /results}
        {{- end }}
    {{- if .Values.storage }}
    volumes:
      - name: results
        persistentVolumeClaim:
          claimName: {{ include "batch.fullname" . }}
    {{- end }}
{{- end }}
