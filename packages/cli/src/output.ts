import { isPatchworkError, type Json } from '@patchwork/kernel';

/** Where a command's words go. Results to stdout, everything else to stderr. */
export interface Terminal {
  /** Bytes where the result is another file's content. */
  readonly stdout: (text: string | Uint8Array) => void;
  readonly stderr: (text: string) => void;
  /** Columns of stderr; 0 when it is no terminal: no progress line then. */
  readonly columns: number;
  /** Columns of stdout; left out where it is no terminal. */
  readonly width?: number;
  /** Whether stdout shows colours. */
  readonly color: boolean;
}

/** A command's result: a document for machines and a text for people. */
export interface CommandResult {
  /** Names its schema: `{"schema":"patchwork.render/1", …}`. */
  readonly document: { readonly schema: string; readonly [key: string]: Json };
  /** Ends without a line break. */
  readonly text: string;
}

/** Colours and weights, which we write ourselves: `ESC [ 1 m`. */
const rendition = /^\[[\d;]{0,12}m/;

/**
 * A text without what moves a terminal's cursor, rings or renames it: names of clips and files are anybody's. Line breaks,
 * tabs and colours stay.
 */
export function harmless(text: string): string {
  const isOurs = (sign: string, at: number): boolean =>
    sign === '\n' ||
    sign === '\t' ||
    (sign === '\r' && text[at + 1] === '\n') ||
    (sign === '\u001B' && rendition.test(text.slice(at + 1, at + 16)));
  return text.replaceAll(/\p{Cc}/gu, (sign, at: number) => (isOurs(sign, at) ? sign : ' '));
}

/** Prints a result as the person asked: one JSON document, or text. Returns what it printed. */
export function printResult(terminal: Terminal, result: CommandResult, asJson: boolean): string {
  const text = `${asJson ? JSON.stringify(result.document) : harmless(result.text)}\n`;
  terminal.stdout(text);
  return text;
}

/** A failure, for machines. */
export interface ErrorDocument {
  readonly schema: 'patchwork.error/1';
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: { readonly [key: string]: Json };
}

/** The document of a failure, `patchwork.error/1`. */
export function errorDocument(error: unknown): ErrorDocument {
  if (isPatchworkError(error)) {
    return {
      schema: 'patchwork.error/1',
      code: error.code,
      message: error.message,
      hint: error.hint,
      details: error.details,
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    schema: 'patchwork.error/1',
    code: 'PW_INTERNAL',
    message,
    hint: 'This is a fault of Patchwork. Nothing of yours was changed; please report it with this text.',
    details: {},
  };
}

/** Prints a failure: the document on stdout with `--json`, and always the words on stderr. */
export function printError(terminal: Terminal, error: unknown, asJson: boolean): string {
  const document = errorDocument(error);
  if (asJson) terminal.stdout(`${JSON.stringify(document)}\n`);
  const { message, hint, code } = document;
  terminal.stderr(harmless(`patchwork: ${message}\n${hint === null ? '' : `  ${hint}\n`}  (${code})\n`));
  return code;
}
