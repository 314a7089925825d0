import { type ContainerSpec, containerDefaults } from '@reconcile/core/kinds/container';
import { expect, test } from 'vitest';
import type { Adoptable } from './inspected.ts';
import { observedSpec } from './observed-spec.ts';

const made = (env: readonly string[]): Adoptable => ({
  container: {
    Id: 'a'.repeat(64),
    Name: 'web',
    Image: 'b'.repeat(64),
    ImageName: 'localhost/web:1',
    State: { Running: true, Pid: 7 },
    Config: { Env: env },
    HostConfig: {},
    NetworkSettings: {},
  },
  image: {},
});
const desired: ContainerSpec = {
  ...containerDefaults,
  image: 'localhost/web:1',
  env: { LEVEL: 'info' },
  secrets: [{ name: 'db', target: 'DB_PASS', env: true }],
};

test('a variable that a secret is to set is no difference of env, and its value is told to nobody', () => {
  const { spec } = observedSpec(made(['LEVEL=info', 'DB_PASS=hush', 'MORE=1']), desired, true);
  expect(spec.env).toEqual({ LEVEL: 'info', MORE: '1' });
  expect(JSON.stringify(spec)).not.toContain('hush');
  // Whose secret it was cannot be told: the declared one is a difference.
  expect(spec.secrets).toEqual([]);
});
