import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleRepository } from '../../source/git/sample-repository.fixture.ts';
import { EditBench, read } from './bench.fixture.ts';

// After the commit: does this node see it, and what does it say? The node runs no containers, so a stopped service converges.

const path = 'services/web.toml';
const web = 'name = "web" # the web\nimage = "example.net/web:1"\n';

let bench: EditBench;
let upstream: SampleRepository;
let repo: SampleRepository;
beforeEach(async () => {
  bench = await EditBench.withClone({ [path]: web });
  upstream = bench.repository('upstream');
  repo = bench.repository('fleet');
});
afterEach(() => bench.close());

const stop = (...more: string[]) => bench.run(['stop', 'web', ...more], { cwd: repo.path });

describe('converged here', () => {
  test.each<[string, () => string]>([
    ['the checkout is the source', () => `type = "git"\npath = "${repo.path}"`],
    ['the source is where it was pushed to', () => `type = "git"\npath = "${upstream.path}"`],
    ['the source fetches from there', () => `type = "git"\npath = "${repo.path}"\nremote = "origin"`],
    [
      'the source fetches from that address',
      () => `type = "git"\npath = "${repo.path}"\nremote = "file://${upstream.path}"`,
    ],
  ])('%s', async (_, source) => {
    bench.node(source());
    const ran = await stop();
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/✔ web {2}stopped at [0-9a-f]{7}/);
    expect(ran.out).toContain(repo.git('rev-parse', '--short=7', 'HEAD'));
  });

  test('the plan and the commit are one answer for a program', async () => {
    bench.node(`type = "git"\npath = "${repo.path}"`);
    const answer = JSON.parse((await stop('-o', 'json')).out);
    expect(answer).toMatchObject({
      service: 'web',
      written: true,
      pushed: true,
      behind: false,
      committed: repo.git('rev-parse', 'HEAD'),
      diff: expect.stringContaining('+active = false'),
      node: 'rift',
      actions: [],
      exit: 0,
    });
    expect(JSON.parse((await stop('-o', 'json')).out)).toMatchObject({ written: false, diff: '', exit: 0 });
  });

  test('a directory source is written at once, and nothing is committed', async () => {
    const dir = join(bench.box.dir, 'plain');
    mkdirSync(join(dir, 'services'), { recursive: true });
    writeFileSync(join(dir, 'fleet.toml'), 'name = "home"\n');
    writeFileSync(join(dir, path), web);
    bench.node(`type = "directory"\npath = "${dir}"`);
    const ran = await bench.run(['stop', 'web']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain(`written ${join(dir, path)}`);
    expect(readFileSync(join(dir, path), 'utf8')).toBe(`${web}active = false\n`);
  });
});

describe('not here yet', () => {
  test.each<[string, () => string, string]>([
    [
      'another branch is followed',
      () => {
        repo.git('branch', 'live');
        return `type = "git"\npath = "${repo.path}"\nbranch = "live"`;
      },
      'branch live of',
    ],
    [
      'another repository is followed',
      () => `type = "git"\npath = "${bench.box.sample('other').path}"`,
      'branch main of',
    ],
    [
      'the remote is away',
      () => `type = "git"\npath = "${repo.path}"\nremote = "file:///nowhere/fleet"`,
      '/nowhere/fleet',
    ],
  ])('%s: pending, with the way there', async (_, source, says) => {
    bench.node(source());
    const ran = await stop();
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('rift does not have it yet');
    expect(ran.out).toContain(says);
    expect(read(repo, path)).toContain('active = false');
    expect(JSON.parse((await bench.run(['start', 'web', '-o', 'json'], { cwd: repo.path })).out)).toMatchObject({
      written: true,
      exit: 2,
      waits: { code: 'SOURCE_BEHIND' },
    });
  });

  test('a service of another node', async () => {
    repo.commit({ 'fleet.toml': 'name = "home"\n[nodes.rift]\nrole = "worker"\n[nodes.orion]\nrole = "worker"\n' });
    bench.node(`type = "git"\npath = "${repo.path}"`);
    const ran = await bench.run(['set', 'web', 'node=orion'], { cwd: repo.path });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('web runs on orion, which takes the change itself');
  });

  test('a fleet that had errors before: committed, and the node goes on with what it had', async () => {
    bench.node(`type = "git"\npath = "${repo.path}"`);
    await stop();
    repo.commit({ 'services/bad.toml': 'name = "bad"\nimage = "bad"\n' });
    repo.git('push', '-q');
    const ran = await bench.run(['set', 'web', 'memory=64MiB'], { cwd: repo.path });
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/source: Invalid[\s\S]*services\/bad\.toml:2:9/);
  });
});
