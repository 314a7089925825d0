import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Metafile, transform } from 'esbuild';
import { type BundleFile, bundleFiles, firstModule } from './parts.ts';

// The command as few files: esbuild splits it wherever something is imported dynamically, and those pieces that are used
// together are put into one file again. A piece that is in no list is only read later, never missing.

/** What is imported dynamically on the way, by file. */
const used: Readonly<Record<BundleFile, readonly string[]>> = {
  'reconcile.js': ['packages/cli/main.ts'],
  'reconcile-early.js': [
    'packages/cli/frame/early.ts',
    'packages/host/reading/index.ts',
    'packages/agent/wire/early/index.ts',
  ],
  'reconcile-look.js': [
    'packages/cli/commands/apply.ts',
    'packages/cli/commands/plan.ts',
    'packages/agent/config/quick/index.ts',
    'packages/agent/node/index.ts',
    'packages/agent/desired/index.ts',
    'packages/agent/look/index.ts',
    'packages/agent/wire/observers/index.ts',
    'packages/registry/index.ts',
    'packages/source/reading/index.ts',
  ],
  'reconcile-pass.js': [
    'packages/cli/frame/writer.ts',
    'packages/cli/commands/pass.ts',
    'packages/agent/order/index.ts',
    'packages/agent/parachute/index.ts',
    'packages/agent/pass/index.ts',
    'packages/agent/remote/index.ts',
    'packages/agent/wire/certificates/driver.ts',
    'packages/agent/wire/certificates/drivers.ts',
    'packages/agent/wire/records/driver.ts',
    'packages/agent/wire/records/drivers.ts',
  ],
  'reconcile-read.js': [
    'packages/agent/desired/read.ts',
    'packages/agent/config/read.ts',
    'packages/agent/config/schema.ts',
  ],
  'reconcile-ingress.js': [
    'packages/agent/wire/settings/haproxy-table.ts',
    'packages/drivers/haproxy/settings/index.ts',
    'packages/drivers/haproxy/observe/index.ts',
    'packages/drivers/haproxy/index.ts',
    ...['acme', 'cert-files', 'dns-exec', 'hosts', 'internal-ca', 'rfc2136'].flatMap((driver) =>
      ['table/', 'observe/', ''].map((half) => `packages/drivers/${driver}/${half}index.ts`),
    ),
  ],
  'reconcile-rest.js': [],
  'reconcile-x509.js': ['packages/drivers/internal-ca/authority/sign.ts'],
  'reconcile-http.js': ['packages/agent/http/index.ts'],
  'reconcile-grpc.js': [
    'packages/drivers/mcproxy/observe/library.ts',
    'packages/rpc/library.ts',
    'packages/host/net/grpc-library.ts',
  ],
  'reconcile-acme.js': ['packages/drivers/acme/apply/library.ts'],
};

type Output = Metafile['outputs'][string];

/** Writes the bundle's files into `lib`. `prelude` goes before modules that mention `bundleUrl`. */
export async function writeBundle(
  lib: string,
  { options, entry, prelude }: { options: BuildOptions; entry: string; prelude: string },
): Promise<Metafile> {
  const made = await build({
    ...options,
    format: 'esm',
    splitting: true,
    entryPoints: { [basename(firstModule, '.js')]: entry },
    outdir: lib,
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(made.metafile.outputs).map(([path, output]) => [basename(path), output]));
  const texts = new Map<string, string>();
  const imports = new Map<string, readonly string[]>();
  for (const file of made.outputFiles) {
    // Imported for its effects alone: no package here has any (`sideEffects` of each), and zod would be read at every look.
    const text = file.text.replace(/^import "\.\/[^"]+";$/gm, '');
    imports.set(
      basename(file.path),
      [...text.matchAll(/\bfrom "\.\/([^"]+)";$/gm)].map(([, name = '']) => name),
    );
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      charset: 'ascii',
      // What the loader runs cannot import(); esbuild then calls require().
      supported: { 'dynamic-import': false },
    });
    texts.set(basename(file.path), code.includes('bundleUrl') ? `${prelude}\n${code}` : code);
  }
  const homes = homesOf(outputs, imports);
  for (const file of bundleFiles) {
    const names = [...texts.keys()].filter((name) => homes.get(name) === file).sort();
    const head = '(exports, require, module, __filename, __dirname)';
    const modules = names.map((name) => `${JSON.stringify(name)}: function ${head} {${texts.get(name)}\n}`);
    writeFileSync(join(lib, file), `({\n${modules.join(',\n')}\n})\n`);
  }
  return made.metafile;
}

/** Module → the first file whose list reaches it by static imports. */
function homesOf(
  outputs: ReadonlyMap<string, Output>,
  imports: ReadonlyMap<string, readonly string[]>,
): Map<string, BundleFile> {
  const homes = new Map<string, BundleFile>();
  const visit = (name: string, file: BundleFile): void => {
    if (homes.has(name)) return;
    homes.set(name, file);
    for (const next of imports.get(name) ?? []) visit(next, file);
  };
  for (const file of bundleFiles) {
    for (const [name, { entryPoint }] of outputs)
      if (entryPoint !== undefined && used[file].includes(entryPoint)) visit(name, file);
  }
  for (const name of outputs.keys()) visit(name, 'reconcile-rest.js');
  return homes;
}
