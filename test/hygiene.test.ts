import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFiles, workspace } from './source-tree.ts';

// Small rules that a reviewer should not have to check.

const self = 'test/hygiene.test.ts';
const files = projectFiles().filter((path) => path !== self && statSync(join(workspace, path)).size < 1 << 20);
const text = new Map(files.map((path) => [path, readFileSync(join(workspace, path), 'utf8')]));

/** `path:line: text` of every line that matches, in the files that `among` lets through. */
function lines(pattern: RegExp, among: RegExp): readonly string[] {
  return [...text].flatMap(([path, content]) =>
    among.test(path)
      ? content
          .split('\n')
          .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 120)}`] : []))
      : [],
  );
}

test.each([
  ['nothing is left for later without an issue', /\b(TODO|FIXME|XXX)\b/, /./],
  ['no test runs alone', /\b(test|it|describe)\.only\(/, /\.test\.ts$/],
  ['no unit test sleeps', /\bawait\b.*\bsetTimeout\(/, /^(?!test\/(e2e|contract)\/).*(?<!\.real)\.test\.ts$/],
  ['types are not silenced', /@ts-(ignore|nocheck)|\bas any\b/, /\.(tsx?|js)$/],
  ['no path of one machine', /\/work\/(main|shared)|\/root\//, /./],
])('%s', (_name, pattern, among) => {
  expect(lines(pattern, among)).toEqual([]);
});

test('every version is exact and stands in the catalog', () => {
  const catalog =
    readFileSync(join(workspace, 'pnpm-workspace.yaml'), 'utf8').split('catalog:')[1]?.split('\n\n')[0] ?? '';
  const versions = catalog
    .trim()
    .split('\n')
    .map((line) => line.split(': ')[1] ?? '');
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);

  const manifests = [
    'package.json',
    ...readdirSync(join(workspace, 'packages')).map((name) => `packages/${name}/package.json`),
  ];
  const loose = manifests.flatMap((path) => {
    const manifest = JSON.parse(text.get(path) ?? '{}') as Record<string, Record<string, string> | undefined>;
    return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([, version]) => version !== 'catalog:' && version !== 'workspace:*')
      .map(([name, version]) => `${path}: ${name} ${version}`);
  });
  expect(loose).toEqual([]);
});

test('files have kebab-case names that say what is in them', () => {
  const sources = files
    .filter((path) => /^(packages|test|bench|dev\.d)\/.*\.tsx?$/.test(path))
    .map((path) => basename(path));
  expect(
    sources.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.real|\.gen)?(\.test|\.fixture)?\.tsx?$/.test(name)),
  ).toEqual([]);
  expect(sources.filter((name) => /\b(manager|helpers?|utils?|handlers?|common|misc)\b/.test(name))).toEqual([]);
});
