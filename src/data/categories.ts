import { numberIn, PLAIN_READING, type Reading } from './reading.ts';

/** A category of a column; null stands for a missing cell. */
export type Category = string | null;

/**
 * The category that a cell spells: its text as it was written, without blanks around it and in Unicode's composed form
 * (NFC), so that letters that look the same are the same. Case is kept. Null where nothing is left.
 *
 * @example
 * categoryIn(' São Paulo '); // 'São Paulo', whichever way its ã was typed
 */
export function categoryIn(text: string): Category {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed.normalize('NFC');
}

/** A number that begins with a zero is an identifier such as a postcode: `01001` is not `1001`. */
const IDENTIFIER = /^[+-]?0\d/;

/** Digits that a float64 holds in any case. */
const EXACT_DIGITS = 15;

/** What a spelling means where it is a number or a truth value: `1`, `1.0` and `true` mean the same. */
function meaningOf(category: string, reading: Reading): string {
  const lower = category.toLowerCase();
  if (lower === 'true') return '1';
  if (lower === 'false') return '0';
  if (IDENTIFIER.test(category) || category.replace(/\D/g, '').length > EXACT_DIGITS) return category;
  const plain = numberIn(category, PLAIN_READING);
  const value = Number.isNaN(plain) ? numberIn(category, reading) : plain;
  return Number.isNaN(value) ? category : String(value + 0);
}

/**
 * Finds cells among the categories of a column: by their spelling; and where no category is spelled so, by what they
 * mean, if exactly one category means that. So `1`, `1.0`, `true` and `True` find each other where there is no doubt, and
 * `1.10` and `1.1` are two categories where both were seen.
 */
export class CategoryIndex {
  readonly #spelled = new Map<Category, number>();
  /** Position by meaning; undefined where several categories mean the same. */
  readonly #meant = new Map<string, number | undefined>();
  readonly #reading: Reading;

  constructor(categories: readonly Category[], reading: Reading = PLAIN_READING) {
    this.#reading = reading;
    categories.forEach((category, i) => {
      this.#spelled.set(category === null ? null : categoryIn(category), i);
      if (category === null) return;
      const meaning = meaningOf(category, reading);
      this.#meant.set(meaning, this.#meant.has(meaning) ? undefined : i);
    });
  }

  /** The position of a category; undefined for an unknown one. */
  find(category: Category): number | undefined {
    const found = this.#spelled.get(category);
    if (found !== undefined || category === null) return found;
    return this.#meant.get(meaningOf(category, this.#reading));
  }
}
