import { expect, it } from 'vitest';
import { withShellOf } from './image-shell.ts';

const script = ['sh', '-c', 'set -o pipefail; [[ a == a ]]'];

it.each([
  'alpine',
  'ghcr.io/containerd/busybox',
  'registry.access.redhat.com/ubi9/python-311:latest',
  'python:3.11-alpine',
])('runs a script for the shell of %s by bash', async (image) => {
  expect(await withShellOf(image, script, '/bin:/usr/bin')).toEqual(['bash', '--posix', ...script.slice(1)]);
});

it.each([['python:3.11'], ['docker.io/library/debian:12'], ['visavox'], [undefined]])(
  'leaves it to the shell of this machine for %s',
  async (image) => {
    expect(await withShellOf(image, script, '/bin:/usr/bin')).toEqual(script);
  },
);

it('leaves it to the shell of this machine where there is no bash', async () => {
  expect(await withShellOf('alpine', script, '/nowhere')).toEqual(script);
});
