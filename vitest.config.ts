import { defineConfig } from 'vitest/config';

// Against what never comes; a busy machine is no failure.
const expectations = { expect: { poll: { timeout: 15_000 } } };

// One file at a time: they share one podman, and some harm it.
const real = { testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false, maxWorkers: 1, ...expectations };

// As pure as the rest, and ten seconds or more each: worlds by the thousand, kills by the hundred, whole commands over git.
const long = [
  'test/properties/planner.test.ts',
  'test/faults/gate.test.ts',
  'test/dry-run.test.ts',
  'packages/cli/edit/{commit,follow}.test.ts',
];

const pure = {
  globalSetup: ['test/own-directory.ts'],
  // All processors: vitest would leave one idle.
  maxWorkers: '100%',
  // Against tests that hang; a busy machine is no failure.
  testTimeout: 30_000,
  hookTimeout: 30_000,
  ...expectations,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'test/*.test.ts', 'test/{plans,properties,crash,faults}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.real.test.ts', ...long],
          ...pure,
        },
      },
      { test: { name: 'long', include: long, ...pure } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts', 'packages/**/*.real.test.ts'], ...real } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...real } },
    ],
  },
});
