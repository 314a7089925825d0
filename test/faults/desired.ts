import { createHash } from 'node:crypto';
import { type Desired, defaultBlast, type NodeFacts, type SourceSnapshot } from '@reconcile/core';
import { compile } from '@reconcile/spec/compile';
import { parseSnapshot } from '@reconcile/spec/parse';
import { addresses, filesOf, listeners, type Places, type World } from './world.ts';

/** A world as its commit holds it, and what a node makes of it. */
export interface Compiled {
  readonly snapshot: SourceSnapshot;
  readonly desired: Desired;
}

const kept = new Map<string, Promise<Compiled>>();

/** Each world is compiled once. */
export function compiledWorld(world: World, places: Places): Promise<Compiled> {
  const key = JSON.stringify([world, places]);
  const made = kept.get(key) ?? compileWorld(world, places, createHash('sha1').update(key).digest('hex'));
  kept.set(key, made);
  return made;
}

async function compileWorld(world: World, places: Places, commit: string): Promise<Compiled> {
  const files = new Map<string, Uint8Array>();
  for (const [path, text] of Object.entries(filesOf(world, places)))
    if (text !== undefined) files.set(path, Buffer.from(text));
  const { definitions, diagnostics, fleet } = await parseSnapshot(files);
  const snapshot: SourceSnapshot = {
    source: 'git',
    commit,
    message: '',
    author: '',
    at: 0,
    files,
    allows: [],
    warnings: [],
  };
  const made = compile({ snapshot, definitions, fleet, node: factsOf(world, places), generation: 0 });
  const wrong = [...diagnostics, ...made.diagnostics].filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(`the bench's own definitions: ${JSON.stringify(wrong)}`);
  return { snapshot, desired: made.desired };
}

function factsOf({ address, bind }: World, { data }: Places): NodeFacts {
  return {
    node: 'rift',
    addresses: [{ name: 'loopback', ip: addresses[address] }],
    listeners: {
      [listeners.tls]: { bind: ['127.0.0.1:20443'], tls: true },
      [listeners.plain]: { bind: [`127.0.0.1:${20_080 + bind}`], tls: false },
      [listeners.extra]: { bind: ['127.0.0.1:20444'], tls: true },
    },
    workspace: null,
    policy: { mounts: [data], images: ['*'], flags: [], blast: defaultBlast },
  };
}
