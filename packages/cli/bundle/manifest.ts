/** The package.json of the package that people install, from the workspace's own. */
export function packageManifest(
  own: { version: string; license: string },
  workspace: { description: string; engines: { node: string } },
): string {
  const manifest = {
    name: 'reconcile',
    version: own.version,
    description: workspace.description,
    license: own.license,
    engines: workspace.engines,
    os: ['linux'],
    bin: { reconcile: 'bin/reconcile.js' },
    files: ['bin', 'lib', 'native', 'dashboard', 'THIRD_PARTY_LICENSES'],
    scripts: { postinstall: 'node lib/installed.js' },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
