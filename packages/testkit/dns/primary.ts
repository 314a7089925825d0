import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type Rfc2136Settings, rfc2136Settings, rfc2136Table } from '@reconcile/drivers/rfc2136';
import { createHost } from '@reconcile/host';
import { freePorts } from '../proxy/haproxy.ts';
import { type ServerProcess, type ServerSetup, serverProcess } from './servers.ts';

/** A real primary server of one zone, that takes signed updates. */
export interface Primary extends ServerProcess {
  readonly zone: string;
  readonly settings: Rfc2136Settings;
  readonly keyFile: string;
  /** Secret of the key, base64. */
  readonly secret: string;
  serial(): Promise<number>;
  resolve(name: string, type?: 'A' | 'AAAA' | 'CNAME' | 'TXT'): Promise<readonly string[] | undefined>;
}

interface Place {
  readonly dir: string;
  readonly port: number;
  readonly zone: string;
  readonly secret: string;
}

/** Programs with their configuration; both keep the zone in a journal and never touch the zone file by themselves. */
const servers = {
  knot: {
    program: 'knotd',
    args: (dir: string) => ['-c', `${dir}/server.conf`],
    config: ({ dir, port, zone, secret }: Place) => `
server:
    listen: 127.0.0.1@${port}
    rundir: ${dir}
log:
  - target: stderr
    any: info
database:
    storage: ${dir}/db
key:
  - id: reconcile
    algorithm: hmac-sha256
    secret: ${secret}
acl:
  - id: ours
    key: reconcile
    action: [update, transfer]
zone:
  - domain: ${zone}
    file: ${dir}/zone.db
    acl: ours
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
`,
  },
  bind: {
    program: 'named',
    args: (dir: string) => ['-g', '-c', `${dir}/server.conf`],
    config: ({ dir, port, zone, secret }: Place) => `
options {
  directory "${dir}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file none; lock-file none; recursion no; dnssec-validation no; session-keyfile none;
};
controls { };
key "reconcile" { algorithm hmac-sha256; secret "${secret}"; };
zone "${zone}" {
  type primary; file "${dir}/zone.db";
  update-policy { grant reconcile zonesub ANY; }; allow-transfer { key reconcile; };
};
`,
  },
} as const;

/** @param lines Records of the zone beside SOA and NS, in zone file form. */
export async function primary(
  kind: keyof typeof servers,
  { zone = 'example.net', lines = [] }: { zone?: string; lines?: readonly string[] } = {},
): Promise<Primary> {
  const [port = 0] = await freePorts(1);
  const secret = randomBytes(32).toString('base64');
  const { net } = createHost();
  const server = `127.0.0.1:${port}`;
  const { args, config, program } = servers[kind];
  const resolve: Primary['resolve'] = (name, type = 'A') => net.resolve(name, type, { server, timeoutMs: 3000 });
  const setup: ServerSetup = {
    program,
    args,
    async prepare(dir) {
      await mkdir(`${dir}/db`);
      await writeFile(`${dir}/server.conf`, config({ dir, port, zone, secret }));
      const zoneLines = ['$TTL 60', '@ SOA ns hostmaster 1 3600 600 86400 60', '@ NS ns', 'ns A 127.0.0.1', ...lines];
      await writeFile(`${dir}/zone.db`, `$ORIGIN ${zone}.\n${zoneLines.join('\n')}\n`);
      const key = `key "reconcile" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`;
      await writeFile(`${dir}/update.key`, key, { mode: 0o600 });
    },
    isUp: async () => (await resolve(`ns.${zone}`)) !== undefined,
  };
  const made = await serverProcess(setup);
  const keyFile = `${made.dir}/update.key`;
  return {
    ...made,
    zone,
    secret,
    keyFile,
    settings: rfc2136Settings(zone, rfc2136Table.parse({ server, key_file: keyFile })),
    resolve,
    async serial() {
      const { Resolver } = await import('node:dns/promises');
      const resolver = new Resolver({ timeout: 3000, tries: 1 });
      resolver.setServers([server]);
      return (await resolver.resolveSoa(zone)).serial;
    },
  };
}
