import type { BusyPort } from '@reconcile/core';
import type { Examined } from '../examined.ts';
import { isRootless } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';
import { fullIp6, isHere, localAddresses } from '../machine/addresses.ts';
import { type WantedPort, wantedPorts } from '../machine/wanted-ports.ts';

/** Ports that are to be bound: is the address here, may this user, and is it free? */
export async function ports(of: Examined): Promise<Finding[]> {
  const wanted = wantedPorts(of.config, of.desired);
  const local = await localAddresses(of.host);
  return [
    ...absent(of, wanted, local),
    ...(await privileged(of, wanted)),
    ...(await held(of, wanted)),
    ...hidden(of, wanted),
  ];
}

function absent({ config }: Examined, wanted: readonly WantedPort[], local: ReadonlySet<string>): Finding[] {
  const named = (config?.addresses ?? []).map(({ ip, name }) => ({
    ip,
    by: `[addresses] ${name}`,
    file: config?.path ?? '',
  }));
  const missing = [...named, ...wanted].filter(({ ip }) => !isHere(ip, local));
  const byIp = new Map<string, { by: string[]; file: string }>();
  for (const { by, file, ip } of missing) {
    const one = byIp.get(ip) ?? { by: [], file };
    if (!one.by.includes(by)) one.by.push(by);
    byIp.set(ip, one);
  }
  return [...byIp].map(([ip, { by, file }]) =>
    finding('ADDRESS_ABSENT', 'error', {
      what: ip,
      wanted: `an address of this machine, for ${by.join(', ')}`,
      actual: 'not here, or not yet: what needs it waits and goes on when it comes',
      fix: `ip address show; else correct ${file}`,
    }),
  );
}

const limitFile = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

async function privileged({ host, uid }: Examined, wanted: readonly WantedPort[]): Promise<Finding[]> {
  if (uid === 0) return [];
  const limit = Number((await host.files.text(limitFile).catch(() => undefined))?.trim() ?? '1024');
  const low = wanted.filter(({ port }) => port < limit).sort((a, b) => a.port - b.port);
  const [first] = low;
  if (first === undefined) return [];
  const setting = `net.ipv4.ip_unprivileged_port_start=${first.port}`;
  return [
    finding('PORT_PRIVILEGED', 'error', {
      what: [...new Set(low.map(({ by, port, protocol }) => `${port}/${protocol} of ${by}`))].join(', '),
      wanted: `bound by user id ${uid}`,
      actual: `ports below ${limit} are root's`,
      ...asRoot(`sh -c 'echo ${setting} >/etc/sysctl.d/60-ports.conf' && sudo sysctl ${setting}`),
    }),
  ];
}

/** Ports that our own running things and proxy hold are theirs; a glance at who is left. */
async function held(of: Examined, wanted: readonly WantedPort[]): Promise<Finding[]> {
  const { host, seen } = of;
  if (seen === undefined || Object.keys(seen.observed.blind).length > 0) return [];
  const own = new Set(
    Object.values(seen.observed.resources).flatMap(({ claims, owner }) =>
      owner === 'managed'
        ? claims.flatMap(({ kind, value }) => (kind === 'port' ? [value.replace(/^(\w+)\/.*\//, '$1/')] : []))
        : [],
    ),
  );
  const busy = await host.net.listening();
  const found: Finding[] = [];
  for (const one of wanted) {
    if (!one.isPublished || own.has(`${one.protocol}/${one.port}`)) continue;
    const holder = busy.find(
      (each) => each.protocol === one.protocol && each.port === one.port && meets(each.ip, one.ip),
    );
    if (holder === undefined) continue;
    const name = await holderName(of, holder);
    found.push(
      finding('PORT_HELD', 'error', {
        what: `${one.ip === '' ? '*' : one.ip}:${one.port}/${one.protocol} of ${one.by}`,
        wanted: 'free',
        actual: `held by ${name} on ${holder.ip}:${holder.port}`,
        ...(name === 'systemd-resolved'
          ? { fix: `publish it on this machine's own addresses in ${one.file}, not on all: "192.0.2.1:${one.port}:…"` }
          : asRoot(`ss -H${one.protocol[0]}lnp 'sport = :${one.port}'   # who it is; or change ${one.file}`)),
      }),
    );
  }
  return found;
}

/** Do two binds of one port stand in each other's way? */
export function meets(a: string, b: string): boolean {
  const isAny = (ip: string) => ip === '' || ip === '0.0.0.0' || ip === '::' || ip === '*';
  if (isAny(a) || isAny(b))
    return a.includes(':') === b.includes(':') || a === '::' || b === '::' || a === '' || b === '';
  return a.includes(':') && b.includes(':') ? fullIp6(a) === fullIp6(b) : a === b;
}

const dnsPrograms = [
  'systemd-resolve',
  'dnsmasq',
  'named',
  'unbound',
  'pdns_server',
  'pihole-FTL',
  'coredns',
  'aardvark-dns',
];

async function holderName({ host }: Examined, { ip, port }: BusyPort): Promise<string> {
  if (/^127\.0\.0\.5[34]$/.test(ip) && port === 53) return 'systemd-resolved';
  if (port !== 53) return 'somebody else';
  const pids = ((await host.files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => host.files.text(`/proc/${pid}/comm`).catch(() => undefined)));
  const running = dnsPrograms.filter((program) => names.some((name) => name?.trim() === program.slice(0, 15)));
  return running.length === 0 ? 'somebody else' : running.join(' or ');
}

/** With slirp4netns' forwarder every client looks like the gateway (drivers.md B.7). */
function hidden(of: Examined, wanted: readonly WantedPort[]): Finding[] {
  if (!isRootless(of)) return [];
  const open = wanted.filter(({ ip, isPublished }) => isPublished && !/^(?:127\.|::1$)/.test(ip));
  if (open.length === 0) return [];
  return [
    finding('CLIENT_HIDDEN', 'note', {
      what: [...new Set(open.map(({ by }) => by))].join(', '),
      wanted: "programs see their clients' addresses",
      actual: 'published ports show the gateway instead',
      fix: 'lead clients through the proxy with proxy_protocol = true, or network = "host"',
    }),
  ];
}
