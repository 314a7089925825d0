/**
 * A short stable name for a text: 64 bits, hex. Not a security boundary: it names plans and holds, where a clash would
 * only make two of them look alike. (FNV-1a over UTF-16 units in two lanes; core has no node:crypto.)
 */
export function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13);
  }
  a ^= b >>> 16;
  b ^= a >>> 15;
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
