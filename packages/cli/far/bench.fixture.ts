import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { startRpc } from '@reconcile/agent/rpc';
import { freePort } from '@reconcile/testkit/fleet';
import { makePki, type Pki } from '@reconcile/testkit/grpc';
import { type Recording, type ServedAgent, serveAgent } from '@reconcile/testkit/served';
import { runCommandLine } from '../run.ts';

// A laptop, and agents at addresses with certificates on both ends. For tests only.

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface FarNode {
  readonly agent: ServedAgent['agent'];
  readonly port: number;
  close(): Promise<void>;
}

export class FarBench {
  readonly dir = mkdtempSync(join(tmpdir(), 'far-'));
  readonly pki: Pki;
  readonly #nodes: FarNode[] = [];

  private constructor(pki: Pki) {
    this.pki = pki;
  }

  static async make(): Promise<FarBench> {
    return new FarBench(await makePki());
  }

  /** `laptop.example.net` is admin there. */
  async node(recording: Recording): Promise<FarNode> {
    const served = await serveAgent(recording);
    const own = await this.pki.issue('rift.example.net', 'serverAuth');
    const port = await freePort();
    const tls = {
      certFile: own.certFile,
      keyFile: own.keyFile,
      clientCaFile: this.pki.rootFile,
      clients: [{ name: 'laptop.example.net', role: 'admin' as const, services: [] }],
    };
    const unix = `${served.socket}.grpc`;
    const serving = await startRpc({
      service: served.agent,
      config: { issuers: [], api: { unix, socketGroup: '', http: [], hosts: [], grpc: [`127.0.0.1:${port}`], tls } },
      registry: served.registry,
      uid: 1000,
      now: Date.now,
      problem: (_name, error) => {
        if (error !== undefined) throw error;
      },
    });
    const made = {
      agent: served.agent,
      port,
      close: async () => {
        await serving.close();
        await served.close();
      },
    };
    this.#nodes.push(made);
    return made;
  }

  /** Writes client.toml. @returns what else the caller needs: XDG_CONFIG_HOME */
  client(text: string): string {
    const config = mkdtempSync(join(this.dir, 'config-'));
    mkdirSync(join(config, 'reconcile'));
    writeFileSync(join(config, 'reconcile', 'client.toml'), text);
    return config;
  }

  /** `types`: what a person types; then both ends are a terminal. */
  async run(config: string, words: readonly string[], types?: string): Promise<Ran> {
    const sink = () => {
      let text = '';
      const stream = new PassThrough();
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      return {
        stream: Object.assign(stream, types === undefined ? {} : { isTTY: true, columns: 100 }),
        read: () => text,
      };
    };
    const [out, err] = [sink(), sink()];
    const stdin = new PassThrough();
    if (types !== undefined) stdin.write(types);
    const from = {
      // Neither podman nor ssh nor a node.toml is there.
      env: { PATH: '/nowhere', HOME: this.dir, XDG_CONFIG_HOME: config, NO_COLOR: '1', TERM: 'vt100' },
      cwd: this.dir,
      uid: process.getuid?.() ?? 0,
      stdout: out.stream,
      stderr: err.stream,
      stdin: Object.assign(stdin, types === undefined ? {} : { isTTY: true }) as unknown as NodeJS.ReadStream,
    };
    const code = await runCommandLine(words, from, '0.1.0');
    return { code, out: out.read(), err: err.read() };
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
    await this.pki.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
