import { describe, expect, it } from 'vitest';
import { errorFactory, errorText } from './error.ts';

const fail = errorFactory({ A: { retry: 'backoff', says: 'a' } });

describe('a chain as one line', () => {
  it.each([
    [
      'each layer its own part',
      fail('A', { message: 'create web', cause: new Error('no space') }),
      'create web: no space',
    ],
    [
      'what a layer found sums up the rest',
      fail('A', { message: 'list', actual: 'no answer in 10 s', cause: new Error('killed') }),
      'list: no answer in 10 s',
    ],
    [
      'wanted and found',
      fail('A', { message: 'read', wanted: 'JSON', actual: '"WARN"' }),
      'read: wanted JSON, found "WARN"',
    ],
    [
      'what was only wanted explains nothing yet',
      fail('A', { message: 'wait', wanted: 'within 5 s', cause: new Error('refused') }),
      'wait: wanted within 5 s: refused',
    ],
    ['one line whatever was said', fail('A', { message: 'run', actual: 'first\n  second' }), 'run: first; second'],
    ['no error at all', 'words', 'words'],
  ])('%s', (_, error, text) => {
    expect(errorText(error)).toBe(text);
  });
});
