import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineProcesses } from './machine.ts';

// Rootless containers as an ordinary user sees them: those of a subordinate uid hide their open files from us.

const prefix = `host-${process.pid}`;
const image = `localhost/${prefix}:1`;

function podman(...args: string[]): string {
  return execFileSync('podman', args, {
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

function run(name: string, options: readonly string[], port: number): number {
  podman('run', '-d', '--name', `${prefix}-${name}`, ...options, image, '/bin/httpd', '-f', '-p', String(port));
  return Number(podman('inspect', '-f', '{{.State.Pid}}', `${prefix}-${name}`));
}

beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), 'host-image-'));
  mkdirSync(`${dir}/tree/bin`, { recursive: true });
  copyFileSync('/bin/busybox', `${dir}/tree/bin/busybox`);
  symlinkSync('busybox', `${dir}/tree/bin/httpd`);
  execFileSync('tar', ['-C', `${dir}/tree`, '-cf', `${dir}/image.tar`, '.']);
  podman('import', '-q', `${dir}/image.tar`, image);
  rmSync(dir, { recursive: true });
});

afterAll(() => {
  for (const name of ['user', 'root', 'own']) podman('rm', '-f', '-t', '0', `${prefix}-${name}`);
  podman('rmi', '-f', image);
});

async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  for (let turn = 0; ; turn++) {
    const seen = await look();
    if (good(seen) || turn > 200) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('who listens in rootless containers', () => {
  test('host network, a user inside: by the uid of the socket', async () => {
    const pid = run('user', ['--network', 'host', '--user', '1000'], 28_471);
    const seen = await eventually(
      () => machineProcesses.listens(pid, 28_471, { own: true }),
      (it) => it?.outside === true,
    );
    expect(seen).toEqual({ outside: true, loopback: false, ports: [28_471] });
  });

  test('host network, root inside: by its open files, and nobody else’s', async () => {
    const pid = run('root', ['--network', 'host'], 28_472);
    const seen = await eventually(
      () => machineProcesses.listens(pid, 28_472, { own: true }),
      (it) => it?.outside === true,
    );
    expect(seen).toEqual({ outside: true, loopback: false, ports: [28_472] });
    expect(await machineProcesses.listens(pid, 28_471, { own: true })).toEqual({
      outside: false,
      loopback: false,
      ports: [28_472],
    });
  });

  test('a network of its own: its tables are readable, the published port is not in them', async () => {
    const pid = run('own', ['-p', '127.0.0.1:28473:8000', '--user', '1000'], 8_000);
    const seen = await eventually(
      () => machineProcesses.listens(pid, 8_000, { own: false }),
      (it) => it?.outside === true,
    );
    expect(seen).toEqual({ outside: true, loopback: false, ports: [8_000] });
    expect(await machineProcesses.listens(pid, 28_473, { own: false })).toMatchObject({
      outside: false,
      loopback: false,
    });
  });
});
