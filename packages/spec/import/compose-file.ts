import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';

/** A compose file: its values, merged, and the line of each key. */
export interface ComposeDocument {
  readonly value: unknown;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  /** Line of the key (or list entry) at a path; of the nearest one above where it came by a merge. */
  lineOf(path: readonly (string | number)[]): number;
}

/** YAML 1.2 with merge keys; anchors cannot be blown up beyond measure. */
export function readCompose(text: string): ComposeDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: counter, prettyErrors: false });
  const errors = document.errors.map((error) => ({ line: counter.linePos(error.pos[0]).line, message: error.message }));
  const at = (node: unknown) => (isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined);
  const lines = (path: readonly (string | number)[]) => lineOf(document, path, at);
  if (errors.length > 0) return { value: undefined, errors, lineOf: lines };
  try {
    return { value: document.toJS({ maxAliasCount: 1000 }), errors, lineOf: lines };
  } catch (error) {
    // Anchors within anchors, beyond measure.
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, errors: [{ line: 1, message }], lineOf: lines };
  }
}

function lineOf(
  document: Document,
  path: readonly (string | number)[],
  at: (node: unknown) => number | undefined,
): number {
  let node: unknown = document.contents;
  let line = at(node) ?? 1;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const found = stepInto(document, node as Node, step);
    if (found === undefined) return line;
    line = at(found.key) ?? at(found.value) ?? line;
    node = found.value;
  }
  return line;
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
}

function stepInto(document: Document, node: Node, step: string | number): Found | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair === undefined ? merged(document, node, step) : { key: pair.key, value: pair.value };
  }
  if (isSeq(node) && typeof step === 'number') {
    const value = node.items[step];
    return value === undefined ? undefined : { key: value, value };
  }
  return undefined;
}

/** From what `<<` brings, where it stands there. */
function merged(document: Document, node: YAMLMap, step: string | number): Found | undefined {
  for (const { key, value } of node.items) {
    // The parser's own key of a merge is a symbol of that name.
    if (!isScalar(key) || !['<<', 'Symbol(<<)'].includes(String(key.value))) continue;
    for (const source of isSeq(value) ? value.items : [value]) {
      const from = isAlias(source) ? source.resolve(document) : source;
      const found = isMap(from) ? stepInto(document, from, step) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
