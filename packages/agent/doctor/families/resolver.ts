import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';
import { isHere, localAddresses } from '../machine/addresses.ts';
import { wantedPorts } from '../machine/wanted-ports.ts';

const overlayResolvers = new Set(['100.100.100.100', 'fd7a:115c:a1e0::53']);
const another = 'add another name server that does not depend on this machine: nameserver 9.9.9.9';

/** Who this machine asks for names: never only somebody that it runs itself (the outage of platform.md). */
export async function resolver(of: Examined): Promise<Finding[]> {
  const servers = await nameservers(of);
  if (servers.list.length === 0)
    return [
      finding('RESOLVER_NONE', 'error', { what: servers.file, wanted: 'a name server', actual: 'none', fix: another }),
    ];
  const local = await localAddresses(of.host);
  const own = wantedPorts(of.config, of.desired).filter(({ port }) => port === 53);
  const publishes = (ip: string) =>
    own.find((port) => port.ip === ip || ((port.ip === '' || port.ip === '0.0.0.0') && isHere(ip, local)));
  const ours = servers.list.flatMap((ip) => publishes(ip) ?? []);
  const overlay = servers.list.filter((ip) => overlayResolvers.has(ip));
  if (ours.length > 0 && ours.length + overlay.length === servers.list.length)
    return [
      finding('RESOLVER_SINGLE', 'error', {
        what: servers.file,
        wanted: 'a name server that works while this node is down',
        actual: `${servers.list.join(', ')}: served by ${[...new Set(ours.map(({ by }) => by))].join(', ')}, which this node runs`,
        fix: `${another}, in ${servers.file} or where it is made from`,
      }),
    ];
  if (overlay.length === servers.list.length)
    return [
      finding('RESOLVER_OVERLAY', own.length > 0 ? 'error' : 'warning', {
        what: servers.file,
        wanted: 'a name server besides that of the overlay network',
        actual: `only ${overlay.join(', ')}${own.length > 0 ? `, which may forward to ${own[0]?.by}, run by this node` : ''}`,
        fix: `give the overlay's DNS settings a public fallback, or: ${another}`,
      }),
    ];
  return [];
}

/** Behind the stub of systemd-resolved stand the real ones. */
async function nameservers({ host }: Examined): Promise<{ readonly file: string; readonly list: readonly string[] }> {
  const read = async (file: string) => ({
    file,
    list: parse((await host.files.text(file).catch(() => undefined)) ?? ''),
  });
  const first = await read('/etc/resolv.conf');
  const isStub = first.list.length > 0 && first.list.every((ip) => /^127\.0\.0\.5[34]$/.test(ip));
  if (!isStub) return first;
  const behind = await read('/run/systemd/resolve/resolv.conf');
  return behind.list.length > 0 ? behind : first;
}

function parse(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, ip = '']) => ip.replace(/%.*$/, ''));
}
