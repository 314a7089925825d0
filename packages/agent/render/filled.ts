import type { MountedFile } from '@reconcile/core/kinds/container';
import { placeholders } from '@reconcile/core/kinds/file';
import { blobPath } from '@reconcile/drivers/files/observe';
import { nodePaths } from '../node/paths.ts';
import { ageKeyFile } from '../secrets/key.ts';
import { contentOf, type FileSources, ownCommand } from './files.ts';
import { shellCommand, shellWord } from './shell.ts';

/**
 * A command that fills one file with its secrets, where we are not there to do it: values are read from where they lie on the
 * node, and stand in no word of it. An encrypted one takes the program `age` there. The value is a variable of the shell, and given to
 * a file by its own printf, so that no program is called with it. `fails`: what is missing when it does not succeed.
 */
export async function fillCommand(
  from: FileSources,
  of: { readonly file: MountedFile; readonly path: string; readonly sealed: (name: string) => string | undefined },
): Promise<{ readonly command: string; readonly fails: string }> {
  const { file, path } = of;
  const { config, host } = from;
  const paths = nodePaths(config);
  const template = (await contentOf(from, file.hash)) ?? new Uint8Array();
  const blob = shellWord(blobPath(paths.state, file.hash));
  const lacks = new Set<string>();
  const parts: string[] = [];
  let done = 0;
  for (const { from: begin, name, to } of placeholders(template)) {
    if (name === undefined) continue;
    parts.push(...piece(blob, done, begin));
    const nodeFile = `${paths.secrets}/${name}`;
    const sealed = of.sealed(name);
    if ((await host.files.stat(nodeFile)) !== undefined || sealed === undefined) {
      parts.push(valueFrom(['cat', nodeFile]));
      lacks.add(nodeFile);
    } else {
      const key = ageKeyFile(config);
      parts.push(valueFrom(['age', '--decrypt', '--identity', key, blobPath(paths.state, sealed)]));
      lacks.add(`the program age with ${key}`);
    }
    done = to;
  }
  parts.push(...piece(blob, done, undefined));
  const dir = shellWord(path.slice(0, path.lastIndexOf('/')));
  // Under another name until it is whole; a look removes what was left half-way.
  const half = `${path}.half`;
  const word = shellWord(half);
  const filled = `{ ${parts.join(' && ')}; } > ${word}`;
  const whole = `chmod ${file.mode} ${word}${ownCommand(file, half)} && mv ${word} ${shellWord(path)}`;
  return {
    command: `( umask 077 && mkdir -p ${dir} && ${filled} && ${whole} )`,
    fails: `${file.target} could not be filled in: it takes ${[...lacks].join(' and ')}; reconcile does it by itself`,
  };
}

/** The bytes from one place to another; nothing for none. */
function piece(blob: string, from: number, to: number | undefined): string[] {
  if (to === from) return [];
  const rest = `tail -c +${from + 1} ${blob}`;
  return [to === undefined ? rest : `${rest} | head -c ${to - from}`];
}

function valueFrom(command: readonly string[]): string {
  return `v=$(${shellCommand(command)}) && printf %s "$v"`;
}
