import { bad, good, type Read } from './result.ts';

export interface ImageRef {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Reads an image reference. `problem` tells the two everyday mistakes from a broken one. */
export type ImageProblem = 'ImageSyntax' | 'ShortImage' | 'ImageTag';

interface Known {
  /** Where the image listens when nothing tells it otherwise (its documentation); it does not read $PORT. */
  readonly port: number;
  /** A version that existed when this was written, for examples. */
  readonly tag: string;
}

/** Docker's official images and a few more that people try first. */
const knownImages: Readonly<Record<string, Known>> = {
  'library/adminer': { port: 8080, tag: '4.8.1' },
  'library/caddy': { port: 80, tag: '2.8' },
  'library/ghost': { port: 2368, tag: '5.96' },
  'library/httpd': { port: 80, tag: '2.4' },
  'library/mariadb': { port: 3306, tag: '11.4' },
  'library/memcached': { port: 11211, tag: '1.6' },
  'library/mongo': { port: 27017, tag: '7.0' },
  'library/mysql': { port: 3306, tag: '8.4' },
  'library/nextcloud': { port: 80, tag: '30' },
  'library/nginx': { port: 80, tag: '1.27' },
  'library/postgres': { port: 5432, tag: '16.4' },
  'library/redis': { port: 6379, tag: '7.4' },
  'library/registry': { port: 5000, tag: '2.8' },
  'library/traefik': { port: 80, tag: '3.1' },
  'library/wordpress': { port: 80, tag: '6.6' },
  'gitea/gitea': { port: 3000, tag: '1.22' },
  'grafana/grafana': { port: 3000, tag: '11.3.0' },
  'jellyfin/jellyfin': { port: 8096, tag: '10.9.11' },
  'prom/prometheus': { port: 9090, tag: 'v2.54.1' },
  'traefik/whoami': { port: 80, tag: 'v1.10' },
  'vaultwarden/server': { port: 80, tag: '1.32.0' },
};

export function readImage(text: string): Read<ImageRef> & { readonly problem?: ImageProblem } {
  const [beforeDigest = '', digest, more] = text.split('@');
  const cut = beforeDigest.lastIndexOf(':');
  const hasTag = cut > beforeDigest.lastIndexOf('/');
  const name = hasTag ? beforeDigest.slice(0, cut) : beforeDigest;
  const tag = hasTag ? beforeDigest.slice(cut + 1) : '';
  const [first = '', ...rest] = name.split('/');
  const isFull = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = isFull ? first : '';
  const repository = isFull ? rest.join('/') : name;
  const wellFormed =
    more === undefined &&
    (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest)) &&
    (!hasTag || /^\w[\w.-]{0,127}$/.test(tag)) &&
    (registry === '' || /^[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?$/.test(registry)) &&
    repository.length <= 255 &&
    repository.split('/').every((part) => /^[a-z0-9][a-z0-9._-]*$/.test(part));
  if (!wellFormed) {
    return {
      ...bad('not an image reference', 'write registry/name:tag, such as docker.io/library/nginx:1.27'),
      problem: 'ImageSyntax',
    };
  }
  const moving = digest === undefined && (tag === '' || tag === 'latest');
  if (registry === '') {
    return {
      ...bad(
        'a short image name: which registry it comes from would depend on the machine',
        `write ${fullName(repository, tag)}`,
      ),
      problem: 'ShortImage',
    };
  }
  if (moving) {
    const what = tag === '' ? 'the image has no tag, which means :latest' : ':latest means another program tomorrow';
    const known =
      registry === 'docker.io' && Object.hasOwn(knownImages, repository) ? knownImages[repository]?.tag : undefined;
    const hint = `write the exact version, such as ${name}:${known ?? '1.2.3'}; see which there are: podman search --list-tags ${name}`;
    return { ...bad(what, hint), problem: 'ImageTag' };
  }
  return good({ registry, repository, tag, digest: digest ?? '' });
}

/** What a short name most probably means, written out. */
function fullName(repository: string, tag: string): string {
  const path = repository.includes('/') ? repository : `library/${repository}`;
  const known = Object.hasOwn(knownImages, path) ? knownImages[path]?.tag : undefined;
  return `docker.io/${path}:${tag !== '' && tag !== 'latest' ? tag : (known ?? '<version>')}`;
}

/** The port that a well-known image listens on whatever `$PORT` says. */
export function knownPort(ref: ImageRef): number | undefined {
  return ref.registry === 'docker.io' && Object.hasOwn(knownImages, ref.repository)
    ? knownImages[ref.repository]?.port
    : undefined;
}
