import { edgeLack } from '../standing/scene.ts';
import type { Case } from './case.ts';
import { serviceOf } from './case.ts';

/** What to type or edit next; the most likely first. */
export function nextSteps(of: Case): string[] {
  const { facts, row, scene, slot, wanted } = of;
  const file = `services/${serviceOf(of)}.toml`;
  const hold = scene.holds.get(slot);
  const undo = facts.wantedBy === undefined ? [] : [`git revert ${facts.wantedBy.commit.slice(0, 7)}`];
  const lack = edgeLack(scene, slot);
  // After the semicolon it says what to do.
  if (lack !== undefined) return lack.message.split('; ').slice(1);
  if (row.grade === 'refused') return [`change [policy] in ${facts.configPath}, or ${file}`];
  if (hold?.code === 'KnownBad')
    return [`reconcile logs ${row.name} --previous`, `fix ${file} and commit`, `reconcile retry ${row.name}`, ...undo];
  if (hold !== undefined)
    return ['reconcile plan', ...(hold.confirmable ? [`reconcile apply --confirm ${hold.id}`] : [])];
  if (row.grade === 'leaving') return ['reconcile plan'];
  if (wanted?.active === false) return [`reconcile start ${serviceOf(of)}`];
  const missing = missingSteps(of);
  if (missing.length > 0) return missing;
  const port = portStep(of, file);
  const tried = scene.history.attempts[slot] !== undefined || scene.waits.get(slot)?.code === 'BackingOff';
  if (row.grade === 'failing' || tried)
    return [
      ...port,
      ...(wanted?.kind === 'job' || row.container !== '' ? [`reconcile logs ${row.name}`] : []),
      `fix ${file} and commit`,
      `reconcile retry ${row.name}`,
    ];
  if (port.length > 0) return port;
  return row.grade === 'changing' ? [`reconcile -s ${serviceOf(of)}`] : [];
}

/** Things that only a person can put there. */
function missingSteps({ facts, scene, wanted }: Case): string[] {
  return (wanted?.references ?? []).flatMap((ref) => {
    const wait =
      'key' in ref
        ? scene.plan.waiting.find((one) => one.key === ref.key && ['Missing', 'DataMissing'].includes(one.code))
        : undefined;
    if (wait === undefined) return [];
    if (wait.code === 'DataMissing') return [`mount ${wait.on}`];
    if (wait.key.startsWith('volume/')) return [`mkdir -p ${wait.on}`];
    const name = wait.key.slice(wait.key.indexOf('/') + 1);
    return wait.key.startsWith('secret/') ? [`write it to ${facts.secretsDir}/${name} (mode 0600)`] : [];
  });
}

/** The program listens, only elsewhere: said as the line to write. */
function portStep({ facts, seen, wanted }: Case, file: string): string[] {
  const [port, ...more] = facts.listens ?? [];
  if (seen?.health !== 'unhealthy' && facts.probe?.healthy !== false) return [];
  const spec = wanted?.spec as unknown as { routes?: readonly { containerPort: number | null }[] } | undefined;
  if (port === undefined || more.length > 0 || spec?.routes?.length !== 1) return [];
  if (spec.routes[0]?.containerPort === port) return [];
  return [`in ${file}, below its route: container_port = ${port}`];
}
