import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

/** A new key and what others encrypt to. */
export async function makeIdentity(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

/** In the armoured form, so that a diff and a mail carry it (age-encryption.org/v1). */
export async function seal(value: Uint8Array, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(value));
}

/** Armoured or not. @throws what the library says: no key fits, or it is damaged */
export async function unseal(sealed: Uint8Array, identities: readonly string[]): Promise<Uint8Array> {
  const text = Buffer.from(sealed).toString('latin1');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(text.startsWith('-----BEGIN') ? armor.decode(text) : sealed);
}
