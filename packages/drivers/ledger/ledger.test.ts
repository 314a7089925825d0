import { createHost } from '@reconcile/host';
import { action, NodeWorld } from '@reconcile/testkit/contract';
import { expect, test } from 'vitest';
import { ledgerDriver } from './driver.ts';

test('leases and marks of jobs are what the ledger says; writing it down is the journal', async () => {
  const world = await NodeWorld.make({ host: createHost() });
  world.ledger.leases['port-lease/web-1/'] = 10_000;
  world.ledger.containers['web-1'] = {
    name: 'web-1',
    id: '',
    slot: 'mcr/web',
    spec: {},
    specHash: '',
    schema: 1,
    aliased: false,
  };
  world.ledger.jobs['mcr/migrate'] = { mark: 'm', exitCode: 0, startedAt: 1, finishedAt: 2 };
  const { resources } = await ledgerDriver().observe(world.observing());
  expect(resources).toMatchObject([
    {
      key: 'port-lease/web-1/',
      services: ['mcr'],
      state: { port: 10_000 },
      claims: [{ scope: 'node', kind: 'port', value: 'tcp/127.0.0.1/10000' }],
    },
    { key: 'job/mcr/migrate', kind: 'job', slot: 'mcr/migrate', services: ['mcr'], state: { mark: 'm', exitCode: 0 } },
  ]);
  expect(await ledgerDriver().apply(world.applying(), action('port-lease/web-2/', 'acquire', { port: 7 }))).toEqual({
    port: 7,
  });
  expect(await ledgerDriver().apply(world.applying(), action('port-lease/web-2/', 'delete', {}))).toEqual({});
  await expect(ledgerDriver().apply(world.applying(), action('job/mcr/migrate', 'run', {}))).rejects.toMatchObject({
    code: 'LEDGER_VERB',
  });
  await world.close();
});
