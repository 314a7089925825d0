import type { FailpointPlace } from '@reconcile/engine';
import type { ChangeName } from './changes.ts';

// Every boundary at which a pass can be stopped dead: the steps of a pass and every verb of every kind, before its effect, after it,
// after its record (specs/0052). With the changes in which it comes.

interface Boundary {
  readonly places: readonly FailpointPlace[];
  readonly changes: readonly ChangeName[];
  /** Where it cannot be reached. */
  readonly notOn?: 'fake';
}

const all: readonly FailpointPlace[] = ['before', 'after', 'recorded'];
const comes = (...changes: ChangeName[]): Boundary => ({ places: all, changes });

export const boundaries: Readonly<Record<string, Boundary>> = {
  'pass.source': { places: all, changes: ['replace', 'replace-volume', 'file-signal'], notOn: 'fake' },
  'pass.prepare': { places: ['before', 'after'], changes: ['replace', 'replace-volume', 'file-restart', 'undeploy'] },
  'pass.intents': { places: ['before', 'recorded'], changes: ['replace', 'replace-volume', 'deploy', 'undeploy'] },
  'pass.finish': { places: ['before', 'recorded'], changes: ['replace', 'replace-volume', 'file-exec'] },
  'image.pull': comes('image', 'image-third'),
  'image.delete': comes('image-third'),
  'network.create': comes('deploy', 'first'),
  'network.delete': comes('undeploy'),
  'volume.create': comes('deploy', 'first'),
  'secret.create': comes('deploy'),
  'secret.delete': comes('undeploy'),
  'port-lease.acquire': comes('replace', 'replace-volume', 'deploy', 'first'),
  'port-lease.delete': comes('replace', 'replace-volume', 'undeploy'),
  'file.create': comes('replace', 'deploy', 'first'),
  'file.update': comes('file-restart', 'file-signal', 'file-exec'),
  'file.delete': comes('replace', 'undeploy'),
  'container.create': comes('replace', 'replace-volume', 'deploy', 'first'),
  'container.start': comes('replace', 'replace-volume', 'file-restart', 'deploy', 'first'),
  'container.await': comes('replace', 'replace-volume', 'file-restart', 'file-signal', 'deploy', 'first'),
  'container.alias': comes('replace'),
  'container.signal': comes('file-signal'),
  'container.exec': comes('file-exec'),
  'container.drain': comes('replace', 'replace-volume', 'file-restart', 'undeploy'),
  'container.stop': comes('replace', 'replace-volume', 'file-restart', 'undeploy'),
  'container.delete': comes('replace', 'replace-volume', 'undeploy'),
  'job.run': comes('deploy'),
  'listener.create': comes('deploy', 'first'),
  'listener.update': comes('bind'),
  'listener.delete': comes('undeploy'),
  'certificate.create': comes('deploy', 'first'),
  'certificate.update': comes('certificate'),
  'certificate.delete': comes('undeploy'),
  'route.create': comes('deploy', 'first'),
  'route.update': comes('replace', 'replace-volume'),
  'route.park': comes('replace-volume', 'file-restart'),
  'route.unpark': comes('file-restart'),
  'route.delete': comes('undeploy'),
  'record.create': comes('deploy', 'first'),
  'record.update': comes('address'),
  'record.delete': comes('undeploy'),
};

export type GroundName = 'fake' | 'podman';

export interface Point {
  /** `after container.create`. */
  readonly name: string;
  readonly place: FailpointPlace;
  readonly boundary: string;
  readonly changes: readonly ChangeName[];
}

/** Those that a ground can reach and whose name holds the pattern (`*`: anything), those of a boundary side by side. */
export function pointsOf(ground: GroundName, pattern = ''): readonly Point[] {
  const wanted = new RegExp(pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'));
  return Object.entries(boundaries).flatMap(([boundary, { changes, notOn, places }]) =>
    notOn === ground
      ? []
      : places
          .map((place) => ({ name: `${place} ${boundary}`, place, boundary, changes }))
          .filter(({ name }) => wanted.test(name)),
  );
}
