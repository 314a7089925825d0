import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

/** What the source says, and what lies in it without counting. */
export async function source({ config, loaded }: Examined): Promise<Finding[]> {
  if (config === undefined || loaded === undefined) return [];
  const { diagnostics, trouble, warnings } = loaded;
  return [
    ...(trouble === undefined
      ? []
      : [
          finding('SOURCE_TROUBLE', 'error', {
            what: config.source.path,
            wanted: 'its newest state',
            actual: `${trouble.code}: ${trouble.message}`,
            fix: trouble.hint,
          }),
        ]),
    ...warnings.map(({ code, message, path }) =>
      finding('SOURCE_ASIDE', 'warning', {
        what: path,
        wanted: 'in the committed snapshot, or gone',
        actual: message,
        fix:
          code === 'Ignored'
            ? `git -C ${config.source.path} check-ignore -v ${path}`
            : `git -C ${config.source.path} status ${path}`,
      }),
    ),
    ...diagnostics.flatMap(({ code, file, hint, message, severity }) =>
      severity === 'warning' && code === 'Placement'
        ? [
            finding('FLEET_DISAGREES', 'warning', {
              what: file,
              wanted: 'fleet.toml and node.toml agree',
              actual: message,
              fix: hint ?? `correct ${file} or ${config.path}`,
            }),
          ]
        : [],
    ),
  ];
}
