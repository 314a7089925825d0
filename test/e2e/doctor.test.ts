import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { FleetHome, freePort, type RunOutcome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { small } from './bad.fixture.ts';

// doctor on this very machine, with one thing after the other really broken: rights, sockets, files of /etc by a mount namespace
// of our own, a file system without room, a port that somebody holds.

const reason = noRealPodman();

interface Report {
  readonly exit: number;
  readonly families: readonly { readonly family: string; readonly findings: readonly Finding[] }[];
  readonly missed: readonly { readonly what: string; readonly why: string }[];
  readonly fixed: readonly { readonly code: string; readonly failed?: string }[];
}
interface Finding {
  readonly code: string;
  readonly what: string;
  readonly actual: string;
  readonly fix: string;
}

describe.skipIf(reason !== undefined)(`doctor ${reason ?? ''}`, () => {
  let home: FleetHome;
  let usual: Set<string>;
  const uid = process.getuid?.() ?? 0;
  const user = process.env.USER ?? '';

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'none' });
    await home.commit('one service', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': small({ name: 'web', port: await freePort() }),
    });
    await home.apply(0);
    usual = codes(await doctor());
  });
  afterAll(() => home?.close());

  const parse = ({ stderr, stdout }: RunOutcome): Report => {
    if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`);
    return JSON.parse(stdout) as Report;
  };
  const doctor = async (...more: readonly string[]) => parse(await home.run('doctor', '--json', ...more));
  const codes = (report: Report) =>
    new Set(report.families.flatMap(({ findings }) => findings.map(({ code }) => code)));
  const findings = (report: Report, code: string) =>
    report.families.flatMap((family) => family.findings).filter((one) => one.code === code);
  /** What it says now and did not say of this machine as it is. */
  const news = (report: Report) => [...codes(report)].filter((code) => !usual.has(code)).sort();

  /** In a namespace of its own, prepared by shell words that may mount. */
  function inside(mounts: string, ...words: readonly string[]): Promise<RunOutcome> {
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const args = ['--user', '--map-current-user', '--keep-caps', '--mount', 'sh', '-c', `${mounts} && exec "$0" "$@"`];
    const env = { ...process.env, RECONCILE_CONFIG: home.config, NO_COLOR: '1' };
    return new Promise((resolve) => {
      const child = execFile(
        'unshare',
        [...args, process.execPath, command, ...words],
        { env, timeout: 60_000 },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }
  const fake = async (name: string, text: string) => {
    const file = join(home.dir, name);
    await writeFile(file, text);
    return file;
  };

  it('says nothing of accounts, ids, podman or rights on a machine in order, and how it survives a reboot', async () => {
    for (const code of usual)
      expect([
        'SURVIVES',
        'SURVIVES_NOT',
        'CLOCK_UNKEPT',
        'LINGER_OFF',
        'RESTART_UNIT',
        'STORAGE_SLOW',
        'DISK_LOW',
        'RESOLVER_NONE',
        'MODE_WIDE',
      ]).toContain(code);
    expect((await home.run('doctor')).stdout).toMatch(/^survives reboot: (?:yes|no), because /m);
  });

  it('works without any configuration', async () => {
    const bare = join(home.dir, 'bare');
    await mkdir(bare, { recursive: true });
    const report = parse(
      await home.runWith(
        { RECONCILE_CONFIG: '', HOME: bare, XDG_CONFIG_HOME: bare },
        'doctor',
        '--json',
        '--config',
        join(bare, 'none.toml'),
      ),
    );
    expect(report.missed).toMatchObject([{ what: 'node.toml' }]);
    expect(report.families.length).toBeGreaterThan(10);
  });

  it('rights: found, fixed by --fix, gone', async () => {
    const secrets = join(home.state, 'secrets');
    await mkdir(secrets, { recursive: true, mode: 0o700 });
    await writeFile(join(secrets, 'token'), 'x', { mode: 0o600 });
    await chmod(join(secrets, 'token'), 0o644);
    await chmod(home.state, 0o755);
    const report = await doctor();
    expect(findings(report, 'MODE_WIDE').map(({ what }) => what)).toEqual(
      expect.arrayContaining([join(secrets, 'token'), home.state]),
    );
    expect(report.exit).toBe(1);
    const fixed = await doctor('--fix');
    expect(fixed.fixed.every(({ failed }) => failed === undefined)).toBe(true);
    expect((await stat(home.state)).mode & 0o777).toBe(0o700);
    expect((await stat(join(secrets, 'token'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(secrets, 'token'), 'utf8')).toBe('x');
    expect(findings(await doctor(), 'MODE_WIDE').map(({ what }) => what)).not.toContain(home.state);
  });

  it('a socket open to all', async () => {
    const path = join(home.state, 'api.sock');
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      await chmod(path, 0o666);
      expect(findings(await doctor(), 'SOCKET_MODE')).toMatchObject([
        { what: path, actual: 'mode 0666', fix: `chmod 600 ${path}` },
      ]);
    } finally {
      server.close();
    }
  });

  it('subordinate ids that are missing, short or shared', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'SUBID_NONE'],
      [`${user}:100000:1000\n`, 'SUBID_SHORT'],
      [`${user}:100000:65536\nsomebody:100010:65536\n`, 'SUBID_OVERLAP'],
    ];
    for (const [text, code] of cases) {
      const file = await fake('subuid', text);
      expect(news(parse(await inside(`mount --bind ${file} /etc/subuid`, 'doctor', '--json'))), code).toContain(code);
    }
  });

  it('a user id shared with another user is refused before the first write, too', async () => {
    const passwd = await readFile('/etc/passwd', 'utf8');
    const file = await fake('passwd', `sshd:x:${uid}:65534::/run/sshd:/usr/sbin/nologin\n${passwd}`);
    const mount = `mount --bind ${file} /etc/passwd`;
    const [found] = findings(parse(await inside(mount, 'doctor', '--json')), 'UID_SHARED');
    expect(found?.actual).toMatch(
      new RegExp(`shared by sshd and ${user}; newuidmap goes by sshd, which has no range, and refuses`),
    );
    await home.commit('a change', { 'services/other.toml': small({ name: 'other' }) });
    const outcome = await inside(mount, 'apply', '-y');
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toMatch(/NODE_UNFIT|PODMAN_/);
    expect(await home.container('other/main')).toBeUndefined();
    await home.commit('back', { 'services/other.toml': undefined });
  });

  it('newuidmap without its setuid bit', async () => {
    const mount = `cp /usr/bin/newuidmap ${home.dir}/newuidmap && chmod 755 ${home.dir}/newuidmap && mount --bind ${home.dir}/newuidmap /usr/bin/newuidmap`;
    expect(news(parse(await inside(mount, 'doctor', '--json')))).toContain('NEWUIDMAP_PLAIN');
  });

  it('a runtime directory of somebody else, and none', async () => {
    const other = parse(await home.runWith({ XDG_RUNTIME_DIR: '/usr' }, 'doctor', '--json'));
    expect(news(other)).toContain('RUNTIME_DIR_OWNER');
    const none = parse(await home.runWith({ XDG_RUNTIME_DIR: join(home.dir, 'nothing') }, 'doctor', '--json'));
    expect(news(none)).toContain('RUNTIME_DIR_NONE');
    const refused = await home.runWith({ XDG_RUNTIME_DIR: '/usr' }, 'restart', 'web');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/NODE_UNFIT.*owned by 0 \(RUNTIME_DIR_OWNER\).*XDG_RUNTIME_DIR=/s);
  });

  it('a state directory without room', async () => {
    const mount = `mount -t tmpfs -o size=1m none ${home.state} && chmod 700 ${home.state} && { dd if=/dev/zero of=${home.state}/fill bs=1k count=2000 2>/dev/null || true; }`;
    const [found] = findings(parse(await inside(mount, 'doctor', '--json')), 'DISK_FULL');
    expect(found?.what).toContain(home.state);
  });

  it('the only name server is a service of this node', async () => {
    const port = await freePort();
    const resolv = await fake('resolv.conf', 'nameserver 127.0.0.1\n');
    await home.commit('a name server', {
      'services/dns.toml': `name = "dns"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nports = ["127.0.0.1:53:${port}/udp"]\n`,
    });
    const report = parse(await inside(`mount --bind ${resolv} $(readlink -f /etc/resolv.conf)`, 'doctor', '--json'));
    expect(findings(report, 'RESOLVER_SINGLE')[0]?.actual).toMatch(
      /127\.0\.0\.1: served by dns\/main, which this node runs/,
    );
    const limit = Number(await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
    expect(codes(report).has('PORT_PRIVILEGED')).toBe(limit > 53);
    await home.commit('without it', { 'services/dns.toml': undefined });
  });

  it('a port that somebody holds, and an address that is not here', async () => {
    const port = await freePort();
    const server: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      await home.commit('a held port', {
        'services/held.toml': small({ name: 'held', port }),
        'services/far.toml': small({ name: 'far' }).replace(
          'stop_timeout',
          'ports = ["192.0.2.77:18080:8080"]\nstop_timeout',
        ),
      });
      const report = await doctor();
      expect(findings(report, 'PORT_HELD')[0]?.what).toBe(`127.0.0.1:${port}/tcp of held/main`);
      expect(findings(report, 'ADDRESS_ABSENT')[0]?.what).toBe('192.0.2.77');
    } finally {
      server.close();
      await home.commit('without them', { 'services/held.toml': undefined, 'services/far.toml': undefined });
    }
  });

  it('a dangerous definition is refused, and its neighbour goes on', async () => {
    await home.commit('one bad, one good', {
      'services/bad.toml': small({ name: 'bad', more: 'volumes = ["/etc/ssh:/keys:ro"]' }),
      'services/good.toml': small({ name: 'good' }),
    });
    const outcome = await home.apply(3);
    expect(outcome.stdout).toMatch(/bad\/main +WAITS/);
    const plan = await home.plan();
    expect(plan.waiting.find(({ slot }) => slot === 'bad/main')?.message).toMatch(
      /read-only mount of \/etc\/ssh is dangerous: it holds the keys .*services\/bad\.toml:\d+.*waive = \["mount:\/etc\/ssh"\]/,
    );
    expect(await home.container('good/main')).toBeDefined();
    expect(await home.container('bad/main')).toBeUndefined();
  });

  it('the cheap part starts no program, and tells how long it takes', async () => {
    const { cheapFindings, examine } = await import('@reconcile/agent/doctor');
    const { loadNodeConfig } = await import('@reconcile/agent/config');
    const { createReadHost } = await import('@reconcile/host/reading');
    const config = await loadNodeConfig({ path: home.config, env: process.env, cwd: '/', uid });
    const host = createReadHost();
    const refuse = (): never => {
      throw new Error('a program was started');
    };
    const quiet = { ...host, run: { run: refuse, lines: refuse } };
    const wall: number[] = [];
    const cpu: number[] = [];
    for (let i = 0; i < 50; i++) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      const found = await cheapFindings(await examine(quiet, new AbortController().signal, { config }));
      expect(found.filter(({ code }) => code === 'NOT_CHECKED')).toEqual([]);
      const { system, user: own } = process.cpuUsage(before);
      wall.push(performance.now() - startedAt);
      cpu.push((system + own) / 1000);
    }
    const median = (all: number[]) => all.sort((a, b) => a - b)[25] ?? Number.NaN;
    const [used, passed] = [median(cpu), median(wall)];
    process.stdout.write(
      `doctor, cheap part, median of 50: ${used.toFixed(2)} ms of processor, ${passed.toFixed(2)} ms on the wall\n`,
    );
  });
});
