import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSnapshot } from '../parse/index.ts';
import { filesOf } from '../snapshot.fixture.ts';
import { parseInWorker } from './index.ts';

// The thread runs what is shipped: bundles, once with an output of its own and once as part of a single program.

let folder = '';
const here = new URL('.', import.meta.url).pathname;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spec-worker-'));
  const common = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  } as const;
  const stdin = (contents: string, sourcefile: string) =>
    ({ contents, sourcefile, resolveDir: here, loader: 'ts' }) as const;
  await build({ ...common, entryPoints: { worker: join(here, '../parse/worker.ts') } });
  await build({
    ...common,
    stdin: stdin(
      "import { isParseWorker, serveParse } from './index.ts';\nif (isParseWorker()) await serveParse();\nelse throw new Error('the program itself');",
      'one.ts',
    ),
    entryNames: 'one',
  });
  await build({
    ...common,
    stdin: stdin(
      "import { workerData } from 'node:worker_threads';\nconst at = new Int32Array(workerData.progress);\nAtomics.store(at, 0, 1); Atomics.add(at, 1, 1);\nfor (;;);",
      'stuck.ts',
    ),
    entryNames: 'stuck',
  });
  await build({
    ...common,
    stdin: stdin(
      'const all: number[][] = [];\nfor (;;) all.push(new Array(100_000).fill(Math.random()));',
      'greedy.ts',
    ),
    entryNames: 'greedy',
  });
  await build({ ...common, stdin: stdin('export {};', 'idle.ts'), entryNames: 'idle' });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = filesOf({ web: 'name = "web"\nimage = "nginx"\n', b: 'name = "b"\nimage = "docker.io/example/b:1"\n' });

describe('parseInWorker', () => {
  test.each(['worker', 'one'])('%s answers what parseSnapshot answers', async (name) => {
    const entry = join(folder, `${name}.mjs`);
    expect(existsSync(entry)).toBe(true);
    expect(await parseInWorker(files, { entry, deadlineMs: 30_000, fileMs: 30_000 })).toEqual(
      await parseSnapshot(files),
    );
  });

  test('from source it is read in this thread', async () => {
    expect(await parseInWorker(files)).toEqual(await parseSnapshot(files));
  });

  test('a stuck file is named, at its own deadline and at that of all', async () => {
    const entry = join(folder, 'stuck.mjs');
    await expect(parseInWorker(files, { entry, fileMs: 300, deadlineMs: 60_000 })).rejects.toMatchObject({
      code: 'SPEC_TIMEOUT',
      message: 'read services/b.toml',
      wanted: 'an answer within 300 ms',
    });
    await expect(parseInWorker(files, { entry, fileMs: 60_000, deadlineMs: 400 })).rejects.toMatchObject({
      code: 'SPEC_TIMEOUT',
      message: 'read services/b.toml',
      retry: 'backoff',
    });
  });

  test('one that eats all memory ends alone', async () => {
    await expect(
      parseInWorker(files, { entry: join(folder, 'greedy.mjs'), fileMs: 30_000, deadlineMs: 30_000 }),
    ).rejects.toMatchObject({ code: 'SPEC_WORKER' });
  }, 60_000);

  test('one that ends without an answer, or is not there', async () => {
    await expect(parseInWorker(files, { entry: join(folder, 'idle.mjs') })).rejects.toMatchObject({
      code: 'SPEC_WORKER',
    });
    await expect(parseInWorker(files, { entry: join(folder, 'none.mjs') })).rejects.toMatchObject({
      code: 'SPEC_WORKER',
      cause: expect.anything(),
    });
  });

  test('it can be called off, before and meanwhile', async () => {
    const entry = join(folder, 'stuck.mjs');
    const late = new AbortController();
    const running = parseInWorker(files, { entry, signal: late.signal });
    late.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(parseInWorker(files, { entry, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});

test('the light entries load neither parser nor schemas', async () => {
  for (const contents of [
    "export { compile } from '../compile/index.ts';",
    "export { parseInWorker } from './index.ts';",
  ]) {
    const result = await build({
      stdin: { contents, resolveDir: here, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      splitting: true,
      outdir: folder,
      logLevel: 'error',
    });
    const [, main] =
      Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === '<stdin>') ?? [];
    const eager = new Set<string>();
    const open = [main];
    for (let output = open.pop(); output !== undefined; output = open.pop()) {
      for (const input of Object.keys(output.inputs)) eager.add(input);
      for (const each of output.imports)
        if (each.kind === 'import-statement') open.push(result.metafile.outputs[each.path]);
    }
    expect(eager.size).toBeGreaterThan(3);
    expect([...eager].filter((input) => /zod|smol-toml|toml-eslint-parser|schema\//.test(input))).toEqual([]);
  }
});
