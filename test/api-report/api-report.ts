import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { declaredModule, type Declaration, type DeclaredModule } from './declarations.ts';

/** What can be seen of a built package from outside. */
export interface ApiReport {
  /** Every exported name with its signature and the first sentence of its doc comment. */
  readonly text: string;
  /** Exports, and methods of exported classes, without a doc comment. */
  readonly undocumented: readonly string[];
  /** Types that signatures of the door mention and the door does not export. */
  readonly hidden: readonly string[];
}

/** Reads the door of a package (its built `index.d.ts`) and what stands behind it. */
export function apiReport(title: string, door: string): ApiReport {
  const modules = modulesBehind(door);
  const names = new Set([...modules.values()].flatMap(({ exported }) => exported));
  const sections = [...modules].map(([path, module]) => sectionOf(path, module));
  const shown = [...modules.values()].flatMap((module) =>
    shownIn(module).map((declaration) => ({ module, declaration })),
  );
  const hidden = shown.flatMap(({ module, declaration }) =>
    [...declaration.mentions]
      .filter((name) => module.imports.get(name)?.startsWith('.') === true && !names.has(name))
      .map((name) => `${declaration.name} mentions ${name}`),
  );
  const exported = shown.filter(({ declaration }) => declaration.isExported).map(({ declaration }) => declaration);
  return {
    text: `# ${title}: what can be seen from outside\n\nMade from the built declarations by \`npm test -- test/api-report.test.ts -u\`; a difference fails the tests.\n\n${sections.join('\n')}`,
    undocumented: undocumentedIn(exported),
    hidden: [...new Set(hidden)],
  };
}

interface OpenModule extends DeclaredModule {
  /** Names that the door exports from here. */
  readonly exported: readonly string[];
}

/** The modules that a door opens, in its order. */
function modulesBehind(door: string): ReadonlyMap<string, OpenModule> {
  const opened = new Map<string, string[]>();
  for (const { name, from } of declaredModule(door, readFileSync(door, 'utf8')).reexports) {
    opened.set(from, [...(opened.get(from) ?? []), name]);
  }
  return new Map(
    [...opened].map(([from, exported]) => {
      const path = join(dirname(door), from.replace(/\.[jt]s$/, '.d.ts'));
      return [from, { ...declaredModule(path, readFileSync(path, 'utf8')), exported }];
    }),
  );
}

/** What the door exports of a module, and the module's own types that those are made of. */
function shownIn(module: OpenModule): readonly Declaration[] {
  const names = new Set(module.exported);
  for (let before = 0; before < names.size;) {
    before = names.size;
    for (const { name, mentions } of module.declarations) {
      if (names.has(name))
        for (const { name: other, isExported } of module.declarations)
          if (!isExported && mentions.has(other)) names.add(other);
    }
  }
  return module.declarations.filter(({ name }) => names.has(name));
}

function sectionOf(path: string, module: OpenModule): string {
  const texts = shownIn(module).map(({ text, isExported }) =>
    isExported ? text : `// Not exported by name.\n${text}`,
  );
  return `## ${path.replace(/^\.\/|\.[jt]s$/g, '')}\n\n\`\`\`ts\n${texts.join('\n')}\n\`\`\`\n`;
}

/** Of an overloaded function the first declaration speaks for all. */
function undocumentedIn(declarations: readonly Declaration[]): readonly string[] {
  const seen = new Set<string>();
  const missing: string[] = [];
  for (const { name, isDocumented, undocumentedMembers } of declarations) {
    if (!isDocumented && !seen.has(name)) missing.push(name);
    seen.add(name);
    missing.push(...undocumentedMembers);
  }
  return missing;
}
