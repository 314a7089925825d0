import type { ClientOptions, ServiceError, VerifyOptions } from '@grpc/grpc-js';
import type { GrpcHealth, GrpcHealthQuestion } from '../contract.ts';

// The two messages of grpc.health.v1 (github.com/grpc/grpc/blob/master/doc/health-checking.md): a text in field 1 to, an enum in field 1
// back. Written by hand, a library for them would be larger than all that uses it.

const path = '/grpc.health.v1.Health/Check';
const states = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** See `Net.grpcHealth`. One connection, closed afterwards. */
export async function askGrpcHealth({ ip, port, service, timeoutMs, tls }: GrpcHealthQuestion): Promise<GrpcHealth> {
  const { Client, credentials } = await import('./grpc-library.ts');
  const address = `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  // Nobody is to be told apart here: the address is the node's own, and a certificate is for the name outside.
  const unverified: VerifyOptions = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  const secure = tls ? credentials.createSsl(null, null, null, unverified) : credentials.createInsecure();
  // Not the address: a server name is never one (RFC 6066, section 3).
  const named = tls ? { ...options, 'grpc.ssl_target_name_override': 'localhost' } : options;
  const client = new Client(address, secure, named);
  const answer = new Promise<GrpcHealth>((resolve) => {
    const deadline = Date.now() + timeoutMs;
    client.makeUnaryRequest(path, encode, decode, service, { deadline }, (error, state) => {
      if (error === null) resolve({ serving: state === 'SERVING', says: state ?? 'UNKNOWN' });
      else resolve({ serving: false, says: refusal(error, service) });
    });
  });
  return answer.finally(() => client.close());
}

const options: ClientOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': 4096,
};

function encode(service: string): Buffer {
  const text = Buffer.from(service, 'utf8');
  return text.length === 0 ? text : Buffer.concat([Buffer.from([0x0a, text.length]), text]);
}

/** Field 1 as a varint below 128; absent it is 0 (proto3). */
function decode(bytes: Buffer): string {
  const state = bytes.length === 0 ? 0 : bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0;
  return states[state] ?? `state ${state}`;
}

/** Status codes of gRPC: github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const notFound = 5;
const unimplemented = 12;

function refusal({ code, details }: ServiceError, service: string): string {
  if (code === unimplemented) return 'it has no service grpc.health.v1.Health';
  if (code === notFound) return `its health service does not know "${service}"`;
  return details;
}
