import { mkdir, writeFile } from 'node:fs/promises';
import { createHost } from '@reconcile/host';
import { freePorts } from '../proxy/haproxy.ts';
import { type ServerProcess, serverProcess } from './servers.ts';

/** A real dnsmasq over its own hosts directory. */
export interface Dnsmasq extends ServerProcess {
  readonly hostsDir: string;
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  resolve(name: string, type?: 'A' | 'AAAA' | 'CNAME' | 'TXT'): Promise<readonly string[] | undefined>;
}

/** @param lines Further lines of its configuration; HOSTS in them is its hosts directory. */
export async function dnsmasq(lines: readonly string[] = ['hostsdir=HOSTS', 'local=/example.net/']): Promise<Dnsmasq> {
  const [port = 0] = await freePorts(1);
  const server = `127.0.0.1:${port}`;
  const { net } = createHost();
  const resolve: Dnsmasq['resolve'] = (name, type = 'A') => net.resolve(name, type, { server, timeoutMs: 2000 });
  const made = await serverProcess({
    program: 'dnsmasq',
    args: (dir) => ['--keep-in-foreground', `--conf-file=${dir}/dnsmasq.conf`],
    async prepare(dir) {
      await mkdir(`${dir}/hosts`);
      const own = [`port=${port}`, 'listen-address=127.0.0.1', 'bind-interfaces', 'no-resolv', 'no-hosts', 'user='];
      own.push('pid-file=', 'log-facility=-', 'address=/is.up.test/192.0.2.99');
      const text = [...own, ...lines].join('\n').replaceAll('HOSTS', `${dir}/hosts`);
      await writeFile(`${dir}/dnsmasq.conf`, `${text}\n`);
    },
    isUp: async () => (await resolve('is.up.test')) !== undefined,
  });
  return { ...made, hostsDir: `${made.dir}/hosts`, server, resolve };
}
