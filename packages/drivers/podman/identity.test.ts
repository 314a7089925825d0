import { isFleetError } from '@reconcile/core';
import { expect, test } from 'vitest';
import { compareIdentity, firstUse, type Identity } from './identity.ts';

const me: Identity = {
  uid: 850,
  user: 'ops',
  uidMap: '0:850:1,1:100000:65536',
  gidMap: '0:850:1',
  graphRoot: '/g',
  runRoot: '/run/user/850/containers',
  driver: 'overlay',
};

test('the same identity, a partial one, and a first use pass', () => {
  expect(() => compareIdentity({ ...me }, me)).not.toThrow();
  expect(() => compareIdentity({ ...me }, { uid: 850 })).not.toThrow();
  expect(() => compareIdentity(undefined, me)).not.toThrow();
  expect(firstUse(undefined, me)).toEqual({ 'podman/identity': me });
  expect(firstUse({ ...me }, me)).toBeUndefined();
});

test.each(Object.keys(me) as (keyof Identity)[])('another %s is refused, both named', (field) => {
  const other = { ...me, [field]: field === 'uid' ? 995 : 'other' };
  const attempt = () => compareIdentity({ ...me }, other);
  expect(attempt).toThrow();
  try {
    attempt();
  } catch (error) {
    expect(isFleetError(error) && [error.code, error.retry]).toEqual(['PODMAN_IDENTITY', 'never']);
    expect(isFleetError(error) && error.wanted).toContain(String(me[field]));
    expect(isFleetError(error) && error.actual).toContain(String(other[field]));
  }
});
