import { systemClock } from '../clock.ts';
import type { Home, Http, Net, ReadHost } from '../contract.ts';
import type { Environment } from '../environment.ts';
import { fail } from '../errors.ts';
import { readFiles } from '../files/read.ts';
import { resolveHome } from '../home.ts';
import { httpClient } from '../http/client.ts';
import { askSocket } from '../net/ask.ts';
import { connectTo } from '../net/connect.ts';
import { exchangeDns, isDnsQuery } from '../net/dns.ts';
import { resolveName } from '../net/resolve.ts';
import { isShowOnly } from '../net/show.ts';
import { machineProcesses } from '../proc/machine.ts';
import { establishedTo, listeningSockets } from '../proc/machine-sockets.ts';
import { handshakeWith } from '../tls/handshake.ts';
import { readingRun } from './reading-run.ts';

export interface HostOptions {
  /** Our own environment; only named parts of it reach children (environment.ts). Default `process.env`. */
  readonly env?: Environment;
  /** Directories to use instead of what the environment says. */
  readonly home?: Partial<Home>;
}

/** The outside world without a way to change it: the dry run is built from this and nothing else. */
export function createReadHost(options: HostOptions = {}): ReadHost {
  const env = options.env ?? process.env;
  const home = resolveHome(env, machineProcesses.uid(), options.home);
  return {
    run: readingRun(env, home),
    files: readFiles,
    http: readingHttp(),
    net: readingNet,
    proc: machineProcesses,
    clock: systemClock,
    home,
  };
}

function readingHttp(): Http {
  const client = httpClient();
  return {
    async request(request) {
      if (request.method === 'GET' || request.method === 'HEAD') return client.request(request);
      throw fail('HTTP_NOT_READING', { message: `${request.method} while only looking`, wanted: 'GET or HEAD' });
    },
  };
}

const readingNet: Net = {
  connect: connectTo,
  handshake: handshakeWith,
  listening: listeningSockets,
  established: establishedTo,
  resolve: resolveName,
  async grpcHealth(question) {
    const { askGrpcHealth } = await import('../net/grpc-health.ts');
    return askGrpcHealth(question);
  },
  async dns(exchange) {
    if (isDnsQuery(exchange.message)) return exchangeDns(exchange);
    const { ip, port } = exchange.server;
    throw fail('DNS_NOT_READING', {
      message: `ask the DNS server at ${ip} port ${port} while only looking`,
      wanted: 'a query',
    });
  },
  async ask(socketPath, text, options) {
    if (isShowOnly(text)) return askSocket(socketPath, text, options);
    throw fail('SOCKET_NOT_READING', { message: `ask ${socketPath} while only looking`, wanted: 'show commands' });
  },
};
