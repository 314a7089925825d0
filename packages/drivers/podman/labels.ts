import { canonicalJson, type Json } from '@reconcile/core';
import { type ContainerSpec, withoutValues } from '@reconcile/core/kinds/container';

export const labelPrefix = 'io.reconcile.';
const name = (word: string) => `${labelPrefix}${word}`;

/** Our labels (specs/0004). */
export const labels = {
  fleet: name('fleet'),
  node: name('node'),
  slot: name('slot'),
  key: name('key'),
  schema: name('schema'),
  spec: name('spec'),
  /** On a job's run instead of `key`: its slot. */
  job: name('job'),
  /** On a job's run: what the run is for, so that a repeated `run` finds its own. */
  run: name('run'),
} as const;

export type LabelMap = Readonly<Record<string, string>>;

/** Who made it: enough to know that a network, volume or secret is ours. */
export interface Maker {
  readonly fleet: string;
  readonly node: string;
}

export function makerLabels(maker: Maker): Record<string, string> {
  return { [labels.fleet]: maker.fleet, [labels.node]: maker.node };
}

export function isOurs(of: LabelMap, maker: Maker): boolean {
  return of[labels.fleet] === maker.fleet && of[labels.node] === maker.node;
}

/** Specs over this many bytes live in the ledger only: argv and labels have limits of their own. */
const longestSpec = 32 * 1024;

/** Schema and canonical spec, as labels. */
export function specLabels(spec: Json, schema: number): Record<string, string> {
  const text = canonicalJson(spec);
  const short = Buffer.byteLength(text) <= longestSpec;
  return { [labels.schema]: String(schema), ...(short ? { [labels.spec]: text } : {}) };
}

/** Everything a container of ours says of itself. */
export function containerLabels(
  maker: Maker,
  of: { readonly slot: string; readonly name: string; readonly spec: ContainerSpec; readonly schema: number },
): Record<string, string> {
  return {
    ...makerLabels(maker),
    [labels.slot]: of.slot,
    [labels.key]: `container/${of.name}`,
    ...specLabels(withoutValues(of.spec) as unknown as Json, of.schema),
  };
}

/** The spec that labels carry; undefined when they carry none that can be read. */
export function specOf(of: LabelMap): { readonly spec: Json; readonly schema: number } | undefined {
  const text = of[labels.spec];
  const schema = Number(of[labels.schema] ?? Number.NaN);
  if (text === undefined || !Number.isInteger(schema)) return undefined;
  try {
    return { spec: JSON.parse(text) as Json, schema };
  } catch {
    return undefined;
  }
}

/** An image with labels of ours could make any container of it look ours. */
export function imposes(of: LabelMap): boolean {
  return Object.keys(of).some((key) => key.startsWith(labelPrefix));
}
