import type { NodeFacts } from '@reconcile/core';
import type { ImageSpec } from '@reconcile/core/kinds/image';
import type { ServiceDefinition } from '../model/index.ts';

/**
 * How an image is had: built where a service says so and the node has the sources, else pulled. One image is one thing,
 * whichever of its users says how to build it; `services` are asked in order.
 */
export function imageSpec(ref: string, services: readonly ServiceDefinition[], node: NodeFacts): ImageSpec {
  if (node.workspace === null) return { build: null, ref };
  for (const service of services) {
    const file = containerfile(ref, service);
    if (file === undefined) continue;
    const context = [node.workspace.replace(/\/+$/, ''), service.path].filter((part) => part !== '').join('/');
    return { build: { context, file: `${context}/${file}` }, ref };
  }
  return { build: null, ref };
}

/** `[build.images]` names repositories without registry: they match the last parts of the reference. */
function containerfile(ref: string, service: ServiceDefinition): string | undefined {
  const name = ref.split('@')[0] ?? '';
  const colon = name.lastIndexOf(':');
  const path = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  return Object.entries(service.builds).find(([repository]) => path.endsWith(`/${repository}`))?.[1];
}
