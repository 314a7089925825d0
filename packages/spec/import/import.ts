import type { Imported, ImportFile, ImportNote } from './model.ts';
import { importContainer, readUnitFile } from './quadlet.ts';
import { writeDraft } from './write.ts';

/** Quadlet files besides `.container` that are read where one refers to them. */
const besides = /\.(network|volume)$/;

/**
 * Compose and Quadlet files → definitions, and everything a person should know: each key that is not carried, each
 * question that only a person can answer, with its line. Pure but for loading the YAML parser.
 */
export async function importFiles(files: readonly ImportFile[]): Promise<Imported> {
  const notes: ImportNote[] = [];
  const made: { path: string; text: string }[] = [];
  const units = files
    .filter(({ name }) => /\.(container|network|volume|pod|kube|image|build)$/.test(name))
    .map(readUnitFile);
  const add = (draft: Parameters<typeof writeDraft>[0], from: ImportFile) => {
    const path = `services/${draft.name}.toml`;
    if (made.some((one) => one.path === path))
      notes.push({
        level: 'decide',
        file: from.name,
        line: 0,
        key: '',
        message: `another file makes a service ${draft.name}, too: give one another name`,
      });
    else made.push({ path, text: writeDraft(draft, from.name.slice(from.name.lastIndexOf('/') + 1)) });
  };
  for (const file of files) {
    const unit = units.find((one) => one.file === file);
    if (unit === undefined) {
      const { importCompose } = await import('./compose.ts');
      const { draft, notes: said } = importCompose(file);
      notes.push(...said);
      if (draft !== undefined) add(draft, file);
    } else if (file.name.endsWith('.container')) {
      const { draft, notes: said } = importContainer(unit, units);
      notes.push(...said);
      add(draft, file);
    } else if (!besides.test(file.name))
      notes.push({
        level: 'decide',
        file: file.name,
        line: 0,
        key: '',
        message: 'only .container, .network and .volume can be imported',
      });
  }
  return { files: made, notes };
}
