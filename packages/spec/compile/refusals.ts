import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { JobDefinition, ServiceDefinition } from '../model/index.ts';
import type { Compilation } from './context.ts';
import { coveredBy, isBefore } from './jobs.ts';
import { seats } from './names.ts';
import { perils } from './perils.ts';
import { type Breach, breaches } from './policy.ts';

interface Specs {
  readonly specs: ReadonlyMap<string, ContainerSpec>;
  readonly jobs: readonly { readonly job: JobDefinition; readonly run: ContainerSpec }[];
}

/**
 * Components and jobs this node must not run, each with its refusal. What needs a refused job is refused with it, and so is
 * a job made from a refused component: half a service would be worse than the whole one waiting.
 */
export function refused(service: ServiceDefinition, { specs, jobs }: Specs, cx: Compilation): ReadonlySet<string> {
  const { policy } = cx.input.node;
  const reasons = new Map<string, { code: string; message: string }>();
  for (const component of service.components) {
    const spec = specs.get(component.name);
    const found =
      spec === undefined ? [] : [...breaches(spec, policy, cx.volumes), ...perils({ service, spec, component }, cx)];
    if (found.length > 0) reasons.set(component.name, explain(service, found, cx));
    else if (spec !== undefined && spec.files.length < component.files.length)
      reasons.set(component.name, missing(service, component.files, cx));
  }
  for (const { job, run } of jobs) {
    const found = [...breaches(run, policy, cx.volumes), ...perils({ service, spec: run }, cx)];
    const like = job.same !== null && reasons.has(job.same) ? job.same : undefined;
    if (found.length > 0) reasons.set(job.name, explain(service, found, cx));
    else if (like !== undefined)
      reasons.set(job.name, {
        code: 'PartRefused',
        message: `it is the same as ${service.name}/${like}, which is refused`,
      });
    if (!reasons.has(job.name) || !isBefore(job)) continue;
    for (const name of coveredBy(job, service)) {
      if (!reasons.has(name))
        reasons.set(name, {
          code: 'PartRefused',
          message: `it must not start without job ${service.name}/${job.name}, which is refused`,
        });
    }
  }
  report(service, reasons, cx);
  return new Set(reasons.keys());
}

function report(
  service: ServiceDefinition,
  reasons: ReadonlyMap<string, { code: string; message: string }>,
  cx: Compilation,
): void {
  for (const component of service.components) {
    const reason = reasons.get(component.name);
    if (reason === undefined) continue;
    for (const { slot } of seats(service, component)) cx.refusals.push({ slot, service: service.name, ...reason });
  }
  for (const job of service.jobs) {
    const reason = reasons.get(job.name);
    if (reason !== undefined)
      cx.refusals.push({ slot: `${service.name}/${job.name}`, service: service.name, ...reason });
  }
}

function explain(
  service: ServiceDefinition,
  found: readonly Breach[],
  cx: Compilation,
): { code: string; message: string } {
  const [first] = found;
  const parts = found.map((breach) => `${breach.message} (${locate(service.file, breach.needles, cx)})`);
  return {
    code: first?.code ?? 'PolicyRefused',
    message: `${parts.join('; ')}; change the definition, or allow it here: node.toml [policy] ${waiverText(found)}`,
  };
}

/** `mounts = ["/etc"], waive = ["mount:/etc"]`: what the owner of the node would have to add. */
function waiverText(found: readonly Breach[]): string {
  const values = new Map<string, Set<string>>();
  for (const { waiver } of found) values.set(waiver.key, (values.get(waiver.key) ?? new Set()).add(waiver.value));
  return [...values]
    .map(([key, texts]) => `${key} = [${[...texts].map((text) => JSON.stringify(text)).join(', ')}]`)
    .join(', ');
}

function missing(
  service: ServiceDefinition,
  files: readonly { readonly source: string }[],
  { input }: Compilation,
): { code: string; message: string } {
  const names = files
    .map((file) => `services/${service.name}/${file.source}`)
    .filter((name) => !input.snapshot.files.has(name));
  return { code: 'FileMissing', message: `${names.join(', ')} is not in the snapshot` };
}

/** `services/web.toml:12`. A search by text: the definition keeps no positions, and a refusal is rare. */
function locate(file: string, needles: readonly string[], { input }: Compilation): string {
  const bytes = input.snapshot.files.get(file);
  const text =
    bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const at = needles.map((needle) => text.indexOf(needle)).find((found) => found >= 0) ?? -1;
  return at < 0 ? file : `${file}:${text.slice(0, at).split('\n').length}`;
}
