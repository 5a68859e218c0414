{{/* An account that may look at the models (and delete them), for the life of one hook. Takes a list: context, component, hook, verbs. */}}
{{- define "visavox.hookAccount" -}}
{{- $ := index . 0 }}
{{- $name := printf "%s-%s" (include "visavox.name" $) (index . 1) }}
{{- $annotations := printf "{ helm.sh/hook: %s, helm.sh/hook-weight: \"-5\", helm.sh/hook-delete-policy: \"before-hook-creation,hook-succeeded\" }" (index . 2) -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  labels: {{- include "visavox.labels" (list $ (index . 1)) | nindent 4 }}
  annotations: {{ $annotations }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
  labels: {{- include "visavox.labels" (list $ (index . 1)) | nindent 4 }}
  annotations: {{ $annotations }}
data: {{- ($.Files.Glob "files/*.mjs").AsConfig | nindent 2 }}
{{- if eq $.Values.serving.mode "kserve" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ include "visavox.kserveNamespace" $ }}
  labels: {{- include "visavox.labels" (list $ (index . 1)) | nindent 4 }}
  annotations: {{ $annotations }}
rules:
  - { apiGroups: [serving.kserve.io], resources: [inferenceservices], verbs: {{ toJson (index . 3) }} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ include "visavox.kserveNamespace" $ }}
  labels: {{- include "visavox.labels" (list $ (index . 1)) | nindent 4 }}
  annotations: {{ $annotations }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }} }
subjects:
  - { kind: ServiceAccount, name: {{ $name }}, namespace: {{ $.Release.Namespace }} }
{{- end }}
{{- end }}

{{/* Takes a list: context, component, program. */}}
{{- define "visavox.hookPod" -}}
{{- $ := index . 0 }}
{{- $name := printf "%s-%s" (include "visavox.name" $) (index . 1) -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: {{ eq $.Values.serving.mode "kserve" }}
restartPolicy: Never
{{ include "visavox.pullSecrets" $ }}
securityContext: {{- include "visavox.podSecurity" $ | nindent 2 }}
containers:
  - name: {{ index . 1 }}
    image: {{ include "visavox.image" (list $ "application") }}
    imagePullPolicy: {{ $.Values.images.pullPolicy }}
    securityContext: {{- include "visavox.containerSecurity" $ | nindent 6 }}
    command: [node, /programs/{{ index . 2 }}]
    env:
      - { name: APPLICATION, value: "http://{{ include "visavox.name" $ }}:{{ $.Values.application.service.port }}" }
      - { name: CONTROLLER, value: "http://{{ include "visavox.name" $ }}-controller:4600" }
      - { name: WAIT_SECONDS, value: {{ ternary $.Values.serving.kserve.startLimitSeconds 300 (eq $.Values.serving.mode "kserve") | quote }} }
      {{- if eq $.Values.serving.mode "kserve" }}
      - { name: KSERVE_NAMESPACE, value: {{ include "visavox.kserveNamespace" $ }} }
      - { name: NODE_EXTRA_CA_CERTS, value: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt }
      {{- end }}
    resources:
      requests: { cpu: 10m, memory: 64Mi }
      limits: { memory: 256Mi }
    volumeMounts:
      - { name: programs, mountPath: /programs, readOnly: true }
volumes:
  - { name: programs, configMap: { name: {{ $name }} } }
{{- end }}
