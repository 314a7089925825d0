import { asProblem } from '../as-problem.ts';
import {
  problem,
  type SnapshotOptions,
  type Source,
  type SourceContext,
  type SourceOutcome,
  type SourceResult,
} from '../contract.ts';
import { git } from './command.ts';
import { parseCommit } from './commit-object.ts';
import { findEdits } from './edits.ts';
import { resolveRef } from './head.ts';
import { checkHistory, readAllows } from './history.ts';
import { findPlace, type Place } from './place.ts';
import { readCommit } from './read-commit.ts';
import { isCommitId } from './ref.ts';
import { checkSettings, type GitSettings } from './settings.ts';
import { watchRef } from './watch.ts';

/** Desired state from committed files of one branch. @throws SOURCE_SETTINGS */
export function gitSource(settings: GitSettings): Source {
  checkSettings(settings);
  return {
    kind: 'git',
    head: (cx) =>
      asProblem(settings.path, async () => {
        const place = await findPlace(cx.host, settings);
        return place.ok === undefined ? place : resolveRef(cx, place.ok.repository, place.ok.ref);
      }),
    snapshot: (cx, options = {}) => asProblem(settings.path, () => readSnapshot(cx, settings, options)),
    async watch(cx, onHint) {
      const place = await findPlace(cx.host, settings);
      if (place.ok !== undefined) watchRef(place.ok, cx.signal, onHint);
    },
  };
}

async function readSnapshot(cx: SourceContext, settings: GitSettings, options: SnapshotOptions): Promise<SourceResult> {
  const { subdir, branch } = settings;
  const place = await findPlace(cx.host, settings);
  if (place.ok === undefined) return place;
  const { repository } = place.ok;
  const head = await (options.ref === undefined
    ? resolveRef(cx, repository, place.ok.ref)
    : resolveAny(cx, place.ok, options.ref));
  if (head.ok === undefined) return head;
  const content = await readCommit(cx, repository, { commit: head.ok, subdir });
  if (content.ok === undefined) return content;
  const last =
    options.ref === undefined && options.lastCommit !== undefined && isCommitId(options.lastCommit)
      ? options.lastCommit
      : undefined;
  const moved = last !== undefined && last !== head.ok;
  const rewritten = moved ? await checkHistory(cx, repository, { last, head: head.ok }) : undefined;
  if (rewritten !== undefined && !(rewritten.problem === 'HistoryRewritten' && options.acknowledged === true))
    return rewritten;
  const facts = parseCommit(content.ok.commit);
  const allows =
    moved && rewritten === undefined ? await readAllows(cx, repository, { last, head: head.ok }) : { ok: facts.allows };
  if (allows.ok === undefined) return allows;
  const edits =
    options.withEdits === true && settings.remote === ''
      ? await findEdits(cx, repository, { files: content.ok.files, subdir, branch })
      : [];
  return {
    ok: {
      source: 'git',
      commit: head.ok,
      message: facts.message,
      author: facts.author,
      at: facts.at,
      files: content.ok.contents,
      allows: allows.ok,
      warnings: [...content.ok.warnings, ...edits],
    },
  };
}

/** Whatever a person may call a commit: a branch, a tag, `HEAD~2`, an abbreviated id. */
async function resolveAny(cx: SourceContext, place: Place, ref: string): Promise<SourceOutcome<string>> {
  const { gitDir, path } = place.repository;
  const result = await git(cx, {
    gitDir,
    args: ['rev-parse', '--verify', '-q', '--end-of-options', `${ref}^{commit}`],
  });
  const id = result.stdout.trim();
  if (result.exitCode === 0 && isCommitId(id)) return { ok: id };
  return problem('Missing', `${path}: no commit ${JSON.stringify(ref)}`, `git -C ${path} log --oneline --all`);
}
