/** A Markdown table whose columns also stand straight as plain text; a column of numbers only is set to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((title, index) => {
    const cells = rows.map((row) => row[index] ?? "");
    return {
      width: Math.max(3, title.length, ...cells.map((cell) => cell.length)),
      right: cells.some((cell) => cell !== "") && cells.every((cell) => /^[\d. –]*$/.test(cell)),
    };
  });
  const line = (cells: readonly string[]): string =>
    `| ${columns
      .map(({ width, right }, index) =>
        right ? (cells[index] ?? "").padStart(width) : (cells[index] ?? "").padEnd(width),
      )
      .join(" | ")} |`;
  const rule = columns.map(({ width, right }) => (right ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
