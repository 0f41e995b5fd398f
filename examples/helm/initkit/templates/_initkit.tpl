{{/*
An init container that runs one of the tools.

  initContainers:
    {{- include "initkit.container" (dict "root" $ "name" "wait-for-mydb" "image" "wait" "command" (list "wait-for-tcp" "mydb:3306")) | nindent 4 }}

`mounts`, a list of volumeMounts, may be given too.
*/}}
{{- define "initkit.container" -}}
{{- $settings := default dict .root.Values.initkit -}}
- name: {{ .name }}
  image: {{ default "registry.example.com/initkit" $settings.registry }}/{{ .image }}:{{ default "0.1.0" $settings.tag }}
  command: {{ toJson .command }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities: {drop: [ALL]}
    seccompProfile: {type: RuntimeDefault}
  resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 100m, memory: 32Mi}}
  {{- with .mounts }}
  volumeMounts: {{ toJson . }}
  {{- end }}
{{- end -}}

{{/* include "initkit.wait-for-tcp" (dict "root" $ "targets" (list "mydb:3306" "redis:6379")) */}}
{{- define "initkit.wait-for-tcp" -}}
{{- include "initkit.container" (dict "root" .root "name" "wait-for-tcp" "image" "wait" "command" (concat (list "wait-for-tcp") .targets)) -}}
{{- end -}}

{{/* include "initkit.wait-for-dns" (dict "root" $ "targets" (list "mydb")) */}}
{{- define "initkit.wait-for-dns" -}}
{{- include "initkit.container" (dict "root" .root "name" "wait-for-dns" "image" "wait" "command" (concat (list "wait-for-dns") .targets)) -}}
{{- end -}}

{{/*
Several steps in one container, each a list of words. Those of one list of steps run at the same time, one list after another:

  include "initkit.run" (dict "root" $ "stages" (list
    (list (list "wait-for-tcp" "mydb:3306") (list "wait-for-dns" "myservice"))
    (list (list "tls-check" "--warn-only" "controller:443"))))
*/}}
{{- define "initkit.run" -}}
{{- $command := list "initkit" "run" -}}
{{- range $number, $steps := .stages -}}
{{- range $at, $words := $steps -}}
{{- if $at -}}{{- $command = append $command "--and" -}}{{- else if $number -}}{{- $command = append $command "--then" -}}{{- end -}}
{{- $command = concat $command $words -}}
{{- end -}}
{{- end -}}
{{- include "initkit.container" (dict "root" .root "name" "init" "image" "initkit" "command" $command "mounts" .mounts) -}}
{{- end -}}
