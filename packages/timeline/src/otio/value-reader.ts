import type { PatchworkError } from '@patchwork/kernel';
import { emptyObject, type JsonObject } from '../json-value.ts';
import type { JsonScanner } from '../json/json-scanner.ts';

/** Reads the plain values of OTIO objects, each of the type that its field has. */
export class ValueReader {
  readonly #scanner: JsonScanner;
  /** Says where in the tree the reader is; called for messages only. */
  readonly #path: () => string;

  constructor(scanner: JsonScanner, path: () => string) {
    this.#scanner = scanner;
    this.#path = path;
  }

  /** Takes an object or null. @throws PW_OTIO_TYPE */
  object(key: string): JsonObject | null {
    const scanner = this.#scanner;
    switch (scanner.peekType()) {
      case 'null':
        return scanner.readNull();
      case 'object': {
        const object = scanner.readObject();
        return object.entries.length === 0 ? emptyObject : object;
      }
      default:
        throw this.wrongType(key, 'an object');
    }
  }

  /** Takes a text; `absent` stands for null. @throws PW_OTIO_TYPE */
  text<T extends string | null>(key: string, absent: T): string | T {
    const scanner = this.#scanner;
    switch (scanner.peekType()) {
      case 'null':
        scanner.readNull();
        return absent;
      case 'string':
        return scanner.readString();
      default:
        throw this.wrongType(key, 'a text');
    }
  }

  /** Takes true, false or null. @throws PW_OTIO_TYPE */
  boolean(key: string): boolean | null {
    const scanner = this.#scanner;
    switch (scanner.peekType()) {
      case 'null':
        return scanner.readNull();
      case 'boolean':
        return scanner.readBoolean();
      default:
        throw this.wrongType(key, 'true or false');
    }
  }

  /** Takes a number or null; one that is not finite is diagnosed. @throws PW_OTIO_TYPE */
  number(key: string): number | null {
    const scanner = this.#scanner;
    switch (scanner.peekType()) {
      case 'null':
        return scanner.readNull();
      case 'number': {
        const at = scanner.position;
        const number = Number(scanner.readNumber());
        if (!Number.isFinite(number)) scanner.blame('PW_OTIO_NUMBER', `${this.#path()}: the number is not finite`, at);
        return number;
      }
      default:
        throw this.wrongType(key, 'a number');
    }
  }

  /** Takes what an image sequence does about missing images, or null. @throws PW_OTIO_TYPE */
  policy(key: string): 'error' | 'hold' | 'black' | null {
    const at = this.#scanner.position;
    const text = this.text(key, null);
    if (text === null || text === 'error' || text === 'hold' || text === 'black') return text;
    throw this.#scanner.error('PW_OTIO_TYPE', `${this.#path()}: "${text}" is none of error, hold, black`, at);
  }

  /** The error for a value of another type than its field's. */
  wrongType(key: string, wanted: string): PatchworkError {
    const { position } = this.#scanner;
    return this.#scanner.error(
      'PW_OTIO_TYPE',
      `${this.#path()}: "${key}" should be ${wanted}, not a ${this.#scanner.peekType()}`,
      position,
    );
  }
}
