import { describe, expect, test } from 'vitest';
import { Failpoint, type FailpointPlace, failpointOf, passStep } from './failpoint.ts';

test.each([
  ['container/web-1a2b3c4d#create', 'container.create'],
  ['container/web-1a2b3c4d#await.2', 'container.await'],
  ['image/reg.example.net:5000/team/web:1.2#pull', 'image.pull'],
  ['port-lease/web-1a2b3c4d/#acquire', 'port-lease.acquire'],
  [passStep('intents'), 'pass.intents'],
])('the point of %s', (id, point) => {
  expect(failpointOf(id)).toBe(point);
});

describe('a rule', () => {
  const web = 'container/web-1a2b3c4d#create';
  const shop = 'container/shop-1a2b3c4d#create';

  /** How many boundaries were passed before it stopped us; undefined: it never did. */
  function stopsAt(rule: string | undefined, walk: readonly (readonly [FailpointPlace, string])[]): number | undefined {
    let ends = 0;
    const failpoint = new Failpoint(rule, () => void ends++);
    const at = walk.findIndex(([place, id]) => {
      try {
        failpoint.reach(place, id);
        return false;
      } catch {
        return true;
      }
    });
    expect(ends).toBe(at >= 0 && rule?.includes(':kill') === true ? 1 : 0);
    return at < 0 ? undefined : at;
  }

  test.each([
    ['none', undefined, undefined],
    ['a point', 'before:kill:container.create', 0],
    ['its second time', 'before:kill:container.create:2', 2],
    ['a third that never comes', 'before:kill:container.create:3', undefined],
    ['a place', 'after:kill:container.create', 1],
    ["a part of an action's id", 'before:kill:container/shop', 2],
    ['a step of the pass', 'recorded:kill:pass.finish', 3],
    ['an error', 'before:error:container.create', 0],
    ['anything', 'recorded:kill', 3],
    ['a point that is no more than the beginning of one', 'before:kill:container.crea', undefined],
  ])('%s', (_name, rule, at) => {
    const walk = [
      ['before', web],
      ['after', web],
      ['before', shop],
      ['recorded', passStep('finish')],
    ] as const;
    expect(stopsAt(rule, walk)).toBe(at);
  });
});
