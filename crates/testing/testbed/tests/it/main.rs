//! Releases on the real plane.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    reason = "helpers of tests fail as tests do"
)]

mod admin;
mod adoption;
mod bad_input;
mod causes;
mod content;
mod deletion;
mod differences;
mod drift;
mod life;
mod values;

/// A Deployment and a ConfigMap, with the values that the tests change.
mod web {
    use pintle_testing_testbed::chart_archive;

    const CONFIG: &str = r"
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
data:
  greeting: {{ .Values.greeting | quote }}
";

    const DEPLOYMENT: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations: {{ .Values.podAnnotations | toJson }}
    spec:
      containers:
        - name: web
          image: {{ .Values.image }}
          ports:
            - {name: http, containerPort: 80}
          resources: {{ .Values.resources | toJson }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {app: {{ .Release.Name }}}
  ports:
    - {name: http, port: 80, targetPort: http}
{{- if .Values.autoscaling }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .Release.Name }}-web
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .Release.Name }}-web}
  minReplicas: 1
  maxReplicas: 10
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}
{{- end }}
";

    const VALUES: &str = "\
greeting: hello
replicas: 2
image: docker.io/library/nginx:1.27
podAnnotations: {}
resources: {}
autoscaling: false
";

    /// The chart, with files more or instead.
    pub(crate) fn chart_with(more: &[(&str, &str)]) -> Vec<u8> {
        let mut files = vec![
            ("values.yaml", VALUES),
            ("templates/config.yaml", CONFIG),
            ("templates/web.yaml", DEPLOYMENT),
        ];
        files.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
        files.extend(more);
        chart_archive("web", &files).unwrap()
    }

    /// The chart as it is.
    pub(crate) fn chart() -> Vec<u8> {
        chart_with(&[])
    }
}
