import type { Mount } from '@reconcile/core/kinds/container';
import { plainPath } from './paths.ts';
import { bad, good, type Read } from './result.ts';

const form = 'write "/host/path:/target", "name:/target" or "name:/target:ro"';
const known = new Set(
  'ro rw z Z U O exec noexec dev nodev suid nosuid copy nocopy bind rbind private rprivate shared rshared slave rslave unbindable runbindable'.split(
    ' ',
  ),
);

/** podman's `--volume` syntax, without anonymous volumes: what has no name cannot be kept. */
export function readMount(text: string): Read<Mount> {
  const [source = '', target, options = '', extra] = text.split(':');
  if (target === undefined) {
    return bad(
      'the target is missing',
      text.startsWith('/') ? `a volume without a name is not kept; write "data:${text}"` : form,
    );
  }
  if (extra !== undefined) return bad('too many ":"', form);
  if (!target.startsWith('/')) return bad(`the target ${JSON.stringify(target)} is not an absolute path`, form);
  if (plainPath(target) === '/') return bad('the target must not be the root', form);
  const isHost = source.startsWith('/');
  if (!isHost && !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source)) {
    const hint = /^[.~]/.test(source)
      ? 'the checkout is not on every node: mount an absolute path, a named volume, or repository files with `files`'
      : form;
    return bad(`${JSON.stringify(source)} is neither an absolute path nor a volume's name`, hint);
  }
  const words = options === '' ? [] : options.split(',');
  const unknown = words.find((word) => !known.has(word));
  if (unknown !== undefined)
    return bad(`unknown option ${JSON.stringify(unknown)}`, `known are ${[...known].join(', ')}`);
  if (words.includes('ro') && words.includes('rw')) return bad('ro and rw exclude each other');
  return good({
    options: [...new Set(words.filter((word) => word !== 'ro' && word !== 'rw'))].sort(),
    readOnly: words.includes('ro'),
    source: isHost ? plainPath(source) : source,
    target: plainPath(target),
  });
}
