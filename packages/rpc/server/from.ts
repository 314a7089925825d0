import type { PeerCertificate } from 'node:tls';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { From } from './answers.ts';

/** What its way tells of a call's other end. */
export function fromOf(
  call: Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'getPeer' | 'metadata'>,
  way: From['way'],
): From {
  const [authorization] = call.metadata.get('authorization');
  const certificate = way === 'tls' ? call.getAuthContext().sslPeerCertificate : undefined;
  return {
    way,
    address: way === 'tls' ? call.getPeer().replace(/:\d+$/, '') : '',
    names: certificate === undefined ? [] : namesOf(certificate),
    authorization: typeof authorization === 'string' ? authorization : undefined,
  };
}

/**
 * Names that a certificate vouches for: its alternative names (DNS, email, URI), else its common name (RFC 6125, 6.4.4). What Node had to
 * quote is no name of ours.
 */
export function namesOf({ subject, subjectaltname }: Pick<PeerCertificate, 'subject' | 'subjectaltname'>): string[] {
  const alternatives = (subjectaltname ?? '').split(', ').flatMap((entry) => {
    const name = /^(?:DNS|email|URI):([^",\s]+)$/.exec(entry)?.[1];
    return name === undefined ? [] : [name];
  });
  if (alternatives.length > 0) return alternatives;
  const common: unknown = subject?.CN;
  return typeof common === 'string' && common !== '' ? [common] : [];
}
