import type { Comparison, KindView } from '../../model/contract.ts';
import { type Request, requestReason } from '../../model/history.ts';
import type { Json } from '../../model/json.ts';
import { sameList } from '../../model/list.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FieldChange, Reason } from '../../model/plan.ts';
import type { Claim, Resource } from '../../model/resource.ts';
import { containerFields, type FileDifference, fileDifferences } from './fields.ts';
import { outOfReach, refilled } from './filled.ts';
import { containerPorts, leasedRoutes, portFacts } from './ports.ts';
import { type RestartDecision, restartDecision } from './restart.ts';
import type { ContainerCare, ContainerSpec, ContainerState } from './spec.ts';
import { containerVersion, upgradeContainer } from './upgrade.ts';

type Wanted = Resource<ContainerSpec, ContainerCare>;
type Seen = ObservedResource<ContainerState>;

/**
 * Equal hash and schema are a fast path to "the same spec"; unequal ones decide nothing.
 * Field by field against the spec recorded when it was made, then the few facts only the runtime knows. Never by hash:
 * an upgrade of ours, or a new field with a default, must restart nothing (kubernetes#53644, #63814).
 */
export function compareContainer(desired: Wanted, observed: Seen | undefined, view: KindView): Comparison {
  if (observed === undefined) return { verdict: 'make' };
  const { state } = observed;
  if (state.phase === 'leftover') return rebuild('Leftover', 'storage of a half-made or forgotten container', []);
  if (observed.specHash === desired.specHash && observed.schema === containerVersion) {
    return (
      runtimeDrift(desired, observed, view) ??
      (desired.active === false
        ? { verdict: 'same' }
        : settle(desired, observed, refilled(desired, observed, view), view))
    );
  }
  const recorded = observed.spec === undefined ? undefined : upgradeContainer(observed.spec, observed.schema ?? 0);
  if (recorded === undefined) return rebuild('Rebuilt', 'its recorded spec cannot be read', []);

  const care = desired.care;
  const ignore = care?.ignore ?? [];
  const files = fileDifferences(recorded.files, desired.spec.files).filter((f) => f.asks !== 'none');
  const replacing = [
    ...containerFields(recorded, desired.spec, ignore),
    ...files.filter((f) => f.asks === 'replace').map((f) => f.change),
  ];
  if (replacing.length > 0) return { verdict: 'replace', fields: replacing };

  const drift = runtimeDrift(desired, observed, view);
  if (drift !== undefined) return drift;
  if (desired.active === false) return { verdict: 'same' };
  const told = new Set(files.map(({ file }) => file.target));
  const again = refilled(desired, observed, view).filter(({ file }) => !told.has(file.target));
  return settle(desired, observed, [...files, ...again], view);
}

/** What podman, the kernel or a hand may have changed although the spec is the same. */
function runtimeDrift(desired: Wanted, observed: Seen, view: KindView): Comparison | undefined {
  const { state } = observed;
  const wantedImage = view.pin(desired.spec.image)?.imageId;
  if (wantedImage !== undefined && state.imageId !== '' && state.imageId !== wantedImage) {
    return rebuild('Rebuilt', 'it runs another image', [
      { field: 'imageId', from: short(state.imageId), to: short(wantedImage) },
    ]);
  }
  const lease = (route: string) => view.lease(observed.key, route);
  const wantedPorts = portFacts(containerPorts(desired.spec, lease));
  if (desired.spec.network !== 'host' && !sameList(wantedPorts, state.ports)) {
    const unleased = leasedRoutes(desired.spec).some((route) => lease(route) === undefined);
    if (!unleased)
      return rebuild('Rebuilt', 'it publishes other ports', [{ field: 'ports', from: state.ports, to: wantedPorts }]);
  }
  const network = desired.spec.network;
  if (isNamed(network)) {
    if (!state.networks.includes(network)) {
      return rebuild('Rebuilt', `it is not on network ${network}`, [
        { field: 'networks', from: state.networks, to: [network] },
      ]);
    }
    if (youngerThan(view, `network/${network}`, state))
      return rebuild('Rebuilt', `network ${network} was made anew`, []);
  }
  for (const mount of desired.spec.mounts) {
    const gone = youngerThan(view, `volume/${mount.source}`, state);
    if (gone) return rebuild('Rebuilt', `volume ${mount.source} was made anew`, []);
  }
  if (state.phase === 'running' && !state.alive)
    return rebuild('ProcessGone', 'podman says running, but its process is gone', []);
  if (
    state.phase === 'stopping' ||
    state.phase === 'removing' ||
    state.phase === 'unknown' ||
    state.phase === 'paused'
  ) {
    return rebuild('Rebuilt', `podman left it ${state.phase}`, []);
  }
  return undefined;
}

/** Made later than the container that uses it, or not there at all: what the container holds is not what has that name. */
function youngerThan(view: KindView, key: `${string}/${string}`, state: ContainerState): boolean {
  if (view.observed.blind[key.split('/')[0] ?? ''] !== undefined) return false;
  const other = view.observed.resources[key];
  if (other === undefined) return view.desired.resources[key] !== undefined;
  const at = (other.state as { createdAt?: number } | null)?.createdAt ?? 0;
  return Math.floor(at / 1000) > Math.floor(state.createdAt / 1000);
}

/** podman copies a secret into a container when it is made, and never again (tried on 4.3.1: a restart keeps the old value). */
function newerThanMade(view: KindView, key: `${string}/${string}`, state: ContainerState): boolean {
  const at = (view.observed.resources[key]?.state as { createdAt?: number } | null | undefined)?.createdAt ?? 0;
  return Math.floor(at / 1000) > Math.floor(state.createdAt / 1000);
}

/** Same thing; is it also doing what it should? */
function settle(desired: Wanted, observed: Seen, files: readonly FileDifference[], view: KindView): Comparison {
  const { state } = observed;
  const history = view.slot(desired.slot);
  const asked = requestedRestart(desired, state, view);
  if (state.phase !== 'running') {
    // Perhaps it was us who stopped it for that, and then were stopped ourselves: no policy says to leave it so.
    const isOwed = asked !== undefined || files.some((f) => f.asks === 'restart');
    const decision: RestartDecision = isOwed
      ? { do: 'start', message: 'is to be started again' }
      : restartDecision(desired.care?.restart ?? 'unless-stopped', state, history, view.now);
    if (decision.do === 'leave') return { verdict: 'same' };
    if (decision.do === 'wait') {
      return {
        verdict: 'blocked',
        code: 'BackingOff',
        on: desired.slot,
        message: decision.message,
        until: decision.until,
      };
    }
    const held = heldPort(observed, view);
    if (held !== undefined && isLeased(desired.spec, held.fact)) {
      return rebuild('Rebuilt', `its port ${held.name} was taken by somebody else, it gets another`, []);
    }
    if (held !== undefined) {
      const message = `port ${held.name} is taken by somebody else`;
      return { verdict: 'blocked', code: 'ClaimConflict', on: held.name, message };
    }
    return update('start', [], { code: state.phase === 'created' ? 'Stopped' : 'Exited', text: decision.message });
  }
  if (asked !== undefined) return update('restart', [], requestReason(asked));
  const rotated = desired.spec.secrets.find((secret) => newerThanMade(view, `secret/${secret.name}`, state));
  if (rotated !== undefined) {
    // Not `Rebuilt`: nobody's hand was in it, so it counts towards no contest.
    return { verdict: 'rebuild', fields: [], reason: { code: 'Changed', text: `secret ${rotated.name} was rotated` } };
  }
  const anew = files.find((f) => f.asks === 'replace');
  if (anew !== undefined)
    return { verdict: 'rebuild', fields: [anew.change], reason: { code: 'Changed', fields: [anew.change.field] } };
  if (files.some((f) => f.asks === 'restart')) {
    return update(
      'restart',
      files.map((f) => f.change),
      { code: 'Changed', fields: files.map((f) => f.change.field) },
    );
  }
  if (files.length > 0) {
    return update(
      'signal',
      files.map((f) => f.change),
      { code: 'Changed', fields: files.map((f) => f.change.field) },
    );
  }
  if (observed.health !== 'healthy' && observed.health !== 'none') {
    const expired = history?.gateExpired;
    if (expired !== undefined && expired.key === observed.key && observed.health === 'unhealthy') {
      return update('restart', [], { code: 'Unhealthy', text: expired.reason });
    }
    if (observed.health === 'unhealthy' && desired.care?.restart === 'no' && expired?.key !== observed.key) {
      const message = 'its probe fails, and restart = "no" leaves it as it is; reconcile restart starts it again';
      return { verdict: 'blocked', code: 'Unhealthy', on: desired.slot, message };
    }
    return update('await', [], { code: 'NotReady' });
  }
  if (isNamed(desired.spec.network) && desired.spec.aliases.length > 0 && !state.aliased) {
    return update('alias', [], { code: 'NotReady', text: 'its network names are not given yet' });
  }
  const unreached = outOfReach(desired, observed, view);
  if (unreached !== undefined) return { verdict: 'blocked', code: 'Missing', ...unreached };
  return { verdict: 'same' };
}

/** A port this stopped container needs, now listened on by somebody who is not ours. */
function heldPort(observed: Seen, view: KindView): { name: string; fact: string } | undefined {
  for (const fact of observed.state.ports) {
    const [protocol = 'tcp', ip = '', host = '0'] = fact.split('/');
    const need: Claim = { scope: 'node', kind: 'port', value: `${protocol}/${ip}/${host}` };
    if (!view.isTaken(need)) continue;
    return { name: `${ip === '' ? '*' : ip}:${host}/${protocol}`, fact };
  }
  return undefined;
}

/** Not one of the declared ports: a number nobody outside knows, which may be another next time. */
function isLeased(spec: ContainerSpec, fact: string): boolean {
  return !portFacts(spec.ports).includes(fact);
}

function requestedRestart(desired: Wanted, state: ContainerState, view: KindView): Request | undefined {
  return view.history.requests.find(
    (request) =>
      request.verb === 'restart' &&
      (desired.slot === request.target || desired.slot.startsWith(`${request.target}/`)) &&
      state.startedAt < request.at,
  );
}

function update(how: string, fields: readonly FieldChange[], reason: Reason): Comparison {
  return { verdict: 'update', how, fields, reason };
}

function rebuild(
  code: 'Rebuilt' | 'Leftover' | 'ProcessGone',
  text: string,
  fields: readonly FieldChange[],
): Comparison {
  return { verdict: 'rebuild', fields, reason: { code, text, fields: fields.map((f) => f.field) } };
}

export function isNamed(network: string): boolean {
  return network !== 'default' && network !== 'host' && network !== 'none';
}

function short(id: string): Json {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
