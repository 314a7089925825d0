import type { KindView } from '../model/contract.ts';

/** Secret name → mark of the value that something was filled with; never a value (specs/0059). */
export type ValueMarks = Readonly<Record<string, string>>;

/** What a secret's observation says of where its value comes from. */
interface Origin {
  readonly file: string | null;
  readonly isLocked?: boolean;
}

/** What a value is marked with while the node has no key of its own yet: it tells nothing (specs/0016). */
const unkeyed = 'unkeyed';

/** Marks of the values that secrets have right now. One that nobody gives a value has none. */
export function valueMarks(names: readonly string[], view: Pick<KindView, 'observed'>): ValueMarks {
  return Object.fromEntries(
    names.flatMap((name) => {
      const mark = originOf(name, view)?.file;
      return mark === null || mark === undefined || mark === unkeyed ? [] : [[name, mark]];
    }),
  );
}

/**
 * Which of these secrets have another value now than what was filled in. One whose value cannot be told, then or now, counts as
 * the same: what we do not know restarts nobody.
 */
export function rotated(names: readonly string[], filled: ValueMarks, view: KindView): readonly string[] {
  const now = valueMarks(names, view);
  return names.filter((name) => now[name] !== undefined && filled[name] !== undefined && now[name] !== filled[name]);
}

/** Why a value cannot be filled in although its secret is there, with what to do about it; undefined: it can. */
export function unfillable(names: readonly string[], view: KindView): { on: string; message: string } | undefined {
  for (const name of names) {
    const origin = originOf(name, view);
    if (origin === undefined) continue;
    const on = `secret ${name}`;
    if (origin.file === null) return { on, message: notGivenBack(name) };
    if (origin.isLocked === true) return { on, message: lockedSecret(name) };
  }
  return undefined;
}

function notGivenBack(name: string): string {
  return `secret ${name} is podman's own, which does not give its value back to be filled into a file: reconcile secret set ${name}`;
}

/** The repository has a value, and this node has no key at all. */
export function lockedSecret(name: string): string {
  return `secret ${name} is encrypted and this node has no key: reconcile secret key, its line into secrets/recipients.txt, then reconcile secret set ${name}`;
}

function originOf(name: string, view: Pick<KindView, 'observed'>): Origin | undefined {
  return view.observed.resources[`secret/${name}`]?.state as unknown as Origin | undefined;
}
