import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue } from '@reconcile/core';
import { expect, test } from 'vitest';
import { projectFiles, workspace } from './source-tree.ts';

// specs/errors.md is the catalogues, written for people. UPDATE_GOLDENS=1 rewrites it.

const page = join(workspace, 'specs', 'errors.md');
const intro = `# Errors

Every exception is a \`FleetError\` with one of these codes; waits, holds and refusals are values and not listed here. *Retry* says
what trying again would do: \`backoff\` may work later, \`on-change\` after somebody changes something, \`never\`. The page is
compared with the catalogues (\`errors.ts\`) by \`test/errors.test.ts\`; \`UPDATE_GOLDENS=1 npx vitest run test/errors.test.ts\` rewrites it.
`;

interface Found {
  readonly room: string;
  readonly catalogue: Catalogue;
}

async function catalogues(): Promise<readonly Found[]> {
  const files = projectFiles('packages').filter((path) => path.endsWith('/errors.ts'));
  const found = await Promise.all(
    files.map(async (path): Promise<Found[]> => {
      const module = (await import(join(workspace, path))) as Record<string, unknown>;
      const room = path.split('/').slice(1, -1).join('/').replace('core/model', 'core');
      return Object.entries(module)
        .filter(([name]) => name.endsWith('Errors'))
        .map(([, catalogue]) => ({ room, catalogue: catalogue as Catalogue }));
    }),
  );
  return found.flat();
}

function pageOf(found: readonly Found[]): string {
  const tables = found.map(({ room, catalogue }) => {
    const rows = Object.entries(catalogue).map(
      ([code, { retry, says }]) => `| \`${code}\` | ${retry} | ${says.replaceAll('|', '\\|')} |`,
    );
    return ['', `## ${room}`, '', '| code | retry | says |', '|---|---|---|', ...rows, ''].join('\n');
  });
  return `${intro}${tables.join('')}`;
}

test('specs/errors.md lists every code of every catalogue, and no other', async () => {
  const wanted = pageOf(await catalogues());
  if (process.env.UPDATE_GOLDENS === '1' && process.env.CI === undefined) writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});

test('every package with an errors.ts has a catalogue in it', async () => {
  const files = projectFiles('packages').filter((path) => path.endsWith('/errors.ts'));
  expect((await catalogues()).length).toBe(files.length);
});

test('codes are shouted, unique, and say a sentence', async () => {
  const entries = (await catalogues()).flatMap(({ catalogue }) => Object.entries(catalogue));
  const codes = entries.map(([code]) => code);
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
  expect(codes.filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code))).toEqual([]);
  expect(entries.filter(([, { says }]) => !/^([A-Z]|[a-z]+\.toml ).*\.$/s.test(says)).map(([code]) => code)).toEqual(
    [],
  );
});
