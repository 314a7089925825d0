import type { Desired } from '@reconcile/core';
import { line, pad, piece } from '@reconcile/core/render';
import { createHost } from '@reconcile/host/writing';
import { type EditWorld, editWorld } from '../edit/world.ts';
import { writeEdit } from '../edit/write.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

/** Who may open the repository's values: one age recipient a line, with a comment for whom. */
const recipientsFile = 'secrets/recipients.txt';
/** Largest secret podman takes is 512 000 bytes. */
const largest = 512_000;

/**
 * `secret set NAME`: the value from stdin, encrypted for the nodes, committed. `isRotation`: only one that is there. The value is
 * never shown, in no argument, file or message. @throws SECRET_* NO_CHECKOUT EDIT_REFUSED
 */
export async function runSecretSet(cx: CliContext, name: string, isRotation: boolean): Promise<number> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name))
    throw fail('SECRET_NAME', { message: `set secret ${name}`, wanted: 'letters, digits, "_", "." and "-"' });
  const world = await editWorld(cx);
  const path = `secrets/${name}.age`;
  const isThere = world.tip.files.has(path);
  if (isRotation && !isThere)
    throw fail('SECRET_UNKNOWN', {
      message: `rotate secret ${name}`,
      actual: `no ${path}`,
      hint: `reconcile secret set ${name}`,
    });
  const value = await readStdin(name);
  const recipients = await recipientsOf(cx, world);
  const { seal } = await import('@reconcile/agent/secrets/seal');
  const text = await seal(value, recipients);
  const written = await writeEdit(world.write, {
    path,
    text: text.endsWith('\n') ? text : `${text}\n`,
    message: `${isThere ? 'Rotate' : 'Set'} secret ${name}`,
  });
  if (written.ok === undefined)
    throw fail('EDIT_REFUSED', {
      message: `commit ${path}`,
      key: path,
      actual: `${written.refused}: ${written.message}`,
      hint: written.hint,
    });
  const { commit, pushed } = written.ok;
  if (cx.json)
    cx.printJson({
      version: 1,
      name,
      path,
      recipients: recipients.length,
      rotated: isThere,
      pushed,
      ...(commit === undefined ? {} : { committed: commit }),
    });
  else {
    cx.print([
      line(
        piece(`${pushed ? 'committed and pushed' : 'committed'} `, 'good'),
        piece(commit?.slice(0, 7) ?? path, 'bold'),
        ` ${path}, for ${recipients.length} ${recipients.length === 1 ? 'key' : 'keys'}`,
      ),
      line(
        piece('next: ', 'dim'),
        isThere
          ? 'the next pass makes anew, restarts or signals exactly who uses it: reconcile plan'
          : `secrets = ["${name}"] in a component gives it /run/secrets/${name}, {{secret:${name}}} in a mounted file fills it in`,
      ),
    ]);
  }
  return exit.converged;
}

/** @throws SECRET_EMPTY */
async function readStdin(name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (!process.stdin.isTTY) {
    for await (const chunk of process.stdin) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > largest)
        throw fail('SECRET_EMPTY', {
          message: `read secret ${name}`,
          wanted: `at most ${largest} bytes`,
          actual: 'more',
        });
    }
  }
  if (bytes === 0)
    throw fail('SECRET_EMPTY', {
      message: `read secret ${name}`,
      wanted: 'its value on stdin',
      actual: 'nothing',
      hint: `reconcile secret set ${name} <FILE`,
    });
  return Buffer.concat(chunks);
}

/** Those that the fleet names; without a list this machine's own key, which is made where there is none. */
async function recipientsOf(cx: CliContext, { config, tip, write }: EditWorld): Promise<readonly string[]> {
  const text = Buffer.from(tip.files.get(recipientsFile) ?? []).toString('utf8');
  const named = text
    .split('\n')
    .map((one) => one.replace(/#.*/, '').trim())
    .filter((one) => one !== '');
  if (named.length > 0) return named;
  if (config === undefined)
    throw fail('SECRET_UNKNOWN', {
      message: `read ${recipientsFile}`,
      actual: 'it is not there, and this machine is no node',
      hint: 'on each node: reconcile secret key',
    });
  const { ensureIdentity } = await import('@reconcile/agent/secrets');
  if (!cx.json) cx.tell([line(piece('note: ', 'warn'), `no ${recipientsFile}: for this node's key alone`)]);
  return [await ensureIdentity(config, write.host)];
}

/** `secret key`: what others encrypt to for this node; the key is made where there is none. */
export async function runSecretKey(cx: CliContext): Promise<number> {
  const { loadNodeConfig } = await import('@reconcile/agent/config');
  const { ageKeyFile, ensureIdentity } = await import('@reconcile/agent/secrets');
  const { configPath, cwd, env, uid } = cx;
  const config = await loadNodeConfig({ env, cwd, uid, ...(configPath === undefined ? {} : { path: configPath }) });
  const recipient = await ensureIdentity(config, createHost({ env }));
  if (cx.json) cx.printJson({ version: 1, node: config.node, recipient, file: ageKeyFile(config) });
  else cx.printText(`${recipient}  # ${config.node}`);
  return exit.converged;
}

/** `secret list`: names, where each value comes from, and who uses it; never a value. */
export async function runSecretList(cx: CliContext): Promise<number> {
  const { glimpse } = await import('../frame/node.ts');
  const { config, host, loaded, registry } = await glimpse(cx);
  await registry.close();
  const rows = await Promise.all(
    Object.values(loaded.desired?.resources ?? {})
      .filter(({ kind }) => kind === 'secret')
      .map(async ({ key, services, spec }) => {
        const name = key.slice('secret/'.length);
        const hasFile = (await host.files.stat(`${config.secretsDir}/${name}`)) !== undefined;
        const isSealed = (spec as { sealed?: string }).sealed !== undefined;
        return {
          name,
          from: hasFile ? 'node file' : isSealed ? 'repository' : 'podman',
          services,
          used: usersOf(loaded.desired, name),
        };
      }),
  );
  if (cx.json) cx.printJson({ version: 1, secrets: rows });
  else if (rows.length === 0) cx.print([line('No definition of this node names a secret.')]);
  else {
    const width = Math.max(...rows.map(({ name }) => name.length));
    cx.print(
      rows.map(({ from, name, used }) =>
        line(piece(pad(name, width), 'bold'), `   ${pad(from, 10)}   `, piece(used.join(', '), 'dim')),
      ),
    );
  }
  return exit.converged;
}

function usersOf(desired: Desired | undefined, name: string): string[] {
  return Object.values(desired?.resources ?? {}).flatMap(({ references, slot }) =>
    references.some((ref) => 'key' in ref && ref.key === `secret/${name}`) ? [slot] : [],
  );
}
