import { exit, planExit, rowsExit, worst } from '@reconcile/core/exit';
import { narrow } from '@reconcile/core/plan';
import { listHistory } from '@reconcile/registry';
import type { ServiceDocument } from '../service/documents.ts';
import { lastChangeOf } from '../standing/past.ts';
import { serviceStatus } from '../standing/service.ts';
import { containerUsage } from '../standing/usage.ts';
import { absenceNamed, plainName, rowsNamed } from '../subject/named.ts';
import { standingOf } from './node.ts';
import type { Sight } from './sight.ts';

const historyLimit = 200;

/** `status S -o json`. @throws NO_SERVICE NO_NODE */
export async function serviceDocument(sight: Sight, given: string, signal: AbortSignal): Promise<ServiceDocument> {
  const { config, host, registry, seen } = sight;
  const { scene, standing } = await standingOf(sight);
  const name = plainName(given, config.node);
  const absence = absenceNamed(standing, name);
  if (absence !== undefined) return { name, ...absence, exit: exit.converged };
  const rows = rowsNamed(standing, [name]);
  const containers = rows.flatMap((row) => (row.startedAt === undefined ? [] : [row.container]));
  const [usage, wantedBy] = await Promise.all([
    containerUsage(host, containers, signal),
    lastChangeOf(config, name.split('/')[0] ?? name, { host, signal, commit: scene.desired.commit }),
  ]);
  const history = registry.read((all) => listHistory(all, { slot: name, limit: historyLimit }));
  const status = serviceStatus(scene, standing, { name, past: { history, wantedBy, usage, zone: 'local' } });
  return { ...status, exit: worst(planExit(narrow(seen.plan, { services: [name] })), rowsExit(rows)) };
}
