/** The parts of a section that are the same in every language: commands, options, links, figures. */
export interface SectionFacts {
  /** Its heading, the one part that is in a language. */
  readonly title: string;
  /** 1 for the document's title. */
  readonly level: number;
  /** Code with its language, without comments, which are prose. */
  readonly code: readonly string[];
  readonly pictures: readonly string[];
  readonly items: readonly string[];
  /** Row by row, cell by cell. */
  readonly tables: readonly (readonly CellFacts[])[];
  readonly text: CellFacts;
}

/** Sorted, since another language has another order of words. */
export interface CellFacts {
  readonly spans: readonly string[];
  readonly links: readonly string[];
  readonly numbers: readonly string[];
}

const FENCED = /^ *```(\w*)\n(.*?)^ *```$/gms;
const COMMENT = /(?<=^|\s)# .*$/gm;

export function sectionFacts(document: string): readonly SectionFacts[] {
  const blocks: string[] = [];
  // A line of code may begin as a heading does.
  const text = document.replace(FENCED, (_, language: string, code: string) => {
    blocks.push(`${language}\n${code.replace(COMMENT, "").replace(/ +$/gm, "")}`);
    return `\u0000${blocks.length - 1}\u0000`;
  });
  return text.split(/^(?=#+ )/m).map((section) => {
    const prose = section.replace(/^\|.*$/gm, "").replace(/^ *<.*$/gm, "");
    return {
      title: /^#+ (.*)/.exec(section)?.[1] ?? "",
      level: /^#*/.exec(section)?.[0].length ?? 0,
      code: [...section.matchAll(/\0(\d+)\0/g)].map(([, index]) => blocks[Number(index)] ?? ""),
      pictures: all(section, /\b(?:src|srcset|media)="([^"]*)"/g),
      items: all(prose, /^( *(?:-|\d+\.)) /gm),
      tables: [...section.matchAll(/^\|(.*)\|$/gm)].map(([, row = ""]) => row.split("|").map(cellFacts)),
      text: cellFacts(prose.replace(/\0\d+\0/g, "")),
    };
  });
}

function cellFacts(text: string): CellFacts {
  const plain = text
    .replace(/`[^`]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/https?:[^\s，。]*/g, "");
  return {
    spans: all(text, /`([^`]*)`/g).toSorted(),
    links: [...all(text, /\]\(([^)]*)\)/g), ...all(text, /(?<!\()\b(https?:[^\s，。`)]*[\w/])/g)].toSorted(),
    numbers: all(inFull(plain), /(\d[\d.,]*(?<=\d))/g).toSorted(),
  };
}

/** Millions, and the ten thousands that Chinese counts in, as digits. */
function inFull(text: string): string {
  return text
    .replace(/(\d+) M\b/g, (_, count: string) => String(Number(count) * 1e6))
    .replace(/(\d+) ?万/g, (_, count: string) => String(Number(count) * 1e4));
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}
