import { requestReason } from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerSpec,
  flappingWindowMs,
  portVariable,
  type RoutePort,
  routeEndpoint,
} from '@reconcile/core/kinds/container';
import type { Judgement } from '@reconcile/core/plan';
import { type Check, duration } from '@reconcile/core/render';
import { leaseOf } from '../standing/reached.ts';
import { fieldsText, flappingText, shortReason, waitText } from '../standing/words.ts';
import { type Case, when } from './case.ts';

/** The container itself: its ports, what podman says of it, and how often it was tried. */
export function containerChecks(of: Case, judgements: readonly Judgement[]): Check[] {
  return [ports(of), container(of, judgements), others(of), flapping(of), attempts(of), requests(of)].flatMap(
    (check) => check ?? [],
  );
}

function flapping(of: Case): Check | undefined {
  const history = of.scene.history.slots[of.slot];
  if (history?.flappingSince === undefined) return undefined;
  const text = `since ${when(of, history.flappingSince)}: ${flappingText(history)}; over after ${duration(flappingWindowMs)} without one`;
  return { gate: 'flapping', verdict: 'no', text };
}

/** Where each published port leads, and what `$PORT` is: the usual reason why nobody answers. */
function ports(of: Case): Check | undefined {
  const { scene, slot, wanted } = of;
  if (wanted === undefined || wanted.active === false) return undefined;
  const wait = scene.waits.get(slot);
  if (wait !== undefined && ['ClaimConflict', 'NoPort', 'NameConflict'].includes(wait.code))
    return { gate: 'ports', verdict: 'no', text: waitText(wait, scene.now) };
  const spec = wanted.spec as unknown as ContainerSpec;
  const fixed = spec.ports.map(
    ({ container, host, ip, protocol }) => `${ip === '' ? '*' : ip}:${host}/${protocol} leads to port ${container}`,
  );
  const leased = spec.routes.map((route) => routeText(of, spec, route));
  const [first, ...more] = [...leased, ...fixed];
  if (first === undefined)
    return { gate: 'ports', verdict: 'info', text: 'none: nothing outside its network reaches it' };
  return { gate: 'ports', verdict: 'ok', text: first, ...(more.length === 0 ? {} : { details: more }) };
}

function routeText(of: Case, spec: ContainerSpec, route: RoutePort): string {
  const lease = of.row.container === '' ? undefined : leaseOf(of.scene, of.row.container, route.name);
  const endpoint = routeEndpoint(spec, route.name, lease);
  const inside = spec.network === 'host' ? (lease ?? route.containerPort) : (route.containerPort ?? lease);
  const variable = `$${portVariable(route.name)}`;
  if (endpoint === undefined || inside === null || inside === undefined) {
    return route.containerPort === null
      ? `${variable}: a port is leased when it is made; the program must listen on it`
      : `a port is leased when it is made; it leads to port ${route.containerPort} (container_port)`;
  }
  const why = route.containerPort === null ? `the program must listen on ${variable}` : 'container_port';
  return `${endpoint.ip}:${endpoint.port} leads to port ${inside} inside (${why}), ${variable}=${inside}`;
}

function container(of: Case, judgements: readonly Judgement[]): Check {
  const { row, scene, seen, wanted } = of;
  if (seen === undefined) {
    const wasGood = scene.history.slots[of.slot]?.lastGood !== undefined;
    const text =
      wanted?.active === false ? 'none' : wasGood ? 'gone: somebody removed it, or podman lost it' : 'none yet';
    return { gate: 'container', verdict: wanted?.active === false ? 'info' : 'wait', text };
  }
  const { alive, createdAt, exitCode, exitedAt, id, phase, startedAt } = seen.state;
  const life =
    phase === 'running'
      ? alive
        ? `running since ${when(of, startedAt)}`
        : 'podman says running, but its process is gone'
      : phase === 'exited'
        ? `ended with ${exitCode} at ${when(of, exitedAt)}`
        : phase;
  const judgement = judgements.find(({ key }) => key === seen.key)?.comparison;
  const made = `made ${when(of, createdAt)}`;
  const [verdict, says] = judgedText(judgement);
  const isEnded = phase !== 'running' && wanted?.active !== false && row.grade !== 'well';
  return {
    gate: 'container',
    verdict: !alive && phase === 'running' ? 'no' : isEnded && verdict === 'ok' ? 'no' : verdict,
    text: `${row.container} (${id.slice(0, 12)}) ${life}, ${made}; ${says}`,
  };
}

/** What its gate said stands with its health, once. */
function judgedText(judged: Judgement['comparison'] | undefined): [Check['verdict'], string] {
  switch (judged?.verdict) {
    case undefined:
      return ['info', 'nothing wants it'];
    case 'same':
      return ['ok', 'as it should be'];
    case 'make':
      return ['wait', 'to be made'];
    case 'replace':
      return ['wait', `to be replaced: ${fieldsText(judged.fields)}`];
    case 'rebuild':
      return ['no', `to be made anew: ${judged.reason.text ?? judged.reason.code}`];
    case 'update':
      return ['wait', updateText(judged)];
    case 'blocked':
      return ['wait', judged.message];
  }
}

function updateText({ how, reason }: Extract<Judgement['comparison'], { verdict: 'update' }>): string {
  const why = reason.code === 'Unhealthy' ? 'its gate was not passed' : (reason.text ?? reason.code);
  switch (how) {
    case 'start':
      return `to be started: ${why}`;
    case 'restart':
      return `to be restarted: ${why}`;
    case 'signal':
      return `to be told of a change: ${why}`;
    default:
      return 'made as declared, its gate is not passed yet';
  }
}

/** Two at once: a replacement under way, or one that was interrupted. */
function others({ scene, seen, slot }: Case): Check | undefined {
  const rest = (scene.standing.get(slot) ?? []).filter((one) => one.key !== seen?.key);
  if (rest.length === 0) return undefined;
  const names = rest.map(({ key, state }) => `${key.slice('container/'.length)} (${state.phase})`);
  return { gate: 'beside it', verdict: 'wait', text: names.join(', ') };
}

function attempts(of: Case): Check | undefined {
  const { scene, seen, slot, wanted } = of;
  if (wanted?.kind !== 'container' || wanted.active === false) return undefined;
  const policy = (wanted.care as unknown as ContainerCare).restart;
  const attempt = scene.history.attempts[slot];
  const wait = scene.waits.get(slot);
  const deaths = scene.history.slots[slot]?.deaths.length ?? 0;
  const died = deaths === 0 ? 'no death' : deaths === 1 ? '1 death' : `${deaths} deaths`;
  const next =
    wait?.code !== 'BackingOff' || wait.until === undefined
      ? 'due again now'
      : `next try in ${duration(Math.max(0, wait.until - scene.now))}`;
  if (attempt !== undefined) {
    const reason = shortReason(attempt.message, { key: seen?.key ?? `container/${slot}`, slot });
    const times = attempt.failures === 1 ? 'once' : `${attempt.failures} times in a row`;
    return {
      gate: 'tries',
      verdict: 'no',
      text: `failed ${times}, last at ${when(of, attempt.lastAt)}, ${next}: ${reason}`,
    };
  }
  if (wait?.code === 'BackingOff') return { gate: 'tries', verdict: 'wait', text: waitText(wait, scene.now) };
  return { gate: 'tries', verdict: 'ok', text: `none failed; restart = "${policy}", ${died} in 10 min` };
}

function requests({ scene, slot }: Case): Check | undefined {
  const open = scene.history.requests.filter(({ target }) => slot === target || slot.startsWith(`${target}/`));
  if (open.length === 0) return undefined;
  return {
    gate: 'asked for',
    verdict: 'wait',
    text: open.map((request) => `${request.verb} ${requestReason(request).text}`).join(', '),
  };
}
