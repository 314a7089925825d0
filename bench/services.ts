import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

// The same work for everybody: N services, each one container of one image with one published port.

export const image = 'localhost/bench/web:1';

/** From nothing but busybox-static. */
export function makeImage(place: Place): void {
  const dir = join(place.dir, 'image');
  mkdirSync(dir, { recursive: true });
  copyFileSync('/bin/busybox', join(dir, 'busybox'));
  const recipe = 'FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080"]\n';
  writeFileSync(join(dir, 'Containerfile'), recipe);
  place.podman('build', '--quiet', `--tag=${image}`, '--', dir);
}

export interface Service {
  readonly name: string;
  readonly port: number;
}

/** Ports differ between the sides: their containers run at the same time. */
export function services(count: number, firstPort: number): Service[] {
  return Array.from({ length: count }, (_, i) => ({ name: `s${i + 1}`, port: firstPort + i }));
}

/** `podman run` of one of them, without `podman`. */
export function runWords({ name, port }: Service): string[] {
  return ['run', '-d', `--name=${name}`, '--stop-timeout=1', '-p', `127.0.0.1:${port}:8080`, image];
}

/** The loop people write: look at each, make it anew when it is not what it should be. */
export function bashLoop(wanted: readonly Service[]): string {
  const [first] = wanted;
  return `for i in $(seq 1 ${wanted.length}); do
  have=$(podman container inspect --format '{{.State.Running}} {{.ImageName}}' s$i 2>/dev/null)
  [ "$have" = "true ${image}" ] && continue
  podman container exists s$i && podman rm -f -t 0 s$i
  podman run -d --name=s$i --stop-timeout=1 -p 127.0.0.1:$((${(first?.port ?? 0) - 1} + i)):8080 ${image} || exit 1
done
`;
}

/** The shortest loop that repairs anything: whatever has the name counts, be it stopped or another image. */
export function existsLoop(wanted: readonly Service[]): string {
  const [first] = wanted;
  return `for i in $(seq 1 ${wanted.length}); do
  podman container exists s$i ||
    podman run -d --name=s$i --stop-timeout=1 -p 127.0.0.1:$((${(first?.port ?? 0) - 1} + i)):8080 ${image} || exit 1
done
`;
}

/** For docker-compose 1.29, on the network that podman gives containers that name none. */
export function composeFile(wanted: readonly Service[]): string {
  const parts = wanted.map(
    ({ name, port }) =>
      `  ${name}:\n    image: ${image}\n    network_mode: slirp4netns\n    stop_grace_period: 1s\n    ports: ["127.0.0.1:${port}:8080"]\n`,
  );
  return `version: "3.3"\nservices:\n${parts.join('')}`;
}

/** Ready once it runs: the peers have no gates either. */
export function definition({ name, port }: Service): string {
  return `name = "${name}"

[[components]]
name = "main"
image = "${image}"
ports = ["127.0.0.1:${port}:8080"]
stop_timeout = "1s"

[components.health]
type = "running"
`;
}
