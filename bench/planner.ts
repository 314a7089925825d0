import { readFileSync } from 'node:fs';
import type { PlanInput } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { plan } from '@reconcile/core/plan';

// A process of its own: reads a world, plans once, prints what planning alone took, ms.

const world = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Omit<PlanInput, 'kinds' | 'now'>;
const before = performance.now();
plan({ ...world, kinds, now: world.observed.at });
console.log(performance.now() - before);
