import type { HealthSpec, UpdateSpec } from '@reconcile/core/kinds/container';
import type { ComponentDefinition } from '../model/index.ts';
import type { HealthInput, UpdateInput } from '../schema/component.ts';
import type { Place } from './report.ts';
import { given, readDuration } from './texts.ts';

/** Longest drain: a host going down has 80 s for everything. */
const longestDrainMs = 45_000;

export function readUpdate(input: UpdateInput | undefined, place: Place): Partial<UpdateSpec> {
  if (input === undefined) return {};
  return given<UpdateSpec>({
    strategy: input.strategy,
    minReadyMs: readDuration(input.min_ready, place, 'min_ready'),
    deadlineMs: readDuration(input.deadline, place, 'deadline'),
    drainMs: readDuration(input.drain, place, { key: 'drain', mostMs: longestDrainMs }),
    rollback: input.rollback,
    snapshot: input.snapshot,
    holdRequests: input.hold_requests,
  });
}

/** Without a type, what else is given tells it: a path means http, a command exec. */
export function readHealth(input: HealthInput | undefined, place: Place): Partial<HealthSpec> {
  if (input === undefined) return {};
  const type = input.type ?? (input.path !== undefined ? 'http' : input.command !== undefined ? 'exec' : undefined);
  return given<HealthSpec>({
    type,
    path: input.path,
    port: input.port,
    command: input.command,
    expect: input.expect,
    intervalMs: readDuration(input.interval, place, 'interval'),
    timeoutMs: readDuration(input.timeout, place, 'timeout'),
    startPeriodMs: readDuration(input.start_period, place, 'start_period'),
    successes: input.successes,
    failures: input.failures,
  });
}

const uses: Readonly<Record<HealthSpec['type'], readonly ('path' | 'command' | 'expect' | 'port')[]>> = {
  http: ['path', 'expect', 'port'],
  tcp: ['port'],
  dns: ['expect', 'port'],
  grpc: ['port', 'expect'],
  exec: ['command'],
  running: [],
};

/** A name, and the type of record that it has. */
const dnsQuestion = /^(?=.{1,253}(?: |$))[\w-]{1,63}(?:\.[\w-]{1,63})*\.?(?: (?:A|AAAA|CNAME|MX|NS|PTR|SOA|SRV|TXT))?$/;

/** Can this probe ask what it means to ask? */
export function checkHealth(component: ComponentDefinition, place: Place): void {
  const { health } = component;
  const { report, path } = place;
  const at = [...path, 'health'];
  const type = health.type ?? 'tcp';
  for (const key of ['path', 'command', 'expect'] as const) {
    if (health[key] === undefined || uses[type].includes(key)) continue;
    report.error('Health', [...at, key], { message: `a ${type} probe has no use for \`${key}\``, at: 'key' });
  }
  if (health.type === 'exec' && health.command === undefined) {
    report.error('Health', at, {
      message: 'an exec probe needs a command',
      at: 'key',
      hint: 'command = ["program", "argument"]',
    });
  }
  if (health.type === 'dns' && health.expect === undefined) {
    report.error('Health', at, {
      message: 'a dns probe needs a name to ask for',
      at: 'key',
      hint: 'expect = "example.net"',
    });
  }
  if (health.type === 'dns' && health.expect !== undefined && !dnsQuestion.test(health.expect)) {
    report.error('Health', [...at, 'expect'], {
      message: `"${health.expect}" is not a name to ask for`,
      hint: 'expect = "example.net", or with a type: "example.net MX"',
    });
  }
  if (typeof health.port === 'string' && !component.routes.some((route) => route.name === health.port)) {
    const known = component.routes.map((route) => route.name).filter((name) => name !== '');
    report.error('Health', [...at, 'port'], {
      message: `there is no route "${health.port}"`,
      hint: known.length > 0 ? `routes are ${known.join(', ')}; or write a container port` : 'write a container port',
    });
  }
  const needsPort = health.type !== undefined && uses[health.type].includes('port');
  if (needsPort && health.port === undefined && component.routes.length === 0 && component.ports.length === 0) {
    report.error('Health', at, {
      message: `a ${health.type} probe needs a port: there is no route and no published port`,
      at: 'key',
      hint: 'add a route, `ports`, or type = "running"',
    });
  }
}
