import type { ReadHost } from '@reconcile/host';
import { fail } from './errors.ts';
import type { TlsPlace } from './places.ts';

const mostBytes = 1024 * 1024;

/** What is shown to an agent at an address, and whom it is compared with. PEM. @throws FAR_KEY FILE_* */
export async function readIdentity(
  host: ReadHost,
  { certFile, keyFile, node, rootFile }: TlsPlace,
): Promise<{ readonly cert: string; readonly key: string; readonly root: string }> {
  const read = async (path: string): Promise<string> => {
    const text = await host.files.text(path, { maxBytes: mostBytes });
    if (text !== undefined) return text;
    throw fail('FAR_KEY', {
      message: `show a certificate to ${node}`,
      key: path,
      wanted: path,
      actual: 'no such file',
    });
  };
  const real = (await host.files.realpath(keyFile)) ?? keyFile;
  const stat = await host.files.stat(real);
  const isOurs = stat === undefined || stat.uid === host.proc.uid();
  if (stat !== undefined && (!isOurs || (stat.mode & 0o077) !== 0))
    throw fail('FAR_KEY', {
      message: `show a certificate to ${node}`,
      key: keyFile,
      wanted: 'a key that is yours, and open to nobody else (0600)',
      actual: isOurs ? `mode 0${stat.mode.toString(8)}` : `it belongs to uid ${stat.uid}`,
      hint: `chmod 600 ${keyFile}`,
    });
  const [cert, key, root] = await Promise.all([certFile, keyFile, rootFile].map(read));
  return { cert: cert ?? '', key: key ?? '', root: root ?? '' };
}
