/** A command line as a shell would cut it into words, without anything a shell would fill in. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(text[at + 1] ?? ''))
        word = (word ?? '') + (text[++at] ?? '');
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') word = (word ?? '') + (text[++at] ?? '');
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** What a name has to look like here; '' when nothing of it is left. */
export function plainName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}

/** A component's name begins with a letter. */
export function componentName(text: string): string {
  const plain = plainName(text);
  return /^[a-z]/.test(plain) ? plain : `c-${plain}`;
}

/**
 * A reference with its registry, as docker understands a short one; and what is missing in it, for a person to decide.
 */
export function fullImage(text: string): { readonly image: string; readonly trouble: string | undefined } {
  const [first = '', ...rest] = text.split('/');
  const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const image = hasHost ? text : rest.length > 0 ? `docker.io/${text}` : `docker.io/library/${text}`;
  const last = image.slice(image.lastIndexOf('/') + 1);
  if (image.includes('@')) return { image, trouble: undefined };
  const tag = last.split(':')[1];
  if (tag === undefined) return { image, trouble: 'it has no tag: say which version, such as the one that runs now' };
  if (tag === 'latest')
    return { image, trouble: '"latest" is no version: say which one, such as the one that runs now' };
  return { image, trouble: undefined };
}
