import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseSnapshot } from '../parse/index.ts';
import { importFiles } from './import.ts';
import type { Imported } from './model.ts';
import { readUnit, unitValues } from './quadlet-file.ts';
import { fullImage, splitWords } from './words.ts';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const take = (...names: string[]) =>
  importFiles(
    names.map((name) => ({ name, dir: '/srv/stacks/photos', text: readFileSync(join(fixtures, name), 'utf8') })),
  );
const one = (text: string, name = 'compose.yaml') => importFiles([{ name, dir: '/srv/x', text }]);
const said = ({ notes }: Imported) => notes.map(({ key, level, line }) => `${level} ${line} ${key}`);

/** By the definitions' own reader. */
async function problems({ files }: Imported): Promise<string[]> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const all = new Map([
    ['fleet.toml', encode('name = "x"\n')],
    ...files.map(({ path, text }) => [path, encode(text)] as const),
  ]);
  return (await parseSnapshot(all)).diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ file, message, path }) => `${file} ${path}: ${message}`);
}

describe('compose', () => {
  test('a project with anchors, variables and both forms of everything', async () => {
    const made = await take('nextcloud.yaml');
    expect(made.files.map(({ path, text }) => `# ${path}\n${text}`).join('\n')).toMatchSnapshot();
    expect(said(made)).toEqual([
      'changed 68 volumes.db',
      'decide 71 secrets.admin',
      'not carried 7 services.db.logging',
      'not carried 15 services.db.container_name',
      'changed 19 services.db.volumes.1',
      'decide 20 services.db.environment.MYSQL_ROOT_PASSWORD',
      'decide 31 services.redis.image',
      'not carried 7 services.redis.logging',
      'not carried 32 services.redis.networks.1',
      'not carried 7 services.app.logging',
      'decide 42 services.app.ports.2',
      'decide 50 services.app.environment.MYSQL_PASSWORD',
      'decide 53 services.app.labels',
      'not carried 58 services.app.deploy.resources.reservations',
      'not carried 60 services.app.cap_drop',
    ]);
    // What the definitions' reader refuses is exactly what a person was asked.
    expect(await problems(made)).toEqual([expect.stringMatching(/components\.redis\.image/)]);
  });

  test('a second one, without a name of its own', async () => {
    const made = await take('immich.yaml');
    expect(made.files.map(({ path, text }) => `# ${path}\n${text}`).join('\n')).toMatchSnapshot();
    expect(await problems(made)).toEqual([expect.stringMatching(/immich-server.*UPLOAD_LOCATION|UPLOAD_LOCATION/)]);
    expect(said(made)).toContain('decide 6 services.immich-server.volumes.0');
    expect(said(made)).toContain('not carried 21 services.database.shm_size');
  });

  test.each([
    ['not YAML', 'a: [', /not YAML/],
    ['not compose', 'a: 1\n', /no services/],
    [
      'a bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${Array.from(
        { length: 9 },
        (_, i) =>
          `b${i}: &b${i} [${Array(9)
            .fill(`*${i === 0 ? 'a' : `b${i - 1}`}`)
            .join(',')}]`,
      ).join('\n')}\nservices: {}\n`,
      /not YAML|no services/,
    ],
  ])('%s is told, not thrown', async (_name, text, wanted) => {
    const made = await one(text);
    expect(made.files).toEqual([]);
    expect(made.notes.map(({ message }) => message).join()).toMatch(wanted);
  });

  test('every key of a service is carried or told: none is dropped in silence', async () => {
    const keys = [
      'annotations',
      'blkio_config',
      'cgroup',
      'credential_spec',
      'dns',
      'gpus',
      'group_add',
      'ipc',
      'isolation',
      'links',
      'mac_address',
      'oom_score_adj',
      'pid',
      'runtime',
      'security_opt',
      'shm_size',
      'sysctls',
      'ulimits',
      'userns_mode',
      'uts',
      'volumes_from',
      'unheard_of',
    ];
    const text = `services:\n  a:\n    image: x.io/a:1\n${keys.map((key) => `    ${key}: [b]\n`).join('')}`;
    const made = await one(text);
    expect(made.notes.map(({ key }) => key)).toEqual(keys.map((key) => `services.a.${key}`));
    expect(made.notes.map(({ line }) => line)).toEqual(keys.map((_key, i) => i + 4));
  });
});

describe('quadlet', () => {
  test('containers with their network and volume', async () => {
    const made = await take('web.container', 'db.container', 'inner.network', 'site.volume');
    expect(made.files.map(({ path, text }) => `# ${path}\n${text}`).join('\n')).toMatchSnapshot();
    expect(said(made)).toEqual([
      'not carried 16 [Container] AutoUpdate',
      'not carried 17 [Container] PodmanArgs',
      'not carried 19 [Container] UserNS',
      'decide 23 [Service] ExecStartPre',
      'decide 4 [Container] Volume',
    ]);
    expect(await problems(made)).toEqual([]);
  });

  test('a pod is told', async () => {
    expect(said(await one('[Pod]\n', 'a.pod'))).toEqual(['decide 0 ']);
  });
});

test.each([
  ['a "b c" d', ['a', 'b c', 'd']],
  [`sh -c 'echo "$HOME"'`, ['sh', '-c', 'echo "$HOME"']],
  ['a\\ b ""', ['a b', '']],
])('words of %j', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test.each([
  ['nginx:1.27', 'docker.io/library/nginx:1.27', true],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1', true],
  ['localhost:5000/a', 'localhost:5000/a', false],
  ['user/app:latest', 'docker.io/user/app:latest', false],
  ['a.io/b@sha256:12', 'a.io/b@sha256:12', true],
])('image %s', (given, image, isFine) => {
  expect(fullImage(given).image).toBe(image);
  expect(fullImage(given).trouble === undefined).toBe(isFine);
});

test('unit files: continued lines, quotes, an empty value that resets', () => {
  expect(
    readUnit('[A]\nx=1 \\\n# c\n 2\nx=\ny="a b" c\n').map(({ key, line, value }) => `${line} ${key} ${value}`),
  ).toEqual(['6 y "a b" c']);
  expect(unitValues('"A=b c" D=1 "q\\"x" 100%% $$H')).toEqual(['A=b c', 'D=1', 'q"x', '100%', '$H']);
});
