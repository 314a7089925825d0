import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InstallFacts } from './facts.ts';
import { unitFiles } from './units.ts';

const verify = await promisify(execFile)('systemd-analyze', ['--version']).then(
  () => undefined,
  () => 'systemd-analyze is not here: package systemd',
);

describe.skipIf(verify !== undefined)(`systemd’s own check of the units ${verify ?? ''}`, () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(`${tmpdir()}/units-`);
    await mkdir(join(dir, 'run'), { mode: 0o700 });
    await writeFile(join(dir, 'reconcile'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(dir, 'parachute.sh'), '#!/bin/sh\n', { mode: 0o700 });
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** What systemd has to say about these units; '' when it takes them. */
  async function said(facts: InstallFacts, spoil?: (text: string) => string): Promise<string> {
    const own = await mkdtemp(join(dir, 'set-'));
    const paths: string[] = [];
    for (const { name, text } of unitFiles(facts)) {
      paths.push(join(own, name));
      await writeFile(join(own, name), spoil === undefined ? text : spoil(text));
    }
    const env = { PATH: process.env.PATH, HOME: dir, XDG_RUNTIME_DIR: join(dir, 'run'), SYSTEMD_LOG_LEVEL: 'warning' };
    const how = facts.scope === 'user' ? '--user' : '--system';
    return promisify(execFile)('systemd-analyze', ['verify', '--man=no', '--generators=no', how, ...paths], {
      env,
      timeout: 60_000,
    }).then(
      ({ stderr, stdout }) => stdout + stderr,
      (error: { stderr: string; stdout: string }) => `refused: ${error.stdout}${error.stderr}`,
    );
  }
  const facts = (more: Partial<InstallFacts>): InstallFacts => ({
    scope: 'user',
    node: 'rift 100%',
    config: '/home/o p s/node "1".toml',
    program: [process.execPath, join(dir, 'reconcile')],
    dir,
    parachute: join(dir, 'parachute.sh'),
    hasContainers: true,
    env: { XDG_STATE_HOME: '/srv/my state', CONTAINERS_CONF: '/etc/c.conf' },
    ...more,
  });

  test.each([
    ['of a user', {}],
    ['of an edge', { hasContainers: false, parachute: undefined }],
  ] as const)('%s', async (_name, more) => {
    expect(await said(facts(more))).toBe('');
  });

  test('a wrong line would be told', async () => {
    expect(await said(facts({}), (text) => text.replace('KillMode=process', 'KillMode=gently'))).toMatch(
      /KillMode|kill mode/i,
    );
    expect(await said(facts({}), (text) => text.replace('ExecStart=/', 'ExecStart=/nowhere/'))).toMatch(
      /not executable|nowhere/,
    );
  });
});
