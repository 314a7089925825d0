import type { Verdict } from '@reconcile/agent/request';
import { shortDuration, versionOf } from '@reconcile/core/render';
import type { FileVersion } from '@reconcile/source/git';
import { readToml } from '@reconcile/spec/toml';

/** A version of a definition to go back to, and why this one. */
export interface GoBack {
  readonly text: string;
  /** `as of 5c0aa12 "notes 1.4.2" (ops, 3d ago): …` */
  readonly because: string;
  /** For the commit's subject: `5c0aa12`, `1.4.2`. */
  readonly name: string;
}

export interface GoBackQuestion {
  /** Newest first; the first is what the branch has now. */
  readonly versions: readonly FileVersion[];
  readonly text: string;
  readonly now: number;
  /** What this node knows of a text; undefined where there is no node to ask. */
  readonly judge: ((text: string) => Promise<Verdict>) | undefined;
}

/** Older versions than this are nobody's last one. */
const mostLooked = 10;

/**
 * Where `rollback` goes by itself: to the version this node knew to be good last, else to the one before. A version that
 * failed here is passed over. What came after an earlier rollback to this same text counts as undone, so that a second
 * rollback goes further back and not forward again.
 */
export async function lastGoodVersion(question: GoBackQuestion): Promise<GoBack | undefined> {
  const { judge, now } = question;
  let before: GoBack | undefined;
  for (const version of earlier(question).slice(0, mostLooked)) {
    const verdict = (await judge?.(version.text)) ?? 'unknown';
    if (verdict === 'good') return goBack(version, now, 'the version that was last good on this node');
    if (verdict === 'unknown') before ??= goBack(version, now, 'the version before this one');
  }
  return before;
}

/** `--to`: a commit of the file's history, or the newest earlier version with an image of that tag. */
export function versionNamed(question: GoBackQuestion, name: string): GoBack | undefined {
  const isCommit = /^[0-9a-f]{4,40}$/.test(name);
  for (const version of present(question.versions)) {
    if (isCommit && version.commit.startsWith(name)) return goBack(version, question.now, `commit ${name}`);
    if (version.text !== question.text && tagsOf(version.text).includes(name))
      return { ...goBack(version, question.now, `the newest earlier version with ${name}`), name };
  }
  return undefined;
}

/** Versions a person may name, newest first: `1.4.2 (5c0aa12)`. */
export function knownVersions({ versions }: GoBackQuestion): string[] {
  return present(versions)
    .slice(0, mostLooked)
    .map(({ commit, text }) => `${tagsOf(text).join('+') || 'no image'} (${commit.slice(0, 7)})`);
}

interface Present extends FileVersion {
  readonly text: string;
}

function present(versions: readonly FileVersion[]): Present[] {
  return versions.filter((version): version is Present => version.text !== undefined);
}

/** Versions older than the first time the file read as it does now, each text once. */
function earlier({ text, versions }: GoBackQuestion): Present[] {
  const there = present(versions);
  const since = there.findLastIndex((version) => version.text === text);
  const seen = new Set([text]);
  return there.slice(since + 1).filter((version) => !seen.has(version.text) && seen.add(version.text) !== undefined);
}

function goBack({ at, author, commit, message, text }: Present, now: number, why: string): GoBack {
  const name = commit.slice(0, 7);
  const because = `${name} "${message}" (${author}, ${shortDuration(now - at)} ago): ${why}`;
  return { text, because, name };
}

/** Tags of all images in a definition, in its order. */
function tagsOf(text: string): string[] {
  const tags: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'image' && typeof entry === 'string' && !entry.startsWith('same:')) tags.push(versionOf(entry));
      else visit(entry);
    }
  };
  visit(readToml('', Buffer.from(text)).raw);
  return [...new Set(tags)].filter((tag) => tag !== '');
}
