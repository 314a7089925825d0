/** A foreign file as it was read. */
export interface ImportFile {
  /** As the person named it. */
  readonly name: string;
  /** Its directory, absolute: relative paths in it are meant from there. */
  readonly dir: string;
  readonly text: string;
}

/**
 * One thing a person should know. `decide`: the definition needs an answer before it is used; `not carried`: the key has no
 * counterpart, or none that means the same; `changed`: it says the same in other words, where that may surprise.
 */
export interface ImportNote {
  readonly level: 'decide' | 'not carried' | 'changed';
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** `services.web.logging`, `[Container] PodmanArgs`. */
  readonly key: string;
  readonly message: string;
}

/** One service, ready to be written as TOML. */
export interface Draft {
  readonly name: string;
  readonly components: ComponentDraft[];
  readonly networks: { readonly name: string; readonly fields: Fields }[];
  readonly volumes: { readonly name: string; readonly fields: Fields }[];
  readonly build: Map<string, string>;
  dependsOn: string[];
  /** `path` of a build. */
  path: string | undefined;
}

export type Scalar = string | number | boolean;
export type Value =
  | Scalar
  | readonly string[]
  | readonly Readonly<Record<string, Scalar>>[]
  | Readonly<Record<string, Scalar>>;
export type Fields = Map<string, Value>;

export interface ComponentDraft {
  readonly name: string;
  readonly fields: Fields;
  readonly health: Fields;
}

export interface Imported {
  /** Path below the fleet → text. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly notes: readonly ImportNote[];
}

export function emptyDraft(name: string): Draft {
  return { name, components: [], networks: [], volumes: [], build: new Map(), dependsOn: [], path: undefined };
}
