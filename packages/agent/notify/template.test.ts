import { expect, test } from 'vitest';
import type { Message } from './model.ts';
import { bodyOf, mistakeOf } from './template.ts';

const message: Message = {
  id: 'rift/web@1/failing',
  incident: 'rift/web@1',
  state: 'open',
  node: 'rift',
  fleet: 'home',
  kind: 'service',
  subject: 'web/web',
  title: 'web "x" is failing',
  cause: 'line 1\nline 2 {{node}}',
  serves: '',
  next: '',
  since: '',
  at: '',
  text: '',
};

test.each([
  ['the message itself', undefined, 'application/json', JSON.stringify(message)],
  ['text as it is', '{{node}}: {{ title }}', 'text/plain; charset=utf-8', 'rift: web "x" is failing'],
  [
    'JSON, escaped',
    '{"text": "{{title}}: {{cause}}"}',
    'application/json',
    '{"text": "web \\"x\\" is failing: line 1\\nline 2 {{node}}"}',
  ],
])('%s', (_name, template, type, text) => {
  expect(bodyOf(message, template)).toEqual({ type, text });
});

test.each([
  ['{{titel}}', /expected one of id, .*found titel/],
  ['{"text": {{title}}}', /expected JSON/],
  ['{"text": "{{title}}"', /expected JSON/],
  ['{{title}} {', undefined],
])('%s', (template, mistake) => {
  if (mistake === undefined) expect(mistakeOf(template)).toBeUndefined();
  else expect(mistakeOf(template)).toMatch(mistake);
});
