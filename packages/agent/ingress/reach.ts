import { plainIp } from '@reconcile/core';
import type { CertificateState } from '@reconcile/core/kinds/certificate';
import { type RecordSpec, recordProvider } from '@reconcile/core/kinds/record';
import { certificateOf, type RouteSpec } from '@reconcile/core/kinds/route';
import { checkPointing } from '@reconcile/drivers/dns-none/observe';
import { askTimeoutMs, serverOf } from '../names/ask.ts';
import type { NamesInput } from '../names/list.ts';
import { routeAddress } from '../standing/reached.ts';
import { type RecordTables, recordTables } from '../wire/records/index.ts';
import { dialOf } from './listeners.ts';
import { answered, judgeShown, type Verdict } from './shown.ts';

/** One address of a service, asked as anybody would: the name at its DNS server, then through the proxy, by TLS. */
export interface Reached extends Verdict {
  readonly url: string;
}

export interface ReachOptions {
  readonly service: string;
  /** How long names and proxy may take to come round, ms; after that it is as it is. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

const tryTimeoutMs = 3000;
const firstPauseMs = 50;
const longestPauseMs = 500;

/**
 * Asks every address of a service until all of them answer as they should, or the time is over. What nothing here runs is left
 * out. @throws CONFIG_INVALID WAIT_CANCELLED
 */
export async function reachService(input: NamesInput, options: ReachOptions): Promise<Reached[]> {
  const routes = routesOf(input, options.service);
  if (routes.length === 0) return [];
  const tables = await recordTables(input.config);
  const { clock } = input.host;
  const until = clock.now() + options.withinMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const reached = await Promise.all(routes.map((spec) => reach(input, tables, spec)));
    if (reached.every(({ isWell }) => isWell) || clock.now() + pauseMs > until) return reached;
    await clock.sleep(pauseMs, options.signal);
  }
}

function routesOf({ desired, plan }: NamesInput, service: string): RouteSpec[] {
  const [name = service] = service.split('/');
  const unmanaged = new Set<string>(plan.unmanaged.map(({ key }) => key));
  return Object.values(desired.resources)
    .filter(({ key, kind, services }) => kind === 'route' && services.includes(name) && !unmanaged.has(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ spec }) => spec as unknown as RouteSpec);
}

async function reach(input: NamesInput, tables: RecordTables, spec: RouteSpec): Promise<Reached> {
  const scheme = spec.mode === 'l4' ? 'tcp' : spec.tls ? 'https' : 'http';
  const url = `${scheme}://${routeAddress(spec)}`;
  // The name of a route behind an edge leads to that edge.
  const isOwnName = spec.certificate === '' || spec.certificate === spec.hostname;
  const [named, taken] = await Promise.all([
    isOwnName ? askName(input, tables, spec.hostname) : { isWell: true, says: '' },
    askProxy(input, spec),
  ]);
  if (!named.isWell) return { url, ...named };
  const says = [taken.says, named.says].filter((text) => text !== '').join('; ');
  return { url, ...taken, says };
}

/** What a client's first step gives: our record, or, in a zone of others, whether it leads here at all. */
async function askName(input: NamesInput, tables: RecordTables, hostname: string): Promise<Verdict> {
  const { config, desired, host, plan } = input;
  const unmanaged = new Set<string>(plan.unmanaged.map(({ key }) => key));
  const records = Object.values(desired.resources)
    .filter(({ key, kind }) => kind === 'record' && !unmanaged.has(key))
    .map(({ spec }) => spec as unknown as RecordSpec)
    .filter((spec) => spec.hostname === hostname);
  for (const { driver, type, value, zone } of records) {
    const server = serverOf(recordProvider({ driver, zone }), tables);
    const where = server === undefined ? '' : ` at ${server}`;
    try {
      const options = { timeoutMs: askTimeoutMs, ...(server === undefined ? {} : { server }) };
      const values = (await host.net.resolve(hostname, type, options)) ?? [];
      if (values.map(plainIp).includes(value)) continue;
      const actual = values.length === 0 ? `no ${type} record` : values.join(', ');
      return { isWell: false, says: `the name is not answered as it should be${where}`, wanted: value, actual };
    } catch (error) {
      const actual = error instanceof Error ? error.message : String(error);
      return { isWell: false, says: `nobody answers for the name${where}`, wanted: value, actual };
    }
  }
  if (records.length > 0) return { isWell: true, says: '' };
  const addresses = config.addresses.map(({ ip }) => ip);
  const { says } = await checkPointing(host, { hostname, addresses, timeoutMs: askTimeoutMs });
  return { isWell: true, says: `its zone is yours: ${says}` };
}

async function askProxy(input: NamesInput, spec: RouteSpec): Promise<Verdict> {
  const { host, observed } = input;
  const dial = dialOf(input, spec.listener);
  if (dial === undefined) return { isWell: false, says: `there is no listener ${spec.listener}` };
  const { ip, port } = dial;
  const timeoutMs = tryTimeoutMs;
  if (spec.mode === 'l4') {
    const verdict = await host.net.connect(ip, port, { timeoutMs, stayMs: 20 });
    const isWell = verdict === 'open' || verdict === 'answered';
    return { isWell, says: isWell ? 'is passed through' : `the proxy does not take it: ${verdict}` };
  }
  const ask = { host: spec.hostname, path: spec.path };
  if (spec.certificate === '') return askPlain(input, { ip, port, ...ask });
  const key = `certificate/${certificateOf(spec)}` as const;
  return judgeShown(await host.net.handshake(ip, port, { name: spec.certificate, ask, timeoutMs }), {
    name: spec.certificate,
    held: observed.resources[key]?.state as unknown as CertificateState | undefined,
    now: host.clock.now(),
  });
}

async function askPlain(
  { host: { http } }: NamesInput,
  { host, ip, path, port }: { host: string; path: string; ip: string; port: number },
): Promise<Verdict> {
  const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}${path}`;
  try {
    const { status } = await http.request({ method: 'GET', url, headers: { host }, timeoutMs: tryTimeoutMs });
    return answered(status);
  } catch (error) {
    return { isWell: false, says: 'does not answer', actual: error instanceof Error ? error.message : String(error) };
  }
}
