/** A name as it was typed, with what narrows it: a year of birth, and the desa that the last words may name. */
export interface FindQuery {
  /** All words but the year. */
  readonly words: string;
  /** Lowest and first higher ISO date; all dates where no year was typed. */
  readonly born: readonly [from: string, before: string];
  readonly isNarrowed: boolean;
  /** Where the last words begin the name of a desa: the words before them, and the codes of such desa. */
  readonly inDesa: { readonly words: string; readonly codes: readonly string[] } | null;
}

const ANY_DATE = ['0', ':'] as const;
/** The longest names of desa here, in words. */
const DESA_WORDS_MAX = 3;
/** Shorter begins too many names. */
const DESA_LETTERS_MIN = 3;

/** RUMINAH AMBULU 1981. A word that is a name and a desa's too is looked for as both. */
export function readFindQuery(
  query: string,
  desa: readonly { readonly kode: string; readonly nama: string }[],
): FindQuery {
  const typed = query.trim().split(/\s+/);
  const isYear = (word: string) => /^(19|20)\d\d$/.test(word);
  const year = typed.find(isYear);
  const words = typed.filter((word) => !isYear(word));
  const born = year === undefined ? ANY_DATE : ([year, String(Number(year) + 1)] as const);
  return {
    words: words.join(' '),
    born,
    isNarrowed: year !== undefined,
    inDesa: findDesa(words, desa),
  };
}

function findDesa(
  words: readonly string[],
  desa: readonly { readonly kode: string; readonly nama: string }[],
): FindQuery['inDesa'] {
  for (let many = Math.min(DESA_WORDS_MAX, words.length - 1); many > 0; many -= 1) {
    const tail = words.slice(-many).join(' ').toUpperCase();
    const codes = desa.filter(({ nama }) => nama.toUpperCase().startsWith(tail)).map(({ kode }) => kode);
    if (tail.length >= DESA_LETTERS_MIN && codes.length > 0) {
      return { words: words.slice(0, -many).join(' '), codes };
    }
  }
  return null;
}
