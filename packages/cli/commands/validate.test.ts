import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleRepository } from '../../source/git/sample-repository.fixture.ts';
import { EditBench } from '../edit/bench.fixture.ts';

const web = 'name = "web"\nimage = "example.net/web:1"\n';
const wrong = 'name = "notes"\nimage = "notes"\n[[routes]]\nhostname = "notes.example.net"\nmemory = "1g"\n';

let bench: EditBench;
let repo: SampleRepository;
beforeEach(async () => {
  bench = await EditBench.withClone({ 'fleet.toml': 'name = "home"\n', 'services/web.toml': web });
  repo = bench.repository('fleet');
});
afterEach(() => bench.close());

const validate = (...words: string[]) => bench.run(['validate', ...words], { cwd: repo.path });
const outside = (...words: string[]) => bench.run(['validate', ...words], { cwd: bench.box.dir });

test('the work tree counts, committed or not; no node.toml is needed', async () => {
  expect(await validate()).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^✔ fleet: 1 service, no problems/),
  });
  repo.write('services/notes.toml', wrong);
  const { code, err, out } = await validate();
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toContain('error services/notes.toml:2:9  image: "notes": a short image name');
  expect(out).toContain('  2 │ image = "notes"\n    │         ^^^^^^^\n  next  write docker.io/library/notes');
  expect(out).toContain('error services/notes.toml:5:1  routes.memory: `memory` does not belong in [[routes]]');
  expect(out).toContain('✘ fleet: 2 services, 2 errors; not applied while it has errors');
});

test('a warning is shown and passes', async () => {
  const www = 'name = "www"\nimage = "docker.io/library/nginx:1.27"\n[[routes]]\nhostname = "www.example.net"\n';
  repo.write('services/www.toml', www);
  const { code, out } = await validate();
  expect(code).toBe(0);
  expect(out).toMatch(/^warning services\/www\.toml:3:1 {2}routes: .*\n.*\n.*\n {2}next {2}.*container_port = 80/);
  expect(out).toContain('✔ fleet: 2 services, 1 warning');
});

describe('a path is', () => {
  beforeEach(() => repo.write('services/notes.toml', wrong));

  test.each([
    ['a fleet', 'fleet'],
    ['its fleet.toml', 'fleet/fleet.toml'],
    ['a folder of it', 'fleet/services'],
    ['a service file, checked with all others', 'fleet/services/web.toml'],
  ])('%s', async (_name, path) => {
    const { code, out } = await outside(path);
    expect(code).toBe(1);
    expect(out).toContain('error fleet/services/notes.toml:2:9');
    expect(out).toContain('✘ fleet: 2 services, 2 errors');
  });

  test('one fleet, however often it is named', async () => {
    const { out } = await outside('fleet', 'fleet/services/web.toml', 'fleet/services/notes.toml');
    expect(out.match(/✘ fleet/g)).toHaveLength(1);
  });

  test('a service file on its own: what needs other files is not asked', async () => {
    const name = join(bench.box.dir, 'new.toml');
    writeFileSync(name, 'name = "notes"\nimage = "notes"\ndepends_on = ["gone"]\n[[routes]]\n');
    const { code, err, out } = await outside(name);
    expect(code).toBe(1);
    expect(out).toContain('error new.toml:2:9  image: "notes": a short image name');
    expect(out).not.toMatch(/gone|host name|fleet\.toml/);
    expect(err).toContain('lies in no fleet');
  });

  test('a node.toml, and what init makes', async () => {
    await bench.run(['init', 'try'], { cwd: bench.box.dir });
    expect((await outside('try')).out).toMatch(
      /^✔ try\/node\.toml: no problems .*\n✔ try\/fleet: 1 service, no problems/,
    );
    bench.repository('try').write('node.toml', 'node = "rift"\nsorce = 1\n');
    const { code, out } = await outside('try/node.toml');
    expect(code).toBe(1);
    expect(out).toMatch(/error try\/node\.toml:2:1 {2}sorce: .*\n.*\n.*\n {2}next {2}did you mean `source`\?/);
  });

  test.each([
    ['nowhere', 'it is not there'],
    ['home', 'without fleet.toml'],
    ['fleet/.git/HEAD', 'no TOML'],
  ])('or an error: %s', async (path, says) => {
    const { code, err } = await outside(path);
    expect(code).toBe(1);
    expect(err).toContain('[NOTHING_TO_VALIDATE]');
    expect(err).toContain(says);
  });
});

test('a fleet without its fleet.toml', async () => {
  repo.git('rm', '-q', 'fleet.toml');
  const { code, out } = await outside('fleet');
  expect(code).toBe(1);
  expect(out).toContain('there is no fleet.toml');
});

test('a node.toml with mistakes hides no fleet', async () => {
  bench.node('type = "bogus"');
  expect((await validate()).code).toBe(0);
  const { code, err } = await bench.run(['validate']);
  expect(code).toBe(1);
  expect(err).toContain('[CONFIG_INVALID]');
});

test('a symlink that no commit would follow is named', async () => {
  symlinkSync('web.toml', join(repo.path, 'services/www.toml'));
  expect((await validate()).err).toContain('note: services/www.toml: a symlink');
});

test('as a hook it stops a commit with a mistake', async () => {
  repo.write('services/notes.toml', wrong);
  // What git hands its hooks must not lead us elsewhere.
  const env = { GIT_DIR: '.git', GIT_INDEX_FILE: join(repo.path, '.git/index.lock') };
  expect((await bench.run(['validate'], { cwd: repo.path, env })).code).toBe(1);
});

test('for a program', async () => {
  repo.write('services/notes.toml', wrong);
  const answer = JSON.parse((await validate('--json')).out);
  expect(answer).toMatchObject({
    exit: 1,
    errors: 2,
    warnings: 0,
    checked: [{ kind: 'fleet', path: repo.path, services: 2, notes: [] }],
  });
  expect(answer.checked[0].diagnostics[0]).toEqual({
    severity: 'error',
    code: 'ShortImage',
    file: 'services/notes.toml',
    line: 2,
    column: 9,
    path: 'image',
    message: expect.any(String),
    hint: expect.any(String),
  });
});
