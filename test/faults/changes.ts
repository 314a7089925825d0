import { nextTag, type World } from './world.ts';

// What happens to the world of the bench in one run, by name.

export const changeNames = [
  'first',
  'deploy',
  'undeploy',
  'replace',
  'replace-volume',
  'file-restart',
  'file-signal',
  'file-exec',
  'image',
  'image-third',
  'bind',
  'address',
  'certificate',
] as const;
export type ChangeName = (typeof changeNames)[number];

const tagged = (world: World): World => ({ ...world, tag: nextTag(world.tag) });

export interface Change {
  /** Two changes of one run are about different things. */
  readonly about: 'all' | 'extra' | 'web' | 'db' | 'pulled' | 'listener' | 'names' | 'certificate';
  /** What the world must be for it, given what it is. */
  readonly from: (world: World) => World;
  readonly to: (world: World) => World;
  /** A world it must have been before that one. */
  readonly via?: (world: World) => World;
  /** Done behind our back, once the world is as it must be. */
  readonly harm?: 'certificate';
}

const same = (world: World) => world;

function deployed(world: World): World {
  const deploys = world.deploys + 1;
  return { ...world, extra: deploys, deploys };
}

export const changes: Readonly<Record<ChangeName, Change>> = {
  /** From nothing at all: only on a ground that is new for each run. */
  first: { about: 'all', from: same, to: deployed },
  deploy: { about: 'extra', from: (world) => ({ ...world, extra: 0 }), to: deployed },
  undeploy: {
    about: 'extra',
    from: (world) => (world.extra === 0 ? deployed(world) : world),
    to: (world) => ({ ...world, extra: 0 }),
  },
  replace: { about: 'web', from: same, to: (world) => ({ ...world, web: world.web + 1 }) },
  'replace-volume': { about: 'db', from: same, to: (world) => ({ ...world, db: world.db + 1 }) },
  'file-restart': { about: 'web', from: same, to: (world) => ({ ...world, restart: world.restart + 1 }) },
  'file-signal': { about: 'web', from: same, to: (world) => ({ ...world, signal: world.signal + 1 }) },
  'file-exec': { about: 'web', from: same, to: (world) => ({ ...world, exec: world.exec + 1 }) },
  image: { about: 'pulled', from: same, to: tagged },
  /** Two are kept, so that the first goes when the third comes. */
  'image-third': { about: 'pulled', from: (world) => tagged(tagged(world)), via: tagged, to: tagged },
  bind: { about: 'listener', from: same, to: (world) => ({ ...world, bind: world.bind === 0 ? 1 : 0 }) },
  address: { about: 'names', from: same, to: (world) => ({ ...world, address: world.address === 0 ? 1 : 0 }) },
  certificate: { about: 'certificate', from: same, to: same, harm: 'certificate' },
};
