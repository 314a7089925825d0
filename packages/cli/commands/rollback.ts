import { lastGoodImages, versionJudge } from '@reconcile/agent/request';
import { line, piece } from '@reconcile/core/render';
import { listSnapshots, loadSnapshot, openRegistry, type Registry } from '@reconcile/registry';
import { fileHistory } from '@reconcile/source/git';
import { setImage } from '@reconcile/spec/edit';
import { type GoBack, type GoBackQuestion, knownVersions, lastGoodVersion, versionNamed } from '../edit/go-back.ts';
import { serviceOf } from '../edit/name.ts';
import { type EditOptions, runEdit } from '../edit/run-edit.ts';
import { type DefinitionFile, definitionOf } from '../edit/tip.ts';
import type { EditWorld } from '../edit/world.ts';
import { pathInCheckout } from '../edit/write.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';

export interface RollbackOptions extends EditOptions {
  /** A commit, or a version. */
  readonly to?: string;
}

/** Commits of one definition that are looked at. */
const mostCommits = 50;

/** `rollback S`: an earlier version of its definition is committed anew; history is never rewritten. */
export async function runRollback(cx: CliContext, name: string, options: RollbackOptions): Promise<number> {
  const service = serviceOf(name, 'rollback');
  return runEdit(cx, service, {
    options,
    make: async (world) => {
      const file = definitionOf(world.tip, service);
      const found = await withRegistry(cx, world, (registry) =>
        find(cx, world, { file, registry, service, to: options.to }),
      );
      return {
        edit: { path: file.path, text: found.text, message: `${service}: roll back to ${found.name}` },
        because: [line(piece('back to ', 'dim'), found.because)],
      };
    },
  });
}

interface Search {
  readonly service: string;
  readonly file: DefinitionFile;
  readonly to: string | undefined;
  readonly registry: Registry | undefined;
}

/** @throws NO_VERSION */
async function find(cx: CliContext, world: EditWorld, search: Search): Promise<GoBack> {
  const { file, registry, service, to } = search;
  const { config, tip } = world;
  const judged =
    config === undefined || registry === undefined
      ? undefined
      : await versionJudge(
          { config, registry, install: cx.install, signal: cx.signal },
          { service, files: tip.files, path: file.path },
        );
  const question = { versions: await versionsOf(world, file), text: file.text, now: Date.now(), judge: judged };
  const found = to === undefined ? await lastGoodVersion(question) : versionNamed(question, to);
  if (found !== undefined) return found;
  const known = registry === undefined ? undefined : await remembered(registry, search);
  if (known !== undefined) return known;
  throw noVersion(search, question);
}

async function versionsOf({ tip, write }: EditWorld, file: DefinitionFile) {
  if (tip.place.kind === 'directory') return [];
  const query = { repo: tip.place.root, path: pathInCheckout(tip.place, file.path), limit: mostCommits };
  const found = await fileHistory(write, query);
  if (found.ok !== undefined) return found.ok;
  throw fail('FLEET_UNREADABLE', {
    message: `read the history of ${file.path}`,
    actual: found.message,
    hint: found.hint,
  });
}

/** What this node knows beside git: which images were good, and whole commits that it took, whatever became of the branch. */
async function remembered(registry: Registry, search: Search): Promise<GoBack | undefined> {
  const { file, to } = search;
  if (to === undefined) return lastGoodImage(registry, search);
  if (!/^[0-9a-f]{4,40}$/.test(to)) return undefined;
  const row = registry.read(listSnapshots).find(({ commit }) => commit.startsWith(to));
  const bytes = row === undefined ? undefined : (await loadSnapshot(registry, row.commit))?.files.get(file.path);
  if (row === undefined || bytes === undefined) return undefined;
  const name = row.commit.slice(0, 7);
  return { text: Buffer.from(bytes).toString('utf8'), name, because: `${name} as this node took it` };
}

/** A directory, or a history of one commit, remembers nothing; the node still knows which images were good. */
function lastGoodImage(registry: Registry, { file, service }: Search): GoBack | undefined {
  let text = file.text;
  const images = lastGoodImages(registry, service);
  for (const [slot, image] of images) {
    const edited = setImage(text, slot.split('/')[1], image);
    if (edited.ok) text = edited.text;
  }
  if (text === file.text) return undefined;
  const names = [...new Set(images.values())].join(', ');
  return {
    text,
    name: names,
    because: `${names}: the image that was last good on this node; no earlier version is in git`,
  };
}

async function withRegistry<T>(
  cx: CliContext,
  { config }: EditWorld,
  work: (registry: Registry | undefined) => Promise<T>,
): Promise<T> {
  if (config === undefined) return work(undefined);
  const { nodePaths } = await import('@reconcile/agent/node');
  const native = cx.install.nativeBinding;
  const registry = openRegistry(nodePaths(config).registry, {
    mode: 'read',
    ...(native === undefined ? {} : { nativeBinding: native }),
  });
  try {
    return await work(registry);
  } finally {
    await registry.close();
  }
}

function noVersion({ file, service, to }: Search, question: GoBackQuestion): Error {
  const known = knownVersions(question);
  return fail('NO_VERSION', {
    message: `roll ${service} back${to === undefined ? '' : ` to ${to}`}`,
    key: file.path,
    wanted:
      to === undefined
        ? 'an earlier version that did not fail here'
        : 'a commit or an image tag of the definition’s history',
    actual: known.length === 0 ? 'git has no history of it' : `git knows ${known.join(', ')}`,
    hint: known.length === 0 ? `reconcile set ${service} image=…` : `reconcile rollback ${service} --to VERSION`,
  });
}
