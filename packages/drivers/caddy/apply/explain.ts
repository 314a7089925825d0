import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Write } from './write.ts';

interface Refusal {
  readonly write: Write;
  readonly said: string;
  readonly status: number;
  readonly binds: readonly string[];
}

/** Why Caddy did not take a write, by its words: it has no codes (2.6 answers 400 or 500 with `error`). */
export async function explain(host: Host, { write, said, status, binds }: Refusal): Promise<Error> {
  const message = write.port === undefined ? `change ${write.path} of Caddy` : `serve listener/${write.port}`;
  if (/listening on |bind: /i.test(said)) {
    const text = await host.files.text('/proc/sys/net/ipv4/ip_unprivileged_port_start').catch(() => undefined);
    const denied = /permission denied/i.test(said);
    return fail('CADDY_LISTEN', {
      message,
      wanted: `to listen on ${binds.join(', ')}`,
      actual: denied ? `${said}; ports below ${text?.trim() ?? '1024'} are closed to its user` : said,
      hint: `${denied ? 'give it CAP_NET_BIND_SERVICE or move the port, then ' : ''}restart Caddy: until then it answers in part by its former configuration`,
    });
  }
  const unreadable = /load_files|open .*: (?:permission denied|no such file)|tls: (?:private key|failed)/i.test(said);
  return fail('CADDY_REFUSED', {
    message,
    actual: `${status} ${said}`,
    ...(unreadable ? { hint: 'may the user that Caddy runs as read the certificate and its key?' } : {}),
  });
}
