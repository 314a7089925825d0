import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of one test, by openssl. */
export interface Pki {
  readonly root: string;
  readonly rootFile: string;
  /** `ended`: its life was over yesterday. */
  issue(name: string, usage: 'serverAuth' | 'clientAuth', more?: { readonly ended?: boolean }): Promise<Credentials>;
  close(): Promise<void>;
}

export async function makePki(): Promise<Pki> {
  const dir = await mkdtemp(join(tmpdir(), 'pki-'));
  const at = (name: string) => join(dir, name);
  const openssl = (...args: readonly string[]) => run('openssl', args, { cwd: dir });
  const keyed = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...keyed,
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    '/CN=test root',
    '-days',
    '30',
  );
  let made = 0;
  return {
    root: await readFile(at('root.pem'), 'utf8'),
    rootFile: at('root.pem'),
    async issue(name, usage, { ended = false } = {}) {
      const file = `c${++made}`;
      await writeFile(at(`${file}.ext`), `subjectAltName=DNS:${name},IP:127.0.0.1\nextendedKeyUsage=${usage}\n`);
      await openssl('req', ...keyed, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${name}`);
      // A life that is over cannot be asked for in days: it ends before it begins.
      const days = ended ? ['-days', '-1'] : ['-days', '30'];
      const signed = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-extfile', `${file}.ext`, ...days];
      await openssl('x509', '-req', '-in', `${file}.csr`, '-out', `${file}.pem`, ...signed);
      const [certFile, keyFile] = [at(`${file}.pem`), at(`${file}.key`)];
      return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
    },
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
