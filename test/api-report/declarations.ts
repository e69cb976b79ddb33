import { parseSync } from 'oxc-parser';

/** A top-level declaration of a built `.d.ts` file. */
export interface Declaration {
  readonly name: string;
  readonly isExported: boolean;
  /** Its text, `export declare` left out, each doc comment cut to its first sentence. */
  readonly text: string;
  /** Whether the declaration (of an overloaded function: its first) has a doc comment. */
  readonly isDocumented: boolean;
  /** Methods of a class that have none. */
  readonly undocumentedMembers: readonly string[];
  /** Names of types that it mentions. */
  readonly mentions: ReadonlySet<string>;
}

/** What a module of a built package declares, and what it takes from where. */
export interface DeclaredModule {
  readonly declarations: readonly Declaration[];
  /** Module specifier by local name. */
  readonly imports: ReadonlyMap<string, string>;
  /** Re-exports: local name and module, in order. */
  readonly reexports: readonly { readonly name: string; readonly from: string }[];
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Reads a built `.d.ts` file. */
export function declaredModule(path: string, text: string): DeclaredModule {
  const { program, comments } = parseSync(path, text);
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  const declarations: Declaration[] = [];
  const imports = new Map<string, string>();
  const reexports: { name: string; from: string }[] = [];
  for (const statement of program.body as unknown as readonly SyntaxNode[]) {
    const from = (statement['source'] as { readonly value: string } | null | undefined)?.value;
    const specifiers = (statement['specifiers'] ?? []) as readonly SyntaxNode[];
    if (statement.type === 'ImportDeclaration') {
      for (const { local } of specifiers) imports.set(nameOf(local), from ?? '');
    } else if (from !== undefined) {
      reexports.push(...specifiers.map(({ local }) => ({ name: nameOf(local), from })));
    } else {
      declarations.push(...declarationsOf(statement));
    }
  }
  return { declarations, imports, reexports };

  function declarationsOf(statement: SyntaxNode): readonly Declaration[] {
    const isExported = statement.type === 'ExportNamedDeclaration';
    const node = (isExported ? statement['declaration'] : statement) as SyntaxNode | null;
    if (node === null) return [];
    const named = (node['declarations'] as readonly SyntaxNode[] | undefined)?.[0] ?? node;
    const name = nameOf(named['id']);
    const before = docs.findLast(({ end }) => end <= statement.start);
    const isDocumented = before !== undefined && text.slice(before.end, statement.start).trim() === '';
    const start = isDocumented ? before.start : statement.start;
    return [
      {
        name,
        isExported,
        text: shortened(text.slice(start, statement.end)),
        isDocumented,
        undocumentedMembers: methodsOf(node)
          .filter((member) => !hasDoc(member))
          .map(({ key }) => `${name}.${nameOf(key)}`),
        mentions: new Set(identifiersIn(node)),
      },
    ];
  }

  function hasDoc(node: SyntaxNode): boolean {
    const before = docs.findLast(({ end }) => end <= node.start);
    return before !== undefined && text.slice(before.end, node.start).trim() === '';
  }
}

function methodsOf(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.type !== 'ClassDeclaration') return [];
  const { body } = node['body'] as { readonly body: readonly SyntaxNode[] };
  return body.filter(
    (member) =>
      (member.type === 'MethodDefinition' || member.type === 'TSAbstractMethodDefinition') &&
      member['kind'] !== 'constructor' &&
      member['accessibility'] !== 'private',
  );
}

function nameOf(node: unknown): string {
  const { name, value } = node as { readonly name?: string; readonly value?: string };
  return name ?? value ?? '';
}

function identifiersIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(identifiersIn);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as SyntaxNode;
  const own = node.type === 'Identifier' ? [nameOf(node)] : [];
  return [...own, ...Object.values(node).flatMap(identifiersIn)];
}

/** Keeps of each comment the first sentence, and drops what is private. */
function shortened(text: string): string {
  return text
    .replace(/^export (declare )?|(?<=\*\/\n)export (declare )?/g, '')
    .replace(/^ *(#private;|private [^\n]*)\n/gm, '')
    .replace(/\/\*\*([\s\S]*?)\*\//g, (_, body: string) => `/** ${firstSentence(body)} */`);
}

function firstSentence(comment: string): string {
  const words = comment
    .replace(/^\s*\*? ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  const end = /\.(?= [A-Z@`(]|$)/.exec(words);
  return end === null ? words : words.slice(0, end.index + 1);
}
