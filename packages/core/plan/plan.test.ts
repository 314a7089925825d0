import {
  allKinds,
  converge,
  desiredOf,
  drift,
  emptySim,
  type FleetModel,
  planOn,
  planText,
  reboot,
  type ServiceModel,
  type Sim,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';
import { kinds } from '../kinds/index.ts';
import type { Desired } from '../model/resource.ts';
import { checkPlan } from './check.ts';
import { narrow } from './narrow.ts';
import { plan } from './plan.ts';

// Named cases of the planner, each as the text of its plan. The laws over thousands of worlds are in test/properties.

const app = 'reg.example.net/app:1';
const next = 'reg.example.net/app:2';

function service(
  name: string,
  more: Partial<ServiceModel['components'][number]> = {},
  rest: Partial<ServiceModel> = {},
): ServiceModel {
  return { name, stage: 0, components: [{ name: 'main', image: app, ...more }], ...rest };
}

function fleet(...services: ServiceModel[]): FleetModel {
  return { services };
}

function settled(model: FleetModel): Sim {
  const end = converge(emptySim(), desiredOf(model));
  expect(end.plan.actions).toEqual([]);
  return end.sim;
}

function text(sim: Sim, desired: Desired): string {
  const made = planOn(sim, desired);
  expect(checkPlan(made, sim.observed)).toEqual([]);
  return planText(made);
}

const routed = { routes: [{ name: '', hostname: 'web.example.net', listener: 8080 }] };

describe('plan', () => {
  it('makes a service: image, lease, container, gate, then the route', () => {
    expect(text(emptySim(), desiredOf(fleet(service('web', routed))))).toMatchInlineSnapshot(`
      "make image/reg.example.net/app:1#pull
      make listener/8080#create
      make port-lease/web/#acquire
      make container/web#create < image/reg.example.net/app:1#pull port-lease/web/#acquire
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      make route/8080/web.example.net#create < container/web#await listener/8080#create"
    `);
  });

  it('replaces start-first: the route moves after the gate, the old one goes last', () => {
    const sim = settled(fleet(service('web', routed)));
    expect(text(sim, desiredOf(fleet(service('web', { ...routed, env: { A: '1' } })), 2))).toMatchInlineSnapshot(`
      "make port-lease/web/#acquire
      make container/web#create < port-lease/web/#acquire
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      make route/8080/web.example.net#update < container/web#await
      retire container/web#drain < container/web#await route/8080/web.example.net#update
      retire container/web#stop < container/web#drain
      retire container/web#delete < container/web#stop
      retire port-lease/web/#delete < container/web#delete"
    `);
  });

  it('replaces stop-first behind a parked route when a fixed port forbids two at once, and only once the image is there', () => {
    const fixed = { ...routed, ports: [5001] };
    const sim = settled(fleet(service('web', fixed)));
    expect(text(sim, desiredOf(fleet(service('web', { ...fixed, image: next })), 2))).toMatchInlineSnapshot(`
      "make image/reg.example.net/app:2#pull
      make port-lease/web/#acquire
      release route/8080/web.example.net#park
      release container/web#drain < image/reg.example.net/app:2#pull port-lease/web/#acquire route/8080/web.example.net#park
      release container/web#stop < container/web#drain
      make container/web#create < container/web#stop image/reg.example.net/app:2#pull port-lease/web/#acquire
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      make route/8080/web.example.net#update < container/web#await route/8080/web.example.net#park
      retire container/web#delete < container/web#stop container/web#await route/8080/web.example.net#update
      retire port-lease/web/#delete < container/web#delete"
    `);
  });

  it('gives network names only after the gate while another container answers to them', () => {
    const sim = settled(fleet(service('web', { network: 'n1' })));
    expect(text(sim, desiredOf(fleet(service('web', { network: 'n1', env: { A: '1' } })), 2))).toMatchInlineSnapshot(`
      "make container/web#create
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      ready container/web#alias < container/web#await
      ready container/web#await.2 < container/web#alias
      retire container/web#stop < container/web#await.2
      retire container/web#delete < container/web#stop"
    `);
  });

  it('lets a newcomer have a port only after its holder stopped', () => {
    const sim = settled(fleet(service('old', { ports: [5001] })));
    const desired = { ...desiredOf(fleet(service('new', { ports: [5001] })), 2), allows: ['old'] };
    expect(text(sim, desired)).toMatchInlineSnapshot(`
      "release container/old#stop
      make container/new#create < container/old#stop
      make container/new#start < container/new#create
      ready container/new#await < container/new#start
      retire container/old#delete < container/old#stop"
    `);
  });

  it('removes in the reverse order of making', () => {
    const sim = settled(fleet(service('web', { ...routed, network: 'n1' }), service('db')));
    const desired = { ...desiredOf(fleet(service('db')), 2), allows: ['web'] };
    expect(text(sim, desired)).toMatchInlineSnapshot(`
      "retire route/8080/web.example.net#delete
      retire container/web#drain < route/8080/web.example.net#delete
      retire container/web#stop < container/web#drain
      retire container/web#delete < container/web#stop
      retire listener/8080#delete < route/8080/web.example.net#delete
      retire network/n1#delete < container/web#delete
      retire port-lease/web/#delete < container/web#delete"
    `);
  });

  it('holds a removal that is too much, and names the data that stays', () => {
    const volumes = [{ name: 'data', readOnly: false }];
    const sim = settled(fleet(service('a', { volumes }), service('b'), service('c')));
    expect(text(sim, desiredOf(fleet(service('c')), 2))).toMatchInlineSnapshot(
      `"held BlastRadius a,b: 2 of 3 services would be removed (limits 1 and 25 %)"`,
    );
    const [hold] = planOn(sim, desiredOf(fleet(service('c')), 2)).held;
    expect(hold?.data).toEqual(['data']);
    const released = { ...sim, history: { ...sim.history, releasedHolds: [hold?.id ?? ''] } };
    expect(planOn(released, desiredOf(fleet(service('c')), 2)).held).toEqual([]);
  });

  it('holds the removal of what this node itself talks to, however small', () => {
    const sim = settled(fleet(service('dns', { ports: [5001] }), service('b'), service('c'), service('d')));
    const desired = desiredOf(fleet(service('b'), service('c'), service('d')), 2);
    const relying = (port: number) => ({
      ...desired,
      policy: { ...desired.policy, relies: [{ ip: '127.0.0.1', port, by: '[drivers.rfc2136]' }] },
    });
    expect(planOn(sim, relying(5002)).held).toEqual([]);
    expect(text(sim, relying(5001))).toMatchInlineSnapshot(
      `"held BlastRadius dns: dns serves 127.0.0.1:5001, which [drivers.rfc2136] of this node needs"`,
    );
    expect(planOn(sim, { ...relying(5001), allows: ['dns'] }).held).toEqual([]);
  });

  it('removes nothing when the source became empty', () => {
    const sim = settled(fleet(service('a'), service('b')));
    const made = planOn(sim, desiredOf(fleet(), 2));
    expect(made.actions).toEqual([]);
    expect(made.held.map((hold) => hold.code)).toEqual(['EmptySource']);
  });

  it('stops a service that is no longer active, route first, and keeps it', () => {
    const sim = settled(fleet(service('web', routed)));
    const desired = desiredOf(fleet(service('web', routed, { active: false })), 2);
    expect(text(sim, desired)).toMatchInlineSnapshot(`
      "retire route/8080/web.example.net#delete
      retire container/web#drain < route/8080/web.example.net#delete
      retire container/web#stop < container/web#drain
      retire listener/8080#delete < route/8080/web.example.net#delete"
    `);
    const stopped = converge(sim, desired).sim;
    expect(
      Object.keys(stopped.observed.resources).filter(
        (key) => key.startsWith('container/') || key.startsWith('port-lease/'),
      ),
    ).toHaveLength(2);
    expect(planOn(stopped, desired).actions).toEqual([]);
  });

  it('repairs a killed container without touching anything else, even in a later stage', () => {
    const model = fleet(service('dns'), service('web', routed, { stage: 1 }));
    const sim = settled(model);
    const killed = { ...sim, observed: drift(sim.observed, 'killed', 1) };
    expect(text(killed, desiredOf(model))).toMatchInlineSnapshot(`
      "make container/web#start
      ready container/web#await < container/web#start"
    `);
  });

  it('makes anew what podman only believes to be running', () => {
    const sim = settled(fleet(service('web', routed)));
    const lost = { ...sim, observed: drift(sim.observed, 'monitor-lost', 0) };
    expect(text(lost, desiredOf(fleet(service('web', routed))))).toMatchInlineSnapshot(`
      "release route/8080/web.example.net#park
      release container/web#drain < route/8080/web.example.net#park
      release container/web#stop < container/web#drain
      release container/web#delete < container/web#stop
      make container/web#create < container/web#delete
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      make route/8080/web.example.net#unpark < container/web#await route/8080/web.example.net#park"
    `);
  });

  it('boots stage by stage behind barriers', () => {
    const model = fleet(service('dns'), service('web', {}, { stage: 1 }), service('app', {}, { stage: 2 }));
    expect(text(reboot(settled(model)), desiredOf(model))).toMatchInlineSnapshot(`
      "make container/dns#start
      ready container/dns#await < container/dns#start
      make container/web#start < stage/s0
      ready container/web#await < container/web#start
      make container/app#start < stage/s1
      ready container/app#await < container/app#start
      barrier stage/s0 < container/dns#await
      barrier stage/s1 < container/web#await stage/s0"
    `);
  });

  it('runs a job before the update that needs it, and stops nothing before it is done', () => {
    const job = { name: 'migrate', image: next, when: 'before-update' as const };
    const volumes = [{ name: 'data', readOnly: false }];
    const sim = settled(fleet(service('db', { volumes })));
    expect(
      text(sim, desiredOf(fleet(service('db', { volumes, image: next }, { jobs: [job] })), 2)),
    ).toMatchInlineSnapshot(`
      "make image/reg.example.net/app:2#pull
      make job/db/migrate#run < image/reg.example.net/app:2#pull
      release container/db#stop < image/reg.example.net/app:2#pull job/db/migrate#run
      make container/db#create < container/db#stop image/reg.example.net/app:2#pull job/db/migrate#run
      make container/db#start < container/db#create
      ready container/db#await < container/db#start
      retire container/db#delete < container/db#stop container/db#await"
    `);
  });

  it('waits for a port that somebody else listens on, and stops nothing for it', () => {
    const sim = settled(fleet(service('web', { ports: [5001] })));
    const busy = {
      ...sim,
      observed: { ...sim.observed, busy: [{ protocol: 'tcp' as const, ip: '0.0.0.0', port: 5002 }] },
    };
    expect(text(busy, desiredOf(fleet(service('web', { ports: [5002] })), 2))).toMatchInlineSnapshot(
      `"waits ClaimConflict container/web on *:5002/tcp"`,
    );
  });

  it('does not take over a foreign container of the wanted name', () => {
    const model = fleet(service('web'));
    const sim = settled(model);
    const resources = Object.fromEntries(
      Object.entries(sim.observed.resources).map(([key, r]) => [
        key,
        r.kind === 'container' ? { ...r, owner: 'foreign' as const } : r,
      ]),
    );
    expect(text({ ...sim, observed: { ...sim.observed, resources } }, desiredOf(model))).toMatchInlineSnapshot(
      `"waits NameConflict container/web on web"`,
    );
  });

  it('replaces replicas one at a time', () => {
    const two = { ...routed, replicas: 2 };
    const sim = settled(fleet(service('web', two)));
    expect(text(sim, desiredOf(fleet(service('web', { ...two, env: { A: '1' } })), 2))).toMatchInlineSnapshot(`
      "make port-lease/web-1/#acquire
      make container/web-1#create < port-lease/web-1/#acquire
      make container/web-1#start < container/web-1#create
      ready container/web-1#await < container/web-1#start
      make route/8080/web.example.net#update < container/web-1#await
      retire container/web-1#drain < container/web-1#await route/8080/web.example.net#update
      retire container/web-1#stop < container/web-1#drain
      retire container/web-1#delete < container/web-1#stop
      retire port-lease/web-1/#delete < container/web-1#delete
      waits Rolling container/web-2 on web/main"
    `);
  });

  it('restarts nothing because its hash differs: only fields decide', () => {
    const model = fleet(service('web', routed));
    const sim = settled(model);
    const resources = Object.fromEntries(
      Object.entries(sim.observed.resources).map(([key, r]) => {
        if (r.kind !== 'container') return [key, r];
        const { logMaxBytes: _missing, ...older } = r.spec as Record<string, never>;
        return [key, { ...r, spec: older, specHash: 'of-an-older-release', schema: 0 }];
      }),
    );
    expect(planOn({ ...sim, observed: { ...sim.observed, resources } }, desiredOf(model)).actions).toEqual([]);
  });

  it('shows what nothing here can run, and does the rest', () => {
    const desired = desiredOf(fleet(service('web', routed)));
    const sim = emptySim();
    const input = { desired, observed: sim.observed, kinds, history: sim.history, now: sim.observed.at };
    const made = plan({ ...input, served: allKinds.filter((kind) => kind !== 'listener') });
    expect(made.unmanaged.map((item) => `${item.key}: ${item.why}`)).toEqual([
      'listener/8080: no driver for listener on this node',
      'route/8080/web.example.net: needs listener/8080, which is unmanaged',
    ]);
    expect(made.waiting).toEqual([]);
    expect(made.actions.at(-1)?.verb).toBe('await');
  });

  it('makes nothing that needs what nothing here can run', () => {
    const desired = desiredOf(fleet(service('web', { secrets: ['key'] })));
    const sim = emptySim();
    const input = { desired, observed: sim.observed, kinds, history: sim.history, now: sim.observed.at };
    const made = plan({ ...input, served: allKinds.filter((kind) => kind !== 'image') });
    expect(made.actions).toEqual([]);
    expect(made.waiting.map((wait) => wait.code)).toContain('NotSupported');
  });

  it('leaves alone, and keeps alive, what this node refuses in its new form', () => {
    const model = fleet(service('web', routed), service('db'));
    const sim = settled(model);
    const wanted = desiredOf(fleet(service('db')), 2);
    const refused: Desired = {
      ...wanted,
      services: desiredOf(model).services,
      refusals: [{ slot: 'web/main', service: 'web', code: 'MountNotAllowed', message: 'mounts /etc' }],
    };
    expect(text(sim, refused)).toBe('waits PolicyRefused policy/web/main on MountNotAllowed');
    const killed = { ...sim, observed: drift(sim.observed, 'killed', 1) };
    expect(text(killed, refused)).toContain('make container/web#start');
    const forgotten = { ...sim, history: { ...sim.history, slots: {} } };
    expect(planOn(forgotten, refused).actions).toEqual([]);
  });

  it('gives a stopped container another leased port when somebody else took its own', () => {
    const model = fleet(service('web', routed));
    const sim = settled(model);
    const stopped = drift(sim.observed, 'stopped', 0);
    const stolen = {
      ...sim,
      observed: { ...stopped, busy: [{ protocol: 'tcp' as const, ip: '127.0.0.1', port: 10_000 }] },
    };
    expect(text(stolen, desiredOf(model))).toMatchInlineSnapshot(`
      "make port-lease/web/#acquire
      release container/web#delete < port-lease/web/#acquire
      make container/web#create < container/web#delete port-lease/web/#acquire
      make container/web#start < container/web#create
      ready container/web#await < container/web#start
      make route/8080/web.example.net#update < container/web#await"
    `);
    const end = converge(stolen, desiredOf(model));
    expect(end.plan.actions).toEqual([]);
    expect(end.plan.waiting).toEqual([]);
    expect(Object.values(end.sim.observed.resources).find((r) => r.kind === 'port-lease')?.state).toEqual({
      port: 10_001,
    });
  });

  it('narrows to one service and what that needs', () => {
    const made = planOn(
      emptySim(),
      desiredOf(fleet(service('db'), service('web', { dependsOn: ['db/main'] }), service('other'))),
    );
    const only = narrow(made, { services: ['web'] });
    expect([...new Set(only.actions.map((action) => action.services[0]))].sort()).toEqual(['db', 'web']);
    expect(narrow(made, { services: ['nobody'] }).actions).toEqual([]);
  });
});
