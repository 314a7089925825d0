import type { ComponentChildren } from 'preact';

/** A table that scrolls by itself where the page is too narrow, by keyboard too. */
export function Table({
  children,
  columns,
  label,
}: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly children: ComponentChildren;
}) {
  return (
    <section class="scroll" tabIndex={0} aria-label={`Table of ${label}`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
