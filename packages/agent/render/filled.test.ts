import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeConfig } from '../config/model.ts';
import { fillCommand } from './filled.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "it's here "));
  for (const name of ['state/blobs', 'secrets']) await mkdir(join(dir, name), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const place = () => join(dir, 'run/filled/web-1/etc__a.ini');

async function command(template: Uint8Array, secrets: readonly string[], sealed?: string) {
  const hash = createHash('sha256').update(template).digest('hex');
  await writeFile(join(dir, 'state/blobs', hash), template);
  const from = {
    config: { stateDir: join(dir, 'state'), secretsDir: join(dir, 'secrets') } as NodeConfig,
    host: createHost(),
    registry: {} as Registry,
    commit: '',
    fresh: undefined,
  };
  const file = { target: '/etc/a.ini', hash, mode: '0400', owner: '', onChange: 'restart', secrets } as const;
  return fillCommand(from, { file, path: place(), sealed: () => sealed });
}

function shell(text: string): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      '/bin/sh',
      ['-c', `umask 022\n${text}`],
      { env: { PATH: '/usr/bin:/bin' } },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, said: out + err }),
    );
  });
}

test('a shell fills it byte for byte, for its owner alone; no value is in the command', async () => {
  await writeFile(join(dir, 'secrets/a'), 'one $HOME `x` "\'\n\n');
  await writeFile(join(dir, 'secrets/b.c'), '%s\\n-n');
  const template = Buffer.concat([
    Buffer.from([0, 255, 10]),
    Buffer.from('{{secret:a}}{{secret:b.c}}|{{secret: a}}|{{secret:a}}'),
  ]);
  const { command: text } = await command(template, ['a', 'b.c']);
  expect(text).not.toMatch(/one|%s\\n/);
  expect(await shell(text)).toEqual({ code: 0, said: '' });
  expect(await readFile(place())).toEqual(
    Buffer.concat([Buffer.from([0, 255, 10]), Buffer.from('one $HOME `x` "\'%s\\n-n|{{secret: a}}|one $HOME `x` "\'')]),
  );
  expect((await stat(place())).mode & 0o777).toBe(0o400);
  expect((await stat(join(dir, 'run/filled/web-1'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(dir, 'run/filled/web-1'))).toEqual(['etc__a.ini']);
});

test('without a value there is no file, not half of one under its name, and it says what it takes', async () => {
  const { command: text, fails } = await command(Buffer.from('x{{secret:gone}}'), ['gone']);
  expect((await shell(text)).code).not.toBe(0);
  expect(existsSync(place())).toBe(false);
  expect(fails).toContain(`it takes ${join(dir, 'secrets/gone')}`);
});

test('the repository’s value takes the program age and the key of this node', async () => {
  const { command: text, fails } = await command(Buffer.from('{{secret:s}}'), ['s'], 'a'.repeat(64));
  expect(text).toContain('age --decrypt --identity');
  expect(fails).toContain(`the program age with ${join(dir, 'state/age.key')}`);
  await writeFile(join(dir, 'secrets/s'), 'node');
  expect((await command(Buffer.from('{{secret:s}}'), ['s'], 'a'.repeat(64))).command).not.toContain('age --decrypt');
});
