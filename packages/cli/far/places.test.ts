import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPlaces, placeOf } from './places.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'places-'));
  mkdirSync(join(dir, 'reconcile'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const host = () => createReadHost({ env: { HOME: '/home/ops', XDG_CONFIG_HOME: dir } });
const write = (text: string) => writeFileSync(join(dir, 'reconcile', 'client.toml'), text);

const files = '[tls]\ncert_file = "me.pem"\nkey_file = "~/me.key"\nroot_file = "/etc/reconcile/ca.pem"\n';
const read = () => ({
  certFile: join(dir, 'reconcile', 'me.pem'),
  keyFile: '/home/ops/me.key',
  rootFile: '/etc/reconcile/ca.pem',
});

describe('where a name leads', () => {
  test.each<[string, string, string, object]>([
    ['a host that client.toml does not have', '', 'lyra', { way: 'ssh', to: 'lyra' }],
    ['as ssh has it', '', 'ops@[2001:db8::1]', { way: 'ssh', to: 'ops@[2001:db8::1]' }],
    ['a name', '[nodes]\nrift = "ssh://ops@rift:2222"\n', 'rift', { way: 'ssh', to: 'ssh://ops@rift:2222' }],
    ['a table', '[nodes.rift]\nto = "ops@rift"\n', 'rift', { way: 'ssh', to: 'ops@rift' }],
  ])('%s', async (_, text, node, wanted) => {
    write(text);
    expect(await placeOf(host(), node)).toEqual({ node, ...wanted });
  });

  test('an address, by the files of all, its own, and no name at all', async () => {
    const [rift, orion] = ['grpcs://100.64.0.1:9778', 'grpcs://[2001:db8::1]:9778'];
    write(
      `${files}[nodes]\nrift = "${rift}"\norion = { to = "${orion}", name = "orion.example.net", root_file = "o.pem" }\n`,
    );
    expect(await placeOf(host(), 'rift')).toEqual({
      way: 'grpcs',
      node: 'rift',
      address: '100.64.0.1:9778',
      ...read(),
    });
    expect(await placeOf(host(), 'orion')).toEqual({
      way: 'grpcs',
      node: 'orion',
      address: '[2001:db8::1]:9778',
      name: 'orion.example.net',
      ...read(),
      rootFile: join(dir, 'reconcile', 'o.pem'),
    });
    const to = 'grpcs://rift.example.net:9778';
    expect(await placeOf(host(), to)).toMatchObject({ way: 'grpcs', node: to, address: 'rift.example.net:9778' });
    expect((await allPlaces(host())).map(({ node }) => node)).toEqual(['orion', 'rift']);
  });
});

describe('no', () => {
  test.each<[string, string, string, string, RegExp]>([
    ['what ssh would take for an option', '', '-oProxyCommand=id', 'FAR_WHERE', /ssh:\/\/user@host/],
    ['a shell in between', '[nodes]\nrift = "a;b"\n', 'rift', 'FAR_WHERE', /a;b/],
    ['an address without files', '[nodes]\nrift = "grpcs://192.0.2.1:1"\n', 'rift', 'FAR_WHERE', /cert_file/],
    ['an address without a port', `${files}[nodes]\nrift = "grpcs://192.0.2.1"\n`, 'rift', 'FAR_WHERE', /address:port/],
    ['a number', '[nodes]\nrift = 7\n', 'rift', 'CLIENT_INVALID', /2:8: expected a host/],
    ['a table without to', '[nodes.rift]\nname = "x"\n', 'rift', 'CLIENT_INVALID', /expected to/],
    ['a key that there is not', '[nodes.rift]\nto = "x"\nport = 1\n', 'rift', 'CLIENT_INVALID', /unknown key/],
    ['a misspelt table', '[tlss]\n', 'rift', 'CLIENT_INVALID', /tls/],
    ['a misspelt file', '[tls]\ncert = "x"\n', 'rift', 'CLIENT_INVALID', /unknown key/],
  ])('%s', async (_, text, node, code, words) => {
    write(text);
    const error = await placeOf(host(), node).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    const { actual = '', wanted = '' } = error as { actual?: string; wanted?: string };
    expect(`${wanted} ${actual}`).toMatch(words);
  });

  test('nobody to ask', async () => {
    write('');
    await expect(allPlaces(host())).rejects.toMatchObject({ code: 'FAR_WHERE' });
  });
});
