import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@reconcile/host/writing';
import { expect, onTestFinished, test } from 'vitest';
import { timedHost } from './call-times.ts';

test('calls of podman are timed by what they ask, never by a name; what else is run is not', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'calls-'));
  const socketPath = join(dir, 'podman.sock');
  const server = createServer((_request, response) => response.end('[]'));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  const noted: [string, boolean][] = [];
  const host = timedHost(createHost({ env: { PATH: dir } }), (call, seconds, isFailed) => {
    expect(seconds).toBeGreaterThan(0);
    noted.push([call, isFailed]);
  });
  for (const path of [
    'containers/json?all=true',
    'containers/web-0-3fa9c1d2/start',
    'images/pull',
    'networks/web/exists',
  ])
    await host.http.request({ method: 'GET', url: `http://d/v4.0.0/libpod/${path}`, socketPath, timeoutMs: 5000 });
  await host.http.request({ method: 'GET', url: 'http://d/other', socketPath, timeoutMs: 5000 });
  // Where podman is, it knows no such image; where it is not, that is a failure, too.
  await host.run.run('podman', ['image', 'inspect', 'localhost/none:1'], { timeoutMs: 5000 }).catch(() => undefined);
  await expect(host.run.run('reconcile-no-such-program', [], { timeoutMs: 5000 })).rejects.toThrow();
  expect(noted).toEqual([
    ['rest containers/json', false],
    ['rest containers/start', false],
    ['rest images/pull', false],
    ['rest networks/exists', false],
    ['image inspect', true],
  ]);
});
