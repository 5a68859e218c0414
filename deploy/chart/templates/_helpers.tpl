{{- define "visavox.name" -}}
{{- if contains "visavox" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-visavox" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* The labels by which a component's pods are selected. Takes a list: context, component. */}}
{{- define "visavox.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: visavox
app.kubernetes.io/instance: {{ $.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "visavox.labels" -}}
{{- $ := index . 0 -}}
{{ include "visavox.selector" . }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
helm.sh/chart: {{ $.Chart.Name }}-{{ $.Chart.Version }}
{{- end }}

{{/* Takes a list: context, the image's name among .Values.images. */}}
{{- define "visavox.image" -}}
{{- $ := index . 0 -}}
{{- $images := $.Values.images -}}
{{- /* `--set images.tag=7` gives a number; a large one would be written as 2.02612e+07. */ -}}
{{- $tag := $images.tag -}}
{{- if not (kindIs "string" $tag) }}{{ $tag = $tag | int64 | toString }}{{ end -}}
{{- with $images.registry }}{{ . }}/{{ end }}{{ get $images (index . 1) }}:{{ $tag | default $.Chart.AppVersion }}
{{- end }}

{{- define "visavox.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "visavox.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "visavox.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "visavox.keysSecret" -}}
{{ .Values.keys.existingSecret | default (printf "%s-keys" (include "visavox.name" .)) }}
{{- end }}

{{/* Empty where the pods' own identity is used. */}}
{{- define "visavox.objectsSecret" -}}
{{- if .Values.trial.s3.enabled }}{{ include "visavox.name" . }}-s3{{ else }}{{ .Values.objects.existingSecret }}{{ end }}
{{- end }}

{{- define "visavox.objectsEndpoint" -}}
{{- if .Values.trial.s3.enabled }}http://{{ include "visavox.name" . }}-s3.{{ .Release.Namespace }}:9000{{ else }}{{ .Values.objects.endpoint }}{{ end }}
{{- end }}

{{- define "visavox.trackingUrl" -}}
{{ .Values.mlflow.url | default (printf "http://%s-mlflow.%s:5000" (include "visavox.name" .) .Release.Namespace) }}
{{- end }}

{{- define "visavox.kserveNamespace" -}}
{{ .Values.serving.kserve.namespace | default .Release.Namespace }}
{{- end }}

{{- define "visavox.stepSecret" -}}
{{ .Values.kubeflow.stepSecret | default (printf "%s-steps" (include "visavox.name" .)) }}
{{- end }}

{{/* How a program in any language reaches the S3 server. */}}
{{- define "visavox.s3Environment" -}}
- { name: AWS_REGION, value: {{ .Values.objects.region | quote }} }
- { name: AWS_DEFAULT_REGION, value: {{ .Values.objects.region | quote }} }
{{- with include "visavox.objectsEndpoint" . }}
- { name: AWS_ENDPOINT_URL_S3, value: {{ . | quote }} }
{{- end }}
{{- $secret := include "visavox.objectsSecret" . }}
{{- if $secret }}
{{- range $variable := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ $variable }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $variable }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* Takes a list: context, database. Ends in a URL of the trial's PostgreSQL, whose password is put in by Kubernetes. */}}
{{- define "visavox.trialDatabase" -}}
{{- $ := index . 0 -}}
- name: POSTGRES_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "visavox.name" $ }}-postgres, key: password } }
- { name: {{ index . 1 }}, value: "postgresql://visavox:$(POSTGRES_PASSWORD)@{{ include "visavox.name" $ }}-postgres:5432/{{ index . 2 }}" }
{{- end }}

{{- define "visavox.hostNames" -}}
{{- $names := list -}}
{{- range $service := list (include "visavox.name" .) (printf "%s-controller" (include "visavox.name" .)) -}}
{{- $inNamespace := printf "%s.%s" $service $.Release.Namespace -}}
{{- $names = concat $names (list $service $inNamespace (printf "%s.svc" $inNamespace) (printf "%s.svc.cluster.local" $inNamespace)) -}}
{{- end -}}
{{ join "," (concat $names .Values.allowedHosts) }}
{{- end }}

{{/* What both roles are told. */}}
{{- define "visavox.environment" -}}
{{- if .Values.trial.postgres.enabled }}
{{ include "visavox.trialDatabase" (list . "DATABASE_URL" "visavox") }}
{{- else }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ required "database.existingSecret (or trial.postgres.enabled) is needed" .Values.database.existingSecret }}, key: {{ .Values.database.key }} } }
{{- end }}
- { name: VISAVOX_OBJECTS, value: {{ .Values.objects.url | quote }} }
{{ include "visavox.s3Environment" . }}
- { name: VISAVOX_SECRETS, value: /var/run/visavox }
- { name: MLFLOW_TRACKING_URI, value: {{ include "visavox.trackingUrl" . | quote }} }
{{- with .Values.publicUrl }}
- { name: VISAVOX_PUBLIC_URL, value: {{ . | quote }} }
{{- end }}
- { name: VISAVOX_ALLOWED_HOSTS, value: {{ include "visavox.hostNames" . | quote }} }
{{- with .Values.trustedProxies }}
- { name: VISAVOX_TRUSTED_PROXIES, value: {{ join "," . | quote }} }
{{- end }}
{{- include "visavox.oidcEnvironment" . }}
- { name: VISAVOX_RETRAIN_PEOPLE, value: {{ .Values.controller.retrain.people | quote }} }
- { name: VISAVOX_RETRAIN_SAMPLES, value: {{ .Values.controller.retrain.samples | quote }} }
- { name: VISAVOX_ATTEMPT_FAILURES, value: {{ .Values.attempts.failures | quote }} }
- { name: VISAVOX_ATTEMPT_RETENTION, value: {{ .Values.attempts.retentionHours | quote }} }
- { name: VISAVOX_SERVING, value: {{ .Values.serving.mode }} }
{{- if eq .Values.serving.mode "kserve" }}
- { name: VISAVOX_MODELS, value: {{ .Values.objects.models | quote }} }
- { name: KSERVE_NAMESPACE, value: {{ include "visavox.kserveNamespace" . }} }
- { name: KSERVE_RUNTIME, value: {{ include "visavox.name" . }} }
- { name: KSERVE_SERVICE_ACCOUNT, value: {{ include "visavox.name" . }}-predictor }
- { name: KSERVE_SECRET, value: {{ .Values.serving.kserve.secret }} }
- { name: KSERVE_MIN_REPLICAS, value: {{ .Values.serving.kserve.replicas.least | quote }} }
- { name: KSERVE_MAX_REPLICAS, value: {{ .Values.serving.kserve.replicas.most | quote }} }
- { name: KSERVE_START_LIMIT, value: {{ .Values.serving.kserve.startLimitSeconds | quote }} }
{{- end }}
{{- range $name, $value := .Values.application.environment }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{- define "visavox.oidcEnvironment" -}}
{{- $oidc := .Values.oidc -}}
{{- if $oidc.issuer }}
- { name: VISAVOX_OIDC_ISSUER, value: {{ $oidc.issuer | quote }} }
- { name: VISAVOX_OIDC_CLIENT_ID, value: {{ required "oidc.clientId is needed beside oidc.issuer" $oidc.clientId | quote }} }
{{- if $oidc.existingSecret }}
- name: VISAVOX_OIDC_CLIENT_SECRET
  valueFrom: { secretKeyRef: { name: {{ $oidc.existingSecret }}, key: {{ $oidc.key }} } }
{{- end }}
{{- with $oidc.name }}
- { name: VISAVOX_OIDC_NAME, value: {{ . | quote }} }
{{- end }}
- { name: VISAVOX_OIDC_SCOPES, value: {{ $oidc.scopes | quote }} }
- { name: VISAVOX_OIDC_ROLES_CLAIM, value: {{ $oidc.rolesClaim | quote }} }
{{- $roles := list -}}
{{- range $oidc.roles }}{{ $roles = append $roles (printf "%s=%s" .value .role) }}{{ end }}
{{- with $roles }}
- { name: VISAVOX_OIDC_ROLES, value: {{ join "," . | quote }} }
{{- end }}
{{- with $oidc.defaultRole }}
- { name: VISAVOX_OIDC_DEFAULT_ROLE, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- end }}

{{/* Only whoever submits runs is told of Kubeflow. */}}
{{- define "visavox.kubeflowEnvironment" -}}
{{- $kubeflow := .Values.kubeflow -}}
{{- if $kubeflow.endpoint }}
- { name: VISAVOX_ENGINE, value: kubeflow }
- { name: KFP_ENDPOINT, value: {{ $kubeflow.endpoint | quote }} }
- { name: KFP_NAMESPACE, value: {{ $kubeflow.namespace }} }
- { name: KFP_METADATA, value: {{ $kubeflow.metadata | quote }} }
- { name: KFP_START_LIMIT, value: {{ $kubeflow.startLimitSeconds | quote }} }
- { name: VISAVOX_STEP_IMAGE, value: {{ include "visavox.image" (list . "step") | quote }} }
- { name: VISAVOX_STEP_SECRET, value: {{ include "visavox.stepSecret" . }} }
- { name: VISAVOX_STEP_SERVER, value: {{ $kubeflow.stepServer | default (printf "http://%s.%s:%d" (include "visavox.name" .) .Release.Namespace (int .Values.application.service.port)) | quote }} }
{{- range $name, $value := dict "KFP_ARTIFACTS_ENDPOINT" $kubeflow.artifactsEndpoint "KFP_PIPELINE_ROOT" $kubeflow.pipelineRoot "KFP_SERVICE_ACCOUNT" $kubeflow.serviceAccount "KFP_USER" $kubeflow.user "VISAVOX_STEP_INDEX" $kubeflow.packageIndex "VISAVOX_STEP_CACHE" $kubeflow.packageCache }}
{{- with $value }}
- { name: {{ $name }}, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- if $kubeflow.audience }}
- { name: KFP_TOKEN_FILE, value: /var/run/kubeflow/token }
{{- end }}
{{- end }}
{{- end }}
