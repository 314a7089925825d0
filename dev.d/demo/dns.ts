import { spawn } from 'node:child_process';
import { lookup as systemLookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type LookupFunction } from 'node:net';
import { join } from 'node:path';

/** A dnsmasq of the demo's own, on 127.0.0.1, which answers from the files of one directory. */
export interface Dns {
  readonly hostsDir: string;
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  /** Addresses of a name as it answers; empty: it has none. */
  resolve(name: string): Promise<readonly string[]>;
  /** For requests by name. */
  readonly lookup: LookupFunction;
  stop(): void;
}

/** Unpacked by ./dev and never installed, else what this machine has. */
function binary(): { path: string; libraries: string } | undefined {
  const root = process.env.RECONCILE_SERVERS ?? '';
  const unpacked = `${root}/usr/sbin/dnsmasq`;
  if (root !== '' && existsSync(unpacked)) {
    // Only what this machine lacks was unpacked: perhaps no library at all.
    const names = existsSync(`${root}/usr/lib`) ? readdirSync(`${root}/usr/lib`) : [];
    const arch = names.filter((name) => name.endsWith('-linux-gnu'));
    return { path: unpacked, libraries: arch.map((name) => `${root}/usr/lib/${name}`).join(':') };
  }
  const installed = ['/usr/sbin/dnsmasq', '/usr/bin/dnsmasq'].find((path) => existsSync(path));
  return installed === undefined ? undefined : { path: installed, libraries: '' };
}

/** @throws where there is no dnsmasq, or it does not answer within 10 s */
export async function startDns(dir: string): Promise<Dns> {
  const found = binary();
  if (found === undefined) throw new Error('dnsmasq is neither unpacked nor installed here: install dnsmasq-base');
  const hostsDir = join(dir, 'hosts');
  mkdirSync(hostsDir, { recursive: true });
  const port = await freeDnsPort();
  const own = [
    `port=${port}`,
    'listen-address=127.0.0.1',
    'bind-interfaces',
    'no-resolv',
    'no-hosts',
    'user=',
    'pid-file=',
  ];
  const config = [...own, `hostsdir=${hostsDir}`, 'local=/example.net/', 'address=/up.example.net/127.0.0.1'];
  writeFileSync(join(dir, 'dnsmasq.conf'), `${config.join('\n')}\n`);
  const child = spawn(found.path, ['--keep-in-foreground', `--conf-file=${join(dir, 'dnsmasq.conf')}`], {
    env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: found.libraries },
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const resolve = (name: string) => resolver.resolve4(name).catch((): string[] => []);
  const deadline = Date.now() + 10_000;
  while ((await resolve('up.example.net')).length === 0) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('dnsmasq does not answer');
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    hostsDir,
    server: `127.0.0.1:${port}`,
    resolve,
    lookup: lookupBy(resolve),
    stop: () => void child.kill('SIGKILL'),
  };
}

function lookupBy(resolve: Dns['resolve']): LookupFunction {
  return (name, options, callback) => {
    void resolve(name).then(([first]) => {
      if (first === undefined) callback(new Error(`no address for ${name}`), '', 0);
      // The address is one already: this only gives it the form that was asked for.
      else systemLookup(first, options, callback);
    });
  };
}

/** A port of 127.0.0.1 that nobody has by TCP; that it is free by UDP, too, shows when dnsmasq answers. */
async function freeDnsPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
