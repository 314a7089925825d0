import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@reconcile/core';
import { openRegistry, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellAlarms } from './alarms.ts';

// One event when an alarm comes, moves on, or is over; none, and no write, while it stays.

const dayMs = 86_400_000;
const now = Date.UTC(2030, 0, 1);
const key = 'certificate/web.example.net';

let dir: string;
let registry: Registry;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'alarms-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

async function told(leftDays: number): Promise<string[]> {
  const notAfter = now + leftDays * dayMs;
  const state = { issuer: 'acme', names: [], notBefore: notAfter - 90 * dayMs, notAfter, fingerprint: 'aa' };
  const spec = { hostname: 'web.example.net', issuer: 'acme', zone: '' };
  const look = {
    desired: { node: 'rift', generation: 1, resources: { [key]: { key, kind: 'certificate', spec } } },
    observed: { resources: { [key]: { key, kind: 'certificate', state } } },
    plan: { waiting: [] },
    bootId: 'b',
    cycleId: 'c',
    now,
  };
  const events: Event[] = [];
  await tellAlarms(registry, look as never, (event) => events.push(event));
  return events.map((event) =>
    event.type === 'condition.changed' ? `${event.slot} ${event.status} ${event.reason}` : event.type,
  );
}

test('once each', async () => {
  expect(await told(20)).toEqual([]);
  expect(await told(13)).toEqual([`${key} True CertificateEnds`]);
  expect(await told(12)).toEqual([]);
  expect(await told(6)).toEqual([`${key} True CertificateEnds`]);
  expect(await told(-1)).toEqual([`${key} True CertificateEnded`]);
  expect(await told(-2)).toEqual([]);
  expect(await told(89)).toEqual([`${key} False CertificateRenewed`]);
  expect(await told(88)).toEqual([]);
});
