import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/**
 * The dashboard's files into `dir`, each beside its gzipped self: the agent reads them from there and imports none. One script and
 * one style sheet, nothing inline: its own policy would refuse that.
 */
export async function writeDashboard(source: string, dir: string): Promise<Metafile> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const shared = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning' } as const;
  const [{ metafile }] = await Promise.all([
    build({
      ...shared,
      entryPoints: [join(source, 'app.tsx')],
      format: 'esm',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      metafile: true,
      outfile: join(dir, 'app.js'),
    }),
    build({ ...shared, entryPoints: [join(source, 'theme.ts')], format: 'iife', outfile: join(dir, 'theme.js') }),
    build({
      ...shared,
      entryPoints: [join(source, 'styles', 'app.css')],
      outfile: join(dir, 'app.css'),
      target: 'chrome123',
    }),
  ]);
  for (const file of ['index.html', 'icon.svg']) copyFileSync(join(source, file), join(dir, file));
  for (const file of readdirSync(dir)) {
    if (extname(file) === '.gz') continue;
    const body = readFileSync(join(dir, file));
    writeFileSync(join(dir, `${file}.gz`), gzipSync(body, { level: constants.Z_BEST_COMPRESSION }));
  }
  return metafile;
}
