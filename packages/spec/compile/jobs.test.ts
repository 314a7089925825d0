import type { JobSpec } from '@reconcile/core/kinds/job';
import { describe, expect, test } from 'vitest';
import { compiled, containerOf, referencesOf, resource } from '../snapshot.fixture.ts';

const web = 'docker.io/example/web:1';
const service = (jobs: string) => ({
  mcr: `name = "mcr"
depends_on = ["dns"]
[[components]]
name = "db"
image = "docker.io/example/db:1"
[[components]]
name = "web"
image = "${web}"
after = ["db"]
env = ["A=1", "B=1"]
secrets = ["s", "t"]
${jobs}`,
  dns: 'name = "dns"\nimage = "docker.io/example/dns:1"\n',
});

const job = (text: string) => `[[jobs]]\nname = "j"\n${text}`;
const refs = async (jobs: string, slot: string) =>
  referencesOf(containerOf((await compiled(service(jobs))).desired, slot)).filter((ref) => ref.startsWith('job/'));
const jobRefs = async (jobs: string) =>
  referencesOf(resource((await compiled(service(jobs))).desired, 'job/mcr/j')).filter((ref) => ref.startsWith('@'));

test('same:web inherits image, env, secrets and network; its own word wins', async () => {
  const { desired } = await compiled(
    service(
      job(
        'image = "same:web"\nenv = ["B=2"]\nsecrets = [{ name = "u", target = "t" }]\ncmd = ["migrate"]\nvolumes = ["x:/x"]\n',
      ),
    ),
  );
  const { spec } = resource<JobSpec>(desired, 'job/mcr/j');
  expect(spec).toMatchObject({
    when: 'manual',
    timeoutMs: 3_600_000,
    schedule: '',
    timezone: 'UTC',
    overlap: 'skip',
    catchUp: false,
  });
  expect(spec.run).toMatchObject({
    image: web,
    env: { A: '1', B: '2' },
    network: 'mcr',
    command: ['migrate'],
    routes: [],
    ports: [],
    files: [],
    aliases: [],
    secrets: [
      { name: 's', target: '/run/secrets/s', env: false },
      { name: 'u', target: '/run/secrets/t', env: false },
    ],
  });
  expect(spec.run.mounts).toHaveLength(1);
});

test('a variable of its own wins over an inherited secret, and the other way round', async () => {
  const inherited = 'env = ["A=1", "B=1"]\nsecrets = [{ name = "s", env = "S" }, "t"]';
  const own = 'image = "same:web"\nenv = ["S=plain"]\nsecrets = [{ name = "u", env = "A" }]\n';
  const { mcr = '', ...others } = service(job(own));
  const files = { ...others, mcr: mcr.replace('env = ["A=1", "B=1"]\nsecrets = ["s", "t"]', inherited) };
  const { run } = resource<JobSpec>((await compiled(files)).desired, 'job/mcr/j').spec;
  expect(run.env).toEqual({ B: '1', S: 'plain' });
  expect(run.secrets).toEqual([
    { name: 't', target: '/run/secrets/t', env: false },
    { name: 'u', target: 'A', env: true },
  ]);
});

describe('who waits for a job', () => {
  test('same:web: that component', async () => {
    const text = job('when = "before-update"\nimage = "same:web"\n');
    expect(await refs(text, 'mcr/web')).toEqual(['job/mcr/j']);
    expect(await refs(text, 'mcr/db')).toEqual([]);
  });
  test('the same image: those that run it', async () => {
    expect(await refs(job(`when = "before-start"\nimage = "${web}"\n`), 'mcr/web')).toEqual(['job/mcr/j']);
    expect(await refs(job(`when = "before-start"\nimage = "${web}"\n`), 'mcr/db')).toEqual([]);
  });
  test('another image: all of the service, but for what the job waits for', async () => {
    const other = 'when = "before-start"\nimage = "docker.io/example/m:1"\n';
    expect(await refs(job(other), 'mcr/db')).toEqual(['job/mcr/j']);
    expect(await refs(job(`${other}after = ["db"]\n`), 'mcr/db')).toEqual([]);
    expect(await refs(job(`${other}after = ["db"]\n`), 'mcr/web')).toEqual(['job/mcr/j']);
  });
  test.each(['after-update', 'manual', 'schedule'])('%s: nobody', async (when) => {
    const text = job(`when = "${when}"\nimage = "same:web"\n${when === 'schedule' ? 'schedule = "@daily"\n' : ''}`);
    expect(await refs(text, 'mcr/web')).toEqual([]);
  });
});

describe('what a job waits for', () => {
  test('what its component comes after, and the services of its service', async () => {
    expect(await jobRefs(job('when = "before-update"\nimage = "same:web"\n'))).toEqual(['@dns/dns', '@mcr/db']);
  });
  test('before all of the service: nothing of it', async () => {
    expect(await jobRefs(job('when = "before-start"\nimage = "docker.io/example/m:1"\n'))).toEqual(['@dns/dns']);
  });
  test('after-update: the updated components', async () => {
    expect(await jobRefs(job('when = "after-update"\nimage = "same:web"\n'))).toEqual(['@dns/dns', '@mcr/web']);
  });
});
