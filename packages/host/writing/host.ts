import { randomBytes } from 'node:crypto';
import type { Host } from '../contract.ts';
import { httpClient } from '../http/client.ts';
import { upgradeHttp } from '../http/upgrade.ts';
import { askSocket } from '../net/ask.ts';
import { exchangeDns } from '../net/dns.ts';
import { createReadHost, type HostOptions } from '../reading/host.ts';
import { writeFiles } from './files.ts';
import { killProcess } from './kill.ts';
import { writingRun } from './run.ts';

/** The whole outside world. */
export function createHost(options: HostOptions = {}): Host {
  const reading = createReadHost(options);
  return {
    ...reading,
    run: writingRun(options.env ?? process.env, reading.home),
    files: writeFiles(reading.home.home),
    http: { ...httpClient(), upgrade: upgradeHttp },
    net: { ...reading.net, ask: askSocket, dns: exchangeDns },
    ids: { random: () => randomBytes(16).toString('hex') },
    kill: killProcess,
  };
}
