import { describe, expect, it } from 'vitest';
import type { KindView } from '../../model/contract.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { type ImageState, image } from './index.ts';

// Which images of the past stay. What removes them, and when, is the planner's.

type Seen = ObservedResource<ImageState>;

function seen(ref: string, at: number | undefined, services = ['web']): Seen {
  const ours = at === undefined ? {} : { ours: { at, services } };
  return {
    key: `image/${ref}`,
    kind: 'image',
    slot: `image/${ref}`,
    services: [],
    owner: 'managed',
    state: { imageId: `id-${ref}`, digest: null, pinnedLocal: true, bytes: 1, ...ours },
    health: 'none',
    references: [],
    claims: [],
  };
}

function kept(of: Seen, others: readonly object[], more: { attempts?: object; desired?: readonly string[] } = {}) {
  const all = [of, ...others] as readonly Seen[];
  const view = {
    desired: {
      stages: [{ name: 'first' }, { name: 'last' }],
      services: { web: { stage: 1 }, dns: { stage: 0 } },
      resources: Object.fromEntries((more.desired ?? []).map((ref) => [`image/${ref}`, {}])),
    },
    observed: { resources: Object.fromEntries(all.map((one) => [one.key, one])) },
    history: { attempts: more.attempts ?? {} },
  } as unknown as KindView;
  return image.keeps?.(of, view);
}

const run = (owner: string, imageId: string) => ({
  key: `container/${owner}`,
  kind: 'container',
  owner,
  state: { imageId },
});

describe('an image that no definition names', () => {
  it('goes when a newer one of the past is there', () => {
    expect(kept(seen('r/web:1', 1), [seen('r/web:2', 2), seen('r/web:3', 3)], { desired: ['r/web:3'] })).toBe(false);
  });

  it.each<[string, Seen, readonly object[], object]>([
    [
      'the one before the present one',
      seen('r/web:2', 2),
      [seen('r/web:1', 1), seen('r/web:3', 3)],
      { desired: ['r/web:3'] },
    ],
    ['with other programs beside it', seen('r/web:1', 1), [seen('r/api:2', 2), seen('r:5000/web:3', 3)], {}],
    ['one we did not bring', seen('r/web:1', undefined), [seen('r/web:2', 2)], {}],
    ['one that somebody else runs', seen('r/web:1', 1), [seen('r/web:2', 2), run('foreign', 'id-r/web:1')], {}],
    ['of a stage before the last', seen('r/dns:1', 1, ['web', 'dns']), [seen('r/dns:2', 2)], {}],
    ['one whose removal failed', seen('r/web:1', 1), [seen('r/web:2', 2)], { attempts: { 'image/r/web:1': {} } }],
  ])('stays: %s', (_, of, others, more) => {
    expect(kept(of, others, more)).toBe(true);
  });

  it('is not kept by a container of ours: its own leaving frees the image', () => {
    expect(kept(seen('r/web:1', 1), [seen('r/web:2', 2), run('managed', 'id-r/web:1')])).toBe(false);
  });
});
