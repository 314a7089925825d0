import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import rules from './boundaries.json' with { type: 'json' };
import { isTest, packageSources, type SourceFile, workspace } from './source-tree.ts';

// Who may import whom: design.md section 4, specs/0018-dependencies.md. The table is boundaries.json.

interface Room {
  readonly may: readonly string[];
  readonly says: string;
}

const rooms: Readonly<Record<string, Room>> = rules.packages;
const folders: Readonly<Record<string, { readonly may: readonly string[] }>> = rules.folders;
const libraries: Readonly<Record<string, readonly string[]>> = rules.libraries;
const sources = packageSources();
const shipped = sources.filter(({ path }) => !isTest(path));

/** `packages/drivers/podman/apply.ts` → ['drivers', 'podman']. */
function place(path: string): readonly string[] {
  return path.split('/').slice(1, -1);
}

function mayImport(from: string): Room {
  const [name = '', folder = ''] = place(from);
  const room = rooms[name];
  if (room === undefined) throw new Error(`packages/${name} is missing in test/boundaries.json`);
  return { ...room, ...folders[`${name}/${folder}`] };
}

/** One line per forbidden import, so that a failure reads as a list of what to move. */
function violations(check: (file: SourceFile, specifier: string, target: string | undefined) => string | undefined) {
  return shipped.flatMap((file) =>
    file.imports.flatMap(({ specifier, file: target }) => {
      const problem = check(file, specifier, target);
      return problem === undefined ? [] : [`${file.path} imports ${specifier}: ${problem}`];
    }),
  );
}

test('packages import only what the matrix allows', () => {
  const found = violations((file, _specifier, target) => {
    if (target === undefined) return undefined;
    const from = place(file.path)[0] ?? '';
    const to = place(target)[0] ?? '';
    const room = mayImport(file.path);
    return from === to || room.may.includes(to) ? undefined : room.says;
  });
  expect(found).toEqual([]);
});

test('another package is imported by name, never by path', () => {
  const found = violations((file, specifier, target) =>
    specifier.startsWith('.') && place(file.path)[0] !== place(target ?? '')[0] ? 'by path' : undefined,
  );
  expect(found).toEqual([]);
});

test('inside drivers no folder imports a sibling', () => {
  const found = violations((file, _specifier, target) => {
    const [from, folder] = place(file.path);
    const [to, other] = place(target ?? '');
    if (from !== 'drivers' || to !== 'drivers' || folder === undefined || other === undefined) return undefined;
    return folder === other ? undefined : 'a driver may use only what an outsider could';
  });
  expect(found).toEqual([]);
});

test('inside core: everything imports model, kinds stay out of the planner and of each other', () => {
  const found = violations((file, _specifier, target) => {
    const [from, area, kind] = place(file.path);
    const [to, otherArea, otherKind] = place(target ?? '');
    if (from !== 'core' || to !== 'core' || area === undefined || otherArea === 'model') return undefined;
    if (area !== otherArea) return `core/${area} may import core/model only`;
    if (area !== 'kinds' || kind === undefined || otherKind === undefined || kind === otherKind) return undefined;
    // A job runs a container.
    return kind === 'job' && otherKind === 'container' ? undefined : 'kinds do not know each other';
  });
  expect(found).toEqual([]);
});

test('every library has one room', () => {
  const found = violations((file, specifier) => {
    const library = specifier.startsWith('@')
      ? specifier.split('/').slice(0, 2).join('/')
      : (specifier.split('/')[0] ?? '');
    if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('@reconcile/'))
      return undefined;
    const homes = libraries[library];
    const [name = '', folder = ''] = place(file.path);
    if (homes === undefined) return 'not a dependency of specs/0018-dependencies.md';
    return homes.includes(name) || homes.includes(`${name}/${folder}`) ? undefined : `lives in ${homes.join(', ')}`;
  });
  expect(found).toEqual([]);
});

test('core has no way to the world: no node modules, clock, chance, timers or process', () => {
  const effects =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bperformance\.|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bfetch\(|\bconsole\.|\bglobalThis\b|\brequire\(/;
  const found = shipped
    .filter(({ path }) => place(path)[0] === 'core')
    .flatMap(({ path, text, imports }) => [
      ...imports.filter(({ file }) => file === undefined).map(({ specifier }) => `${path} imports ${specifier}`),
      ...withoutComments(text)
        .split('\n')
        .filter((line) => effects.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    ]);
  expect(found).toEqual([]);
});

test('package.json names only what the matrix allows', () => {
  const found = readdirSync(join(workspace, 'packages')).flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(workspace, 'packages', name, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    const may = Object.entries(folders).flatMap(([folder, { may }]) => (folder.startsWith(`${name}/`) ? may : []));
    return Object.keys(manifest.dependencies ?? {}).flatMap((dependency) => {
      const own = dependency.replace('@reconcile/', '');
      const allowed =
        own === dependency
          ? libraries[dependency]?.some((home) => home.split('/')[0] === name)
          : [...(rooms[name]?.may ?? []), ...may].includes(own);
      return allowed === true ? [] : [`packages/${name}/package.json: ${dependency}`];
    });
  });
  expect(found).toEqual([]);
});

test('no circle of imports', () => {
  const graph = new Map(shipped.map(({ path, imports }) => [path, imports.flatMap(({ file }) => file ?? [])]));
  expect(circles(graph)).toEqual([]);
});

test('the circle finder finds one', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(circles(graph)).toEqual(['b → c → b']);
});

function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(file);
    if (seenAt >= 0) found.push([...trail.slice(seenAt), file].join(' → '));
    if (seenAt >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
