#!/usr/bin/env node
// Makes what the chart is tested with, into .visavox/setup/cluster-tools (or the folder that is given): Helm, Kubernetes'
// API server, and the definitions of the resources of KServe and Kubeflow Trainer. From Go modules, so it needs Go; about
// 8 CPU-minutes. What is
// there already is left alone. Tests skip visibly where something is missing.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupFolder } from './setup.mjs';

const versions = { helm: 'v3.22.0', kubernetes: 'v1.35.4', kserve: 'v0.20.0', trainer: 'v2.1.0' };
const folder = process.argv[2] || join(setupFolder, 'cluster-tools');
/** All of them, unless some are named. */
const wanted = process.argv.slice(3);
const flags = ['-trimpath', '-ldflags=-s -w'];

const tools = {
  helm(into) {
    go(into, ['install', ...flags, `helm.sh/helm/v3/cmd/helm@${versions.helm}`]);
  },

  // Its go.mod names its own parts by their place in its repository, which a module does not bring along: they are
  // modules as well, of the same release.
  'kube-apiserver'(into) {
    const { GoMod } = download(into, `k8s.io/kubernetes@${versions.kubernetes}`);
    const { Go, Replace } = JSON.parse(go(into, ['mod', 'edit', '-json', GoMod]));
    const parts = Replace.filter(({ New }) => New.Path.startsWith('./')).map(({ Old }) => Old.Path);
    const module = [
      'module cluster-tools',
      `go ${Go}`,
      `require k8s.io/kubernetes ${versions.kubernetes}`,
      ...parts.map((part) => `replace ${part} => ${part} ${versions.kubernetes.replace('v1.', 'v0.')}`),
    ];
    writeFileSync(join(into, 'go.mod'), `${module.join('\n')}\n`);
    const version = `-X k8s.io/component-base/version.gitVersion=${versions.kubernetes}`;
    go(into, [
      ...['build', '-mod=mod', '-trimpath', `-ldflags=-s -w ${version}`],
      'k8s.io/kubernetes/cmd/kube-apiserver',
    ]);
  },

  'kserve-crds'(into) {
    const files = ['servingruntimes', 'inferenceservices'].map((kind) => `serving.kserve.io_${kind}.yaml`);
    copyFrom(into, {
      module: `github.com/kserve/kserve@${versions.kserve}`,
      folder: 'config/crd/full',
      files,
      to: 'kserve-crds',
    });
  },

  'trainer-crds'(into) {
    copyFrom(into, {
      module: `github.com/kubeflow/trainer/v2@${versions.trainer}`,
      folder: 'manifests/base/crds',
      files: ['trainer.kubeflow.org_trainjobs.yaml'],
      to: 'trainer-crds',
    });
  },
};
const versionOf = {
  helm: versions.helm,
  'kube-apiserver': versions.kubernetes,
  'kserve-crds': versions.kserve,
  'trainer-crds': versions.trainer,
};

function copyFrom(into, { module, folder, files, to }) {
  const { Dir: source } = download(into, module);
  mkdirSync(join(into, to));
  for (const file of files) copyFileSync(join(source, folder, file), join(into, to, file));
}

function go(cwd, args) {
  const { status, error, stdout } = spawnSync('go', args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CGO_ENABLED: '0', GOBIN: cwd },
  });
  if (status !== 0) throw new Error(error?.message ?? `go ${args[0]} ended with ${status}`);
  return stdout;
}

/** Where a module's sources lie. */
function download(cwd, module) {
  return JSON.parse(go(cwd, ['mod', 'download', '-json', module]));
}

mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(tools)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const version = versionOf[name];
  const stamp = join(folder, `${name}.${version}`);
  if (existsSync(join(folder, name)) && existsSync(stamp)) continue;
  process.stderr.write(`${name} ${version} …\n`);
  // Inside the folder, so that the finished program is moved within one file system.
  const into = mkdtempSync(join(folder, 'build-'));
  try {
    make(into);
    rmSync(join(folder, name), { recursive: true, force: true });
    renameSync(join(into, name), join(folder, name));
    writeFileSync(stamp, '');
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name} was not made: ${error.message}\n`);
  }
  rmSync(into, { recursive: true, force: true });
}
