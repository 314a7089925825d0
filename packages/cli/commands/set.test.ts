import { expect, test } from 'vitest';
import { parseAssignment } from '../edit/assignment.ts';
import { placeField } from './set.ts';

const short = 'name = "web"\nimage = "example.net/web:1"\nenv = ["LEVEL=info"]\n\n[[routes]]\nport = 8080\n';
const long =
  'name = "notes"\n\n[[components]]\nname = "db"\nimage = "example.net/db:16"\n\n[[components]]\nname = "app"\nimage = "example.net/notes:1"\n\n[[jobs]]\nname = "dump"\nimage = "same:db"\n';

const place = (text: string, component: string | undefined, word: string) => {
  const { path, values } = parseAssignment(word);
  const edited = placeField(text, component, { path, value: values[0] ?? '' });
  return edited.ok ? edited.text : edited.reason;
};

test.each([
  [short, undefined, 'env.LEVEL=debug', 'env = ["LEVEL=debug"]'],
  [short, undefined, 'env.NEW=1', 'env = ["LEVEL=info", "NEW=1"]'],
  [short, undefined, 'web.memory=1g', 'memory = "1g"'],
  [short, 'web', 'memory=1g', 'memory = "1g"'],
  [short, undefined, 'node=orion', 'node = "orion"'],
  [short, undefined, 'health.path=/healthz', 'health.path = "/healthz"'],
  [short, undefined, 'routes..port=8443', 'port = 8443'],
  [long, undefined, 'app.image=example.net/notes:2', 'image = "example.net/notes:2"'],
  [long, 'db', 'image=example.net/db:17', 'image = "example.net/db:17"'],
  [long, undefined, 'active=false', 'active = false'],
  [long, undefined, 'jobs.dump.timeout=5m', 'timeout = "5m"'],
  [long, undefined, 'db.labels."example.net/x"=y', 'labels."example.net/x" = "y"'],
])('%# %s %s', (text, component, word, line) => {
  const edited = place(text, component, word).split('\n');
  expect(edited).toContain(line);
  expect(edited.filter((one) => !text.split('\n').includes(one))).toEqual([line]);
});

test.each([
  [long, undefined, 'image=example.net/x:1', 'name the component: db, app'],
  [long, 'ap', 'image=example.net/x:1', 'there is no component "ap"; there is db, app'],
  [long, undefined, 'jobs.dmp.timeout=5m', 'there is no "dmp" in jobs'],
])('%# no place for it', (text, component, word, reason) => {
  expect(place(text, component, word)).toBe(reason);
});
