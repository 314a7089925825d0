import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveAgent, wellMoment } from '@reconcile/testkit/served';
import { expect, test } from 'vitest';
import { workspace } from './source-tree.ts';

// specs/api.md names every path and every figure that there is.

const page = readFileSync(join(workspace, 'specs', 'api.md'), 'utf8');

test('every endpoint and every metric stands in specs/api.md', async () => {
  const served = await serveAgent(wellMoment(Date.now()));
  try {
    const { paths } = (await (await fetch(`${served.origin}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const last = (path: string) =>
      path
        .split('/')
        .filter((part) => !part.startsWith('{'))
        .at(-1) ?? '';
    expect(
      Object.keys(paths).filter((path) => !new RegExp(`\\b${last(path).replace('.', '\\.')}\\b`).test(page)),
    ).toEqual([]);
    const headers = { authorization: `Bearer ${await served.token('guest')}` };
    const text = await (await fetch(`${served.origin}/metrics`, { headers })).text();
    const names = [...text.matchAll(/^# TYPE (reconcile_\w+)/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  } finally {
    await served.close();
  }
});
