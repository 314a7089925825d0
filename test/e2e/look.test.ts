import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One node with a service in every state a person meets, and what each looking command says of it.

const reason = noRealPodman();

const fleetToml = `name = "home"
zone = "example.net"
[nodes.rift]
role = "core"
address = "127.0.0.1"
[nodes.orion]
role = "worker"
address = "192.0.2.7"
[[boot.sequence]]
stage = "foundation"
services = ["db"]
`;

interface Shape {
  readonly image?: string;
  readonly env?: string;
  readonly top?: string;
  readonly more?: string;
  readonly deadline?: string;
}

function service(name: string, { deadline = '2s', env = '', image = '1', more = '', top = '' }: Shape = {}): string {
  return `name = "${name}"
node = "rift"
${top}
[[components]]
name = "main"
image = "${testImage(image)}"
env = { ${env} }
stop_timeout = "1s"
${more}
[components.update]
deadline = "${deadline}"
min_ready = "200ms"
drain = "1s"
`;
}

const route = (name: string) =>
  `[[components.routes]]\nport = 8080\nhostname = "${name}.example.net"\n[components.health]\ntype = "http"\npath = "/healthz"\n`;
const job = (when: string, code: number) =>
  `[[jobs]]\nname = "dump"\nwhen = "${when}"\nimage = "same:main"\ncmd = ["/bin/sh", "-c", "echo dumping; echo disk full >&2; exit ${code}"]\n`;

/** Every state at once: a good commit, then one that is bad in many ways. */
async function everyState(home: FleetHome): Promise<void> {
  const well = {
    'fleet.toml': fleetToml,
    'services/db.toml': service('db', { more: 'volumes = ["db-data:/data"]' }),
    'services/web.toml': `${service('web', { more: route('web'), env: 'VERSION = "a"', top: 'depends_on = ["db"]' })}${job('manual', 4)}`,
    'services/wiki.toml': service('wiki', { more: route('wiki') }),
    'services/notes.toml': service('notes', { more: route('notes') }),
    'services/migrate.toml': `${service('migrate')}${job('before-update', 0)}`,
    'services/old.toml': service('old'),
    'services/older.toml': service('older'),
    'services/oldest.toml': service('oldest'),
    'services/far.toml': service('far').replace('"rift"', '"orion"'),
  };
  await home.commit('all is well', well);
  await home.apply(0);
  await home.commit('notes 2, and more trouble', {
    'services/web.toml': `${service('web', { image: '2', more: route('web'), env: 'VERSION = "b"', top: 'depends_on = ["db"]' })}${job('manual', 4)}`,
    'services/wiki.toml': service('wiki', { more: route('wiki'), top: 'active = false' }),
    'services/notes.toml': service('notes', { image: '2', more: route('notes'), env: 'MODE = "broken"' }),
    'services/crash.toml': service('crash', { env: 'MODE = "exit", CODE = "3"' }),
    'services/migrate.toml': `${service('migrate', { image: '2' })}${job('before-update', 5)}`,
    'services/etc.toml': service('etc', { more: 'volumes = ["/etc:/data"]' }),
    'services/old.toml': undefined,
    'services/older.toml': undefined,
    'services/oldest.toml': undefined,
  });
  await home.run('apply', '-y');
  await home.run('run', 'web/dump');
}

describe.skipIf(reason !== undefined)(`looking at every state ${reason ?? ''}`, () => {
  let home: FleetHome;

  /** What it prints, once it ended with this code. */
  async function said(code: number, ...words: readonly string[]): Promise<string> {
    const outcome = await home.run(...words);
    if (outcome.code !== code)
      throw new Error(`${words.join(' ')}: ${outcome.code}, not ${code}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome.stdout;
  }
  const json = async (code: number, ...words: readonly string[]) => JSON.parse(await said(code, ...words, '--json'));

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${await freePort()}` } });
    await everyState(home);
  });
  afterAll(() => home?.close());

  it('ps: one line each, in words; the reason, the worst next command, exit 3', async () => {
    const text = await said(3, 'ps');
    expect(text).toMatch(/^foundation +db +running +ok +1 /m);
    expect(text).toMatch(/ crash +(backoff|exited) .*(died|failed) [3-9] times/);
    expect(text).toMatch(/ etc +refused .*mount of \/etc is not below policy\.mounts/);
    expect(text).toMatch(/ notes +running +ok +1 ↶ 2 .*2 bad, rolled back .*http \/healthz 404/);
    expect(text).toMatch(/ wiki +stopped .*active = false/);
    expect(text).toMatch(/ web\/dump +failed +FAIL .*exit 4/);
    expect(text).toMatch(/ old +running .*3 of 9 services would be removed/);
    expect(text).toMatch(/ far +elsewhere +on orion/);
    expect(text).toMatch(/^10 declared, 3 not any more: .*1 rolled back.* failing.*3 held · 1 refused · 1 elsewhere$/m);
    expect(text).toMatch(/^next: reconcile explain crash$/m);
    const seen = await json(3, 'ps');
    expect(seen).toMatchObject({ node: 'rift', fleet: 'home', exit: 3 });
    const grades = Object.fromEntries(
      seen.rows.map(({ name, grade }: { name: string; grade: string }) => [name, grade]),
    );
    expect(grades).toMatchObject({ db: 'well', notes: 'rolled back', crash: 'failing', etc: 'refused', old: 'held' });
  });

  it('a job before an update that fails stops the update: the old version serves on', async () => {
    const text = await said(3, 'status', 'migrate');
    expect(text).toMatch(/^ {2}wants +2 /m);
    expect(text).toMatch(/^ {2}runs +1 /m);
    expect(text).toContain('exit 5');
    expect(await said(0, 'explain', 'migrate/dump')).toMatch(/disk full[\s\S]*reconcile retry migrate\/dump/);
    expect(await said(0, 'events', 'migrate')).toMatch(/failed +run job migrate\/dump .*ended with 5/);
  });

  it('narrowed to what is well: exit 0, and no word of the rest', async () => {
    for (const words of [
      ['ps', 'db'],
      ['status', 'db'],
      ['status', 'web'],
      ['ps', 'far'],
      ['status', 'far'],
    ])
      expect(await said(0, ...words)).not.toMatch(/crash|next:/);
    expect(await json(0, 'status', 'db')).toMatchObject({ service: 'db', grade: 'well', runs: '1', exit: 0 });
    expect(await said(0, 'explain', 'far')).toBe('far  elsewhere on rift: it runs on orion\n');
    const { code, stderr } = await home.run('status', 'wbe');
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[NO_SERVICE\][\s\S]*one of .*web/);
  });

  it('status: what is wanted, what runs, why not, and what to type', async () => {
    const notes = await said(3, 'status', 'notes');
    expect(notes).toMatch(/^notes {2}running, rolled back /);
    const [, wantedBy] = /^ {2}wants +2 {2}([0-9a-f]{7}) "notes 2, and more trouble" \(ops, /m.exec(notes) ?? [];
    const [, madeFrom] = /^ {2}runs +1 {2}since .* made from ([0-9a-f]{7})$/m.exec(notes) ?? [];
    expect(madeFrom).not.toBe(wantedBy);
    expect(notes).toMatch(/next: reconcile logs notes --previous\n +reconcile retry notes\n +git revert [0-9a-f]{7}/);
    const old = await said(3, 'status', 'old');
    expect(old).toMatch(/wants +nothing: not declared any more/);
    expect(old).toMatch(/reconcile apply --confirm h[0-9a-f]+/);
    expect(await said(3, 'status', 'etc')).toMatch(/because +mount of \/etc/);
    expect(await json(3, 'status', 'crash')).toMatchObject({ grade: 'failing', runs: '', exit: 3 });
    expect(await said(3, 'status')).toMatch(/^rift {2}not all well[\s\S]*rolled back +notes/);
  });

  it('explain: gate by gate, with its own last words', async () => {
    const notes = await said(0, 'explain', 'notes');
    expect(notes).toMatch(/✘ version +2 is known to be bad here/);
    expect(notes).toMatch(/env\.MODE +none +broken/);
    expect(notes).toMatch(/\| web 2 broken on/);
    expect(await said(0, 'explain', 'crash')).toMatch(
      /✘ tries +failed [3-9] times.*ended with 3|… tries +exited 3, died [3-9] times/,
    );
    expect(await said(0, 'explain', 'old')).toMatch(
      /✘ declared +services\/old\.toml does not declare it any more since/,
    );
    expect(await said(0, 'explain', 'wiki')).toMatch(/next: reconcile start wiki/);
    expect(await json(0, 'explain', 'etc')).toMatchObject({ name: 'etc', grade: 'refused' });
  });

  it('logs: of now, of the one before, of a job', async () => {
    expect(await said(0, 'logs', 'web/main')).toContain('web b serve on');
    expect(await said(0, 'logs', 'web/main', '--previous')).toMatch(/web a serve on \d+\nended\n/);
    expect(await said(0, 'logs', 'notes', '--previous')).toContain('web 2 broken on');
    expect(await said(0, 'logs', 'web/dump')).toBe('dumping\ndisk full\n');
    const [line = ''] = (await said(0, 'logs', 'db', '--json')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ slot: 'db/main', text: expect.stringContaining('web 1 serve') });
  });

  it('events and history: what happened, why, by whom', async () => {
    expect(await said(0, 'events', '-n', 'all')).toMatch(/failed +gate of notes\/main after .*http \/healthz 404/);
    const history = await said(0, 'history', 'notes');
    expect(history).toMatch(/notes\/main +rolled back .*http \/healthz 404/);
    expect(history).toMatch(/created +1 → 2 .*changed: env\.MODE, image/);
    expect((await json(0, 'history', 'web')).map(({ what }: { what: string }) => what)).toContain('ran');
    expect((await json(0, 'events')).length).toBeGreaterThan(10);
  });

  it('without UTF-8, colour or room: nothing but ASCII, no line too long', async () => {
    const narrow = { LANG: 'C', LC_ALL: 'C', NO_COLOR: '1', COLUMNS: '80' };
    for (const words of [
      ['ps'],
      ['status'],
      ['status', 'notes'],
      ['explain', 'notes'],
      ['explain', 'crash'],
      ['plan'],
      ['history'],
    ]) {
      const { stdout } = await home.runWith(narrow, ...words);
      expect(
        [...stdout].filter((char) => char > '~'),
        words.join(' '),
      ).toEqual([]);
      const long = stdout.split('\n').filter((line) => line.length > 80 && !line.includes(home.dir));
      expect(long, words.join(' ')).toEqual([]);
    }
  });

  it('a change that nobody applied yet: exit 2', async () => {
    await home.commit('db 2', {
      'services/db.toml': service('db', { image: '2', more: 'volumes = ["db-data:/data"]' }),
    });
    expect(await said(2, 'ps', 'db')).toMatch(/db +running +ok +1 → 2 .*to be replaced: image +1 → 2/);
    expect(await said(2, 'status', 'db')).toMatch(/reconcile plan -s db/);
    const { stdout } = await home.runWith({ COLUMNS: '80' }, 'plan', '-s', 'db');
    expect(stdout).toMatch(/stop-first: volume db-data has one writer/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});
