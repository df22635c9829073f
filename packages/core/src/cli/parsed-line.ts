import { fail } from '../model/failure.ts';

/** The words of a command line, by the names its command declared them with. */
export class ParsedLine {
  readonly #args: { readonly [name: string]: unknown };
  readonly #flags: { readonly [name: string]: unknown };

  constructor(args: { readonly [name: string]: unknown }, flags: { readonly [name: string]: unknown }) {
    this.#args = args;
    this.#flags = flags;
  }

  /** An argument the command requires; the parser has made sure of it. */
  arg(name: string): string {
    return this.optionalArg(name) ?? '';
  }

  /** Undefined when it was left out. */
  optionalArg(name: string): string | undefined {
    const value = this.#args[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The words a list at the end of the line took; undefined when there were none. */
  words(name: string): readonly string[] | undefined {
    const value = this.#args[name];
    return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
  }

  /** A flag without a value was given. */
  has(name: string): boolean {
    return this.#flags[name] === true;
  }

  /** The value of a flag as it was typed. */
  text(name: string): string | undefined {
    const value = this.#flags[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A whole number of at least 1. */
  positive(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : positiveNumber(`--${name}`, text);
  }

  /** One of the given words. */
  choice<const C extends string>(name: string, choices: readonly C[]): C | undefined {
    const text = this.text(name);
    const found = choices.find((one) => one === text);
    if (text !== undefined && found === undefined) {
      throw fail('usage.invalid', { message: `--${name} is ${choices.join(' or ')}, not ${text}` });
    }
    return found;
  }

  /** All flags that were given, as the parser left them. */
  get given(): { readonly [name: string]: unknown } {
    return this.#flags;
  }
}

/** Reads a whole number of at least 1; `what` names it in the failure. */
export function positiveNumber(what: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw fail('usage.invalid', { message: `${what} is a whole number of at least 1, not ${text}` });
}
