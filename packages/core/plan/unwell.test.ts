import {
  converge,
  desiredOf,
  emptySim,
  kindMap,
  planOn,
  planText,
  type ServiceModel,
  type Sim,
} from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import type { Health } from '../model/observed.ts';
import type { Desired } from '../model/resource.ts';
import { checkPlan } from './check.ts';
import { simulate } from './simulate.ts';

// Routes follow health: each case is a settled world in which probes say something.

const routes = [{ name: '', hostname: 'web.example.net', listener: 8080 }];
const service = (more: Partial<ServiceModel['components'][number]> = {}): ServiceModel => ({
  name: 'web',
  stage: 0,
  components: [{ name: 'main', image: 'reg.example.net/app:1', routes, ...more }],
});

const wanted = (more: Parameters<typeof service>[0] = {}) => desiredOf({ services: [service(more)] });

/** The first `n` containers have that health; none of the others changes. */
function having(sim: Sim, health: Health, n = 1): Sim {
  const keys = Object.keys(sim.observed.resources)
    .filter((key) => key.startsWith('container/'))
    .slice(0, n);
  const resources = Object.fromEntries(
    Object.entries(sim.observed.resources).map(([key, seen]) => [key, keys.includes(key) ? { ...seen, health } : seen]),
  );
  return { ...sim, observed: { ...sim.observed, resources } };
}

function parked(sim: Sim, desired: Desired): Sim {
  const park = planOn(sim, desired).actions.find(({ verb }) => verb === 'park');
  if (park === undefined) throw new Error('it does not park');
  return { ...sim, observed: simulate(sim.observed, park, kindMap) };
}

function text(sim: Sim, desired: Desired): string {
  const made = planOn(sim, desired);
  expect(checkPlan(made, sim.observed)).toEqual([]);
  return planText(made);
}

test('unhealthy: parked at once, unparked after its gate, also by the next plan', () => {
  const desired = wanted();
  const sim = having(converge(emptySim(), desired).sim, 'unhealthy');
  expect(text(sim, desired)).toMatchInlineSnapshot(`
    "ready container/web#await
    release route/8080/web.example.net#park
    make route/8080/web.example.net#unpark < container/web#await route/8080/web.example.net#park"
  `);
  expect(text(parked(sim, desired), desired)).toMatchInlineSnapshot(`
    "ready container/web#await
    make route/8080/web.example.net#unpark < container/web#await"
  `);
});

test('restart = "no": parked and left, until it is well by itself', () => {
  const desired = wanted({ restart: 'no' });
  const sim = having(converge(emptySim(), desired).sim, 'unhealthy');
  expect(text(sim, desired)).toMatchInlineSnapshot(`
    "release route/8080/web.example.net#park
    waits Unhealthy container/web on web/main"
  `);
  const after = parked(sim, desired);
  expect(text(after, desired)).toMatchInlineSnapshot(`
    "waits Unhealthy container/web on web/main
    waits Reference route/8080/web.example.net on web/main"
  `);
  expect(text(having(after, 'healthy'), desired)).toMatchInlineSnapshot(`"make route/8080/web.example.net#unpark"`);
});

test('one of two: the other answers, nothing parks', () => {
  const desired = wanted({ restart: 'no', replicas: 2 });
  const sim = converge(emptySim(), desired).sim;
  expect(text(having(sim, 'unhealthy'), desired)).not.toContain('#park');
  expect(text(having(sim, 'unhealthy', 2), desired)).toContain('#park');
});

test('what is still starting was not proved either way', () => {
  const desired = wanted();
  const sim = having(converge(emptySim(), desired).sim, 'starting');
  expect(text(sim, desired)).not.toContain('#park');
});
