// Before the library, which decorates its classes as it is read.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Loaded when something is signed: 30 ms that no look has to pay.

/** A certificate and its key, PEM. */
export interface Signed {
  readonly certificate: string;
  readonly key: string;
}

export interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

x509.cryptoProvider.set(webcrypto);

/**
 * A root that is good for these domains and for nothing else: no address, no name outside, no further authority (RFC 5280,
 * 4.2.1.9 and 4.2.1.10). Critical, so that who does not understand it does not believe it.
 */
export async function makeRoot(name: string, zones: readonly string[], life: Life): Promise<Signed> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [name] }],
    notBefore: new Date(life.notBefore),
    notAfter: new Date(life.notAfter),
    signingAlgorithm: algorithm,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension('2.5.29.30', true, nameConstraints(zones)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString('pem')), key: await keyPem(keys.privateKey) };
}

/** For these names, by servers and clients; the first is shown as its subject. */
export async function signLeaf(root: Signed, names: readonly string[], life: Life): Promise<Signed> {
  const issuer = new x509.X509Certificate(root.certificate);
  const der = Buffer.from(root.key.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    // X.520 bounds a common name at 64 characters; the name that counts is below.
    subject: [{ CN: [(names[0] ?? '').slice(0, 64)] }],
    issuer: issuer.subjectName,
    notBefore: new Date(life.notBefore),
    notAfter: new Date(Math.min(life.notAfter, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString('pem')), key: await keyPem(keys.privateKey) };
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function pem(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** 128 random bits, positive (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** DER of NameConstraints: these domains are permitted, and every address is excluded. */
function nameConstraints(zones: readonly string[]): Uint8Array<ArrayBuffer> {
  const permitted = zones.map((zone) => der(0x30, der(0x82, Buffer.from(zone, 'ascii'))));
  const excluded = [8, 32].map((length) => der(0x30, der(0x87, Buffer.alloc(length))));
  return new Uint8Array(
    der(0x30, Buffer.concat([der(0xa0, Buffer.concat(permitted)), der(0xa1, Buffer.concat(excluded))])),
  );
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
