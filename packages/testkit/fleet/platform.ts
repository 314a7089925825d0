import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podman } from '../podman/index.ts';

// examples/platform on one machine without its addresses, its images and its privileges: the one step that moves it.

/** Addresses of the real fleet → loopback ones; everything below 127.0.0.0/8 is this machine's own. */
const addresses: readonly [string, string][] = [
  ['192.168.88.181', '127.0.0.2'],
  ['100.95.252.120', '127.0.0.3'],
];

/** Ports an ordinary user may not bind, or that stand-ins on the host's network would take from each other. */
const hostPorts: readonly [RegExp, string][] = [
  [/("127\.0\.0\.[23]:)53(:53\/(?:tcp|udp)")/g, '$110053$2'],
  [/"443:443", "8443:8443", "9443:9443"/g, '"20443:20443", "28444:28444", "29444:29444"'],
  [/"9555:9555"/g, '"29555:29555"'],
];

/** One definition as it runs here: same services, containers, container ports, volumes and commands. */
export function localise(text: string, srv: string): string {
  let moved = text;
  for (const [from, to] of addresses) moved = moved.replaceAll(from, to);
  for (const [from, to] of hostPorts) moved = moved.replaceAll(from, to);
  return moved.replaceAll('"/srv/', `"${srv}/`);
}

/** The same in a network namespace that has the fleet's own addresses and ports. */
export function inPlace(text: string, srv: string): string {
  return text.replaceAll('"9555:9555"', '"29555:29555"').replaceAll('"/srv/', `"${srv}/`);
}

/** The whole example, localised: path below the fleet → text. */
export async function platformFiles(
  srv: string,
  overlay?: string,
  move: (text: string, srv: string) => string = localise,
): Promise<Record<string, string>> {
  const root = join(import.meta.dirname, '..', '..', '..', 'examples', 'platform');
  const files: Record<string, string> = {
    'fleet.toml': move(await readFile(join(root, 'fleet.toml'), 'utf8'), srv),
  };
  const read = async (dir: string) => {
    for (const name of await readdir(join(dir, 'services'))) {
      if (name.endsWith('.toml'))
        files[`services/${name}`] = move(await readFile(join(dir, 'services', name), 'utf8'), srv);
    }
  };
  await read(root);
  if (overlay !== undefined) await read(join(root, overlay));
  return files;
}

/** What each program of the platform listens on, inside its container (or on this machine, with the host's network). */
const programs: Readonly<Record<string, { readonly tag: string; readonly ports: readonly number[] }>> = {
  mcns: { tag: 'v1.2.0', ports: [53, 8443] },
  'mc-proxy': { tag: 'v1.2.2', ports: [20443, 28444, 29444] },
  mcr: { tag: 'v1.2.1', ports: [8443, 9443] },
  'mcr-web': { tag: 'v1.3.2', ports: [8080] },
  metacrypt: { tag: 'v1.3.1', ports: [8443, 9443] },
  'metacrypt-web': { tag: 'v1.4.1', ports: [8080] },
  'mcp-master': { tag: 'v0.10.3', ports: [29555] },
  mcq: { tag: 'v0.4.2', ports: [8080] },
  mcdoc: { tag: 'v0.1.0', ports: [8080] },
  mcat: { tag: 'v1.2.0', ports: [8443] },
  kls: { tag: 'v0.2.0', ports: [8080] },
  sgardd: { tag: 'v3.2.0', ports: [9473] },
};

export const platformRegistry = 'mcr.svc.mcp.metacircular.net:8443';

/** A stand-in ignores its command and listens on its program's ports, so that every definition runs as it is written. */
const program = `#!/bin/sh
mkdir -p /tmp/www && echo "$0 $*" >/tmp/www/index.html
for port in $LISTEN; do httpd -f -p "$port" -h /tmp/www & done
trap 'exit 0' TERM INT
while :; do sleep 1000 & wait $!; done
`;

/** Builds all stand-in images under the platform's own names; nothing is ever pulled. */
export async function buildPlatformImages(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'platform-'));
  try {
    await mkdir(join(dir, 'bin'));
    await mkdir(join(dir, 'tmp'));
    await chmod(join(dir, 'tmp'), 0o1777);
    await copyFile('/bin/busybox', join(dir, 'bin', 'busybox'));
    for (const applet of ['sh', 'httpd', 'sleep', 'mkdir', 'echo']) await symlink('busybox', join(dir, 'bin', applet));
    await writeFile(join(dir, 'bin', 'program'), program, { mode: 0o755 });
    for (const [name, { ports, tag }] of Object.entries(programs)) {
      await writeFile(
        join(dir, 'Containerfile'),
        `FROM scratch\nCOPY bin /bin\nCOPY tmp /tmp\nENV LISTEN="${ports.join(' ')}" NAME=${name}\nENTRYPOINT ["/bin/program"]\n`,
      );
      await podman(['build', '--quiet', `--tag=${platformRegistry}/${name}:${tag}`, '--', dir]);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** platform.md's table after the step above: slot → what must run. */
export const platformTable: Readonly<
  Record<
    string,
    { image: string; host: boolean; ports: readonly string[]; volume: string; user: string; command: readonly string[] }
  >
> = {
  'mcns/mcns': row('mcns', [
    '127.0.0.2:10053:53/tcp',
    '127.0.0.2:10053:53/udp',
    '127.0.0.3:10053:53/tcp',
    '127.0.0.3:10053:53/udp',
    '127.0.0.1:38443:8443/tcp',
  ]),
  'mc-proxy/mc-proxy': { ...row('mc-proxy', []), host: true },
  'mcr/api': row('mcr', ['127.0.0.1:28443:8443/tcp', '127.0.0.1:29443:9443/tcp']),
  'mcr/web': { ...row('mcr-web', ['127.0.0.1:28080:8080/tcp'], 'mcr'), user: '0:0' },
  'metacrypt/api': row('metacrypt', ['127.0.0.1:18443:8443/tcp', '127.0.0.1:19443:9443/tcp']),
  'metacrypt/web': row('metacrypt-web', ['127.0.0.1:18080:8080/tcp'], 'metacrypt'),
  'mcp-master/mcp-master': { ...row('mcp-master', []), host: true },
  'mcq/mcq': row('mcq', ['127.0.0.1:48080:8080/tcp', '127.0.0.3:48080:8080/tcp']),
  'mcdoc/mcdoc': row('mcdoc', ['127.0.0.1:38080:8080/tcp']),
  'mcat/mcat': row('mcat', ['127.0.0.1:48116:8443/tcp']),
  'kls/kls': {
    ...row('kls', ['127.0.0.1:58080:8080/tcp', '127.0.0.3:58080:8080/tcp']),
    command: ['-f', '/srv/kls/kls.conf'],
  },
  'sgard/sgard': { ...row('sgardd', ['127.0.0.1:19473:9473/tcp'], 'sgard'), command: ['--repo', '/srv/sgard'] },
};

function row(image: string, ports: readonly string[], volume = image) {
  return {
    image: `${platformRegistry}/${image}:${programs[image]?.tag ?? ''}`,
    host: false,
    ports,
    volume: `/srv/${volume}`,
    user: '',
    command: ['server', '--config', `/srv/${volume}/${volume}.toml`],
  };
}
