import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// biome formats and lints; eslint adds what needs types (promises, exhaustive switches) and shows forbidden imports in the
// editor. Who may import whom stands in test/boundaries.json; test/boundaries.test.ts checks it without eslint.

const { packages, folders, libraries } = JSON.parse(
  readFileSync(new URL('./test/boundaries.json', import.meta.url), 'utf8'),
);

const tests = ['**/*.test.ts', '**/*.fixture.ts'];

/** The edges of one package, or of a folder in it that has rules of its own. */
function edges(place, may) {
  const name = place.split('/')[0];
  const says = packages[name].says;
  const closed = Object.keys(packages).filter((other) => other !== name && !may.includes(other));
  const foreign = Object.entries(libraries).filter(([, homes]) => !homes.includes(name) && !homes.includes(place));
  const patterns = [
    { group: closed.flatMap((other) => [`@reconcile/${other}`, `@reconcile/${other}/*`]), message: says },
    ...foreign.map(([library, homes]) => ({
      group: [library, `${library}/*`],
      message: `${library} lives in ${homes.join(', ')} (specs/0018-dependencies.md)`,
    })),
  ];
  if (name === 'core') patterns.push({ group: ['node:*'], message: says });
  if (place === 'core/plan') {
    patterns.push({
      group: ['**/kinds/**', '@reconcile/core', '@reconcile/core/*'],
      message: 'kinds reach the planner as an argument, so that a new kind never touches it',
    });
  }
  return {
    files: [`packages/${place}/**/*.{ts,tsx}`],
    ignores: tests,
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['**/node_modules/**', 'dist/**', '.cache/**', '**/*.gen.ts'] },
  {
    files: ['packages/**/*.{ts,tsx}', 'test/**/*.ts', 'bench/**/*.ts', 'dev.d/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-params': ['warn', 3],
    },
  },
  // Later entries win: a folder's own edges come after its package's.
  ...Object.entries(packages).map(([name, { may }]) => edges(name, may)),
  ...Object.entries(folders).map(([place, { may }]) => edges(place, may)),
  edges('core/plan', packages.core.may),
  // Folders that a library lives in.
  ...[...new Set(Object.values(libraries).flat())].flatMap((home) => {
    const [name, folder] = home.split('/');
    return folder === undefined ? [] : [edges(home, packages[name].may)];
  }),
);
