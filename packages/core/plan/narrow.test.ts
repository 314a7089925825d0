import { converge, desiredOf, emptySim, type FleetModel, planOn, type Sim } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import { narrow } from './narrow.ts';

// A component by its own name: it brings its route, and nothing of its siblings.

const part = (name: string, image: string) => ({
  name,
  image: `reg.example.net/${name}:${image}`,
  ports: [name === 'api' ? 5001 : 5002],
  routes: [{ name: '', hostname: `${name}.example.net`, listener: 8080 }],
});
const fleet = (image: string): FleetModel => ({
  services: [{ name: 'web', stage: 0, components: [part('api', image), part('page', image)] }],
});

function ids(sim: Sim, image: string, name: string): string[] {
  const made = narrow(planOn(sim, desiredOf(fleet(image), 2)), { services: [name] });
  return made.actions.map(({ id }) => id.replace(/-[0-9a-f]{8}/, ''));
}

test('a new component gets its route', () => {
  const found = ids(emptySim(), '1', 'web/api');
  expect(found).toContain('route/8080/api.example.net#create');
  expect(found.filter((id) => id.includes('page'))).toEqual([]);
});

test('what is parked is switched back', () => {
  const { sim } = converge(emptySim(), desiredOf(fleet('1')));
  const found = ids(sim, '2', 'web/api');
  expect(found).toContain('route/8080/api.example.net#park');
  expect(found.filter((id) => /^route\/8080\/api.*#(?:update|unpark)$/.test(id))).toHaveLength(1);
  expect(found.filter((id) => id.includes('page'))).toEqual([]);
});

test('a route left parked by an interrupted pass is unparked by the next one', () => {
  const { sim } = converge(emptySim(), desiredOf(fleet('1')));
  const key = 'route/8080/api.example.net';
  const route = sim.observed.resources[key];
  if (route === undefined) throw new Error('no route');
  const state = { ...(route.state as object), parked: true };
  const resources = { ...sim.observed.resources, [key]: { ...route, state } };
  const parked = { ...sim, observed: { ...sim.observed, resources } };
  expect(ids(parked, '1', 'web/api')).toEqual([`${key}#unpark`]);
});
