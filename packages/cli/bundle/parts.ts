import { join } from 'node:path';
import { bundleScript } from './script.ts';

/**
 * The bundle's files in `lib/`, in the order in which they are looked through: what every start needs, what asks podman, what a
 * look at the node needs as well, what a pass does, what reads definitions, what nodes with a proxy, names or certificates need,
 * everything else, and large libraries that few need. Each has V8's compiled code beside it and is read when a module of it is
 * first asked for.
 */
export const bundleFiles = [
  'reconcile.js',
  'reconcile-early.js',
  'reconcile-look.js',
  'reconcile-pass.js',
  'reconcile-read.js',
  'reconcile-ingress.js',
  'reconcile-rest.js',
  'reconcile-x509.js',
  'reconcile-http.js',
  'reconcile-grpc.js',
  'reconcile-acme.js',
] as const;
export type BundleFile = (typeof bundleFiles)[number];

/** Those that every look reads, and most of whose functions a plan of many services calls. */
export const wholeFiles: ReadonlySet<string> = new Set<BundleFile>([
  'reconcile.js',
  'reconcile-early.js',
  'reconcile-look.js',
]);

/** The bundle's first module. */
export const firstModule = 'main.js';

/** Node's own wrapper of a CommonJS module. */
type ModuleBody = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void;

/** Runs the modules of the bundle in `lib`; `outer` finds what is not in it: Node's own and SQLite's native half. */
export function runBundle(lib: string, outer: NodeJS.Require): void {
  const bodies = new Map<string, ModuleBody>();
  const loaded = new Map<string, { exports: object }>();
  const unread: BundleFile[] = [...bundleFiles];

  const bodyOf = (name: string): ModuleBody => {
    for (;;) {
      const body = bodies.get(name);
      if (body !== undefined) return body;
      const file = unread.shift();
      if (file === undefined) throw new Error(`the installation is damaged: ${name} is missing in ${lib}`);
      const path = join(lib, file);
      const found = bundleScript(path, `${path}.cache`).runInThisContext() as Readonly<Record<string, ModuleBody>>;
      for (const [key, value] of Object.entries(found)) bodies.set(key, value);
    }
  };
  const load = (id: string): unknown => {
    if (!id.startsWith('./')) return outer(id);
    const name = id.slice(2);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const unit = { exports: {} };
    // Before it runs: modules may meet in a circle.
    loaded.set(name, unit);
    bodyOf(name)(unit.exports, load, unit, join(lib, name), lib);
    return unit.exports;
  };
  load(`./${firstModule}`);
}
