import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHost } from '@reconcile/host';
import { type Dnsmasq, dnsmasq, type Primary, primary } from '@reconcile/testkit/dns';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';

/** A node whose routes, names and certificates somebody edits behind its back: HAProxy, dnsmasq, Knot, the internal CA. */
export interface EditsWorld {
  readonly home: FleetHome;
  readonly hosts: Dnsmasq;
  readonly knot: Primary;
  /** Names of internal services in the hosts directory, and of those in Knot's zone. */
  readonly names: { readonly hosts: readonly string[]; readonly knot: readonly string[] };
  /** One line to HAProxy's runtime API, as somebody with the socket would send it. */
  ask(line: string): Promise<string>;
  /** Backend that a name leads to, as the configuration has it. */
  backendOf(name: string): Promise<string>;
  /** What is wrong for a client of any name; []: each is resolved, verified and answered by its own program. */
  troubles(): Promise<string[]>;
  /** What a write would change: files of ours, HAProxy's workers, SOA serial. */
  stamp(): Promise<string>;
  close(): Promise<void>;
}

const zones = { hosts: 'example.net', knot: 'example.com' } as const;
const services = ['web', 'shop', 'wiki'] as const;

function definition(name: string): string {
  return `name = "${name}"
image = "${testImage('1')}"
env = { VERSION = "${name}" }
stop_timeout = "1s"
[[routes]]
container_port = 8080
[[routes]]
name = "outside"
container_port = 8080
hostname = "${name}.${zones.knot}"
[health]
type = "http"
path = "/healthz"
port = "outside"
[update]
min_ready = "100ms"
drain = "1s"
`;
}

export async function editsWorld(): Promise<EditsWorld> {
  await buildTestImage('1');
  const port = await freePort();
  const hosts = await dnsmasq();
  const knot = await primary('knot', { zone: zones.knot, lines: ['mail A 192.0.2.5'] });
  const { ip, port: dnsPort } = knot.settings.server;
  const home = await FleetHome.make({
    tlsListeners: { 443: `127.0.0.1:${port}` },
    more: `[drivers.internal-ca]
[drivers.hosts]
dir = "${hosts.hostsDir}"
server = "${hosts.server}"
[drivers.rfc2136."${zones.knot}"]
server = "${ip}:${dnsPort}"
key_file = "${knot.keyFile}"
`,
  });
  await home.commit('three services, six names', {
    'fleet.toml': `name = "home"
zone = "${zones.hosts}"
[[zones]]
zone = "${zones.hosts}"
driver = "hosts"
[[zones]]
zone = "${zones.knot}"
driver = "rfc2136"
issuer = "internal-ca"
`,
    ...Object.fromEntries(services.map((name) => [`services/${name}.toml`, definition(name)])),
  });
  await home.apply(0);
  const ca = async () => (await home.run('cert', 'root')).stdout;
  const config = () => readFile(join(home.state, 'haproxy', 'haproxy.cfg'), 'utf8');
  const { net } = createHost();
  const names = {
    hosts: services.map((name) => `${name}.${zones.hosts}`),
    knot: services.map((name) => `${name}.${zones.knot}`),
  };
  const world: EditsWorld = {
    home,
    hosts,
    knot,
    names,
    async ask(line) {
      const socket = /^ *stats socket (\S+)/m.exec(await config())?.[1] ?? '';
      return net.ask(socket, `${line}\n`, { timeoutMs: 3000 });
    },
    async backendOf(name) {
      const text = await config();
      const at = text.search(new RegExp(`^ *# \\d+ ${name.replaceAll('.', '\\.')}(?:/| |$)`, 'm'));
      return [...text.slice(0, Math.max(at, 0)).matchAll(/^backend (\S+)/gm)].at(-1)?.[1] ?? '';
    },
    async troubles() {
      const root = await ca();
      const asked = [...names.hosts, ...names.knot].map(async (name) => {
        const server = name.endsWith(zones.hosts) ? hosts : knot;
        const values = await server.resolve(name).catch(() => undefined);
        if (values?.join() !== '127.0.0.1') return [`${name} is ${values?.join() ?? 'nothing'}`];
        const answer = await get({ port, host: name, ca: root, timeoutMs: 5000 }).catch(String);
        const said = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.trim()}`;
        return said === `200 ${name.split('.')[0]}` ? [] : [`${name}: ${said}`];
      });
      return (await Promise.all(asked)).flat();
    },
    async stamp() {
      const files = (await home.stateStamp()).split('\n');
      const ours = files.filter((line) => /^(certificates|internal-ca|haproxy|registry)/.test(line));
      const workers = (await world.ask('show info')).match(/^(?:Pid|Uptime_sec|Nbproc|Process_num): .*$/gm) ?? [];
      const pid = workers.filter((line) => line.startsWith('Pid'));
      return [...ours, ...pid, `serial ${await knot.serial()}`].join('\n');
    },
    async close() {
      await home.close();
      await hosts.close();
      await knot.close();
    },
  };
  return world;
}
