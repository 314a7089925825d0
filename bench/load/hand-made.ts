import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runChild } from '../child.ts';

/** A HAProxy by a configuration that somebody wrote. */
export interface HandMade {
  stop(): Promise<void>;
}

/**
 * In a session of its own, as ours is and as a service's would be: on a busy machine the kernel shares the processors out by
 * sessions.
 * @param files beside the configuration, by name; the configuration calls them so
 */
export async function handMade(config: string, files: Readonly<Record<string, string>> = {}): Promise<HandMade> {
  const dir = await mkdtemp(join(tmpdir(), 'rcb-'));
  for (const [name, text] of Object.entries({ ...files, 'hand.cfg': `global\n  default-path config\n${config}` }))
    await writeFile(join(dir, name), text, { mode: 0o600 });
  const pidFile = join(dir, 'pid');
  runChild(['haproxy', '-W', '-D', '-p', pidFile, '-f', join(dir, 'hand.cfg')], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '' },
  });
  const pid = Number(await readFile(pidFile, 'utf8'));
  return {
    async stop() {
      process.kill(pid, 'SIGTERM');
      for (const until = Date.now() + 10_000; existsSync(`/proc/${pid}`) && Date.now() < until; ) await pause(20);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const waiting = `
defaults
  mode http
  timeout connect 1s
  timeout client 1m
  timeout server 1m
`;

/** The program behind both proxies: as fast as can be had, so that the proxies are what is measured. */
export function program(port: number): string {
  return `${waiting}
frontend program
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string "an answer of some length, as programs give"
`;
}

/** What people write for one name and one program. */
export function plainConfig(port: number, to: number): string {
  return `${waiting}
frontend web
  bind 127.0.0.1:${port}
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend program if { hdr(host) -i web.example.net }
backend program
  server s1 127.0.0.1:${to}
`;
}

/** What people write where some names pass through and TLS of others ends, on one port. */
export function tlsConfig(port: number, to: number): string {
  return `${waiting}
frontend tls
  mode tcp
  bind 127.0.0.1:${port}
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  use_backend through if { req.ssl_sni -i mail.example.net }
  default_backend ends
backend through
  mode tcp
  server s1 127.0.0.1:1
backend ends
  mode tcp
  server loop abns@hand-${port} send-proxy-v2
frontend web
  bind abns@hand-${port} accept-proxy ssl crt web.pem alpn h2,http/1.1 strict-sni
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend program if { hdr(host) -i web.example.net }
backend program
  server s1 127.0.0.1:${to}
`;
}
