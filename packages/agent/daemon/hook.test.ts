import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@reconcile/host';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeConfig } from '../config/model.ts';
import type { Problem } from '../service/state.ts';
import { sourceHook } from './hook.ts';

// The shared secret is read each time, and only where nobody else could have read it.

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hook-'));
  file = join(dir, 'secret');
});
afterEach(() => rmSync(dir, { recursive: true }));

async function secret(webhookSecretFile: string | undefined = file) {
  let problem: Problem | undefined;
  const source = webhookSecretFile === '' ? {} : { webhookSecretFile };
  const hook = sourceHook({
    host: createHost(),
    config: () => ({ source }) as NodeConfig,
    problem: (_name, found) => {
      problem = found;
    },
    hint: () => undefined,
  });
  return { secret: await hook.secret(), problem };
}

test('its content, without the line end', async () => {
  writeFileSync(file, 'abc\n', { mode: 0o600 });
  expect(await secret()).toEqual({ secret: 'abc', problem: undefined });
  writeFileSync(file, 'next\n');
  expect((await secret()).secret).toBe('next');
  expect(await secret('')).toEqual({ secret: undefined, problem: undefined });
});

test.each<[string, () => void, RegExp]>([
  ['not there', () => undefined, /nothing/],
  ['empty', () => writeFileSync(file, '\n', { mode: 0o600 }), /empty/],
  [
    'open to others',
    () => {
      writeFileSync(file, 'abc', { mode: 0o600 });
      chmodSync(file, 0o640);
    },
    /mode 0640/,
  ],
  ['a link', () => symlinkSync('/etc/hostname', file), /symlink|link/],
])('%s: none is taken, and that is told', async (_name, make, message) => {
  make();
  const found = await secret();
  expect(found.secret).toBeUndefined();
  expect(found.problem).toMatchObject({ code: 'WEBHOOK_SECRET', message: expect.stringMatching(message) });
  expect(found.problem?.message).not.toContain('abc');
});
