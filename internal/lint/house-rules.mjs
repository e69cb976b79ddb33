// House rules of this repository that no built-in rule of oxlint states. Loaded by `.oxlintrc.json` under the name `house`.

/** A door lists what it opens: a star would publish every new name without anybody deciding so. */
const noExportStar = {
  create(context) {
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: 'Name what is exported: no `export *`.' });
      },
    };
  },
};

/** Failed work is a PatchworkError with a stable code, a wrong call a TypeError; a bare Error tells a program nothing. */
const noBareError = {
  create(context) {
    return {
      ThrowStatement(node) {
        const thrown = node.argument;
        const isCall = thrown?.type === 'NewExpression' || thrown?.type === 'CallExpression';
        if (isCall && thrown.callee.type === 'Identifier' && thrown.callee.name === 'Error') {
          context.report({
            node,
            message: 'Throw a PatchworkError with a code (failed work) or a TypeError (wrong call).',
          });
        }
      },
    };
  },
};

/** Enums are neither types nor erasable; a union of string literals is both. */
const noEnum = {
  create(context) {
    return {
      TSEnumDeclaration(node) {
        context.report({ node, message: 'Use a union of string literals: no `enum`.' });
      },
    };
  },
};

/** Whoever uses a name reads one sentence about it first; of an overloaded function the first declaration speaks for all. */
const documentedExport = {
  create(context) {
    let overloaded = null;
    return {
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        if (declaration === null) return;
        const name = declaration.id?.name ?? declaration.declarations?.[0]?.id?.name ?? 'it';
        const isOverload = overloaded === name;
        overloaded = declaration.type === 'TSDeclareFunction' ? name : null;
        const before = context.sourceCode.getCommentsBefore(node).at(-1);
        const isDocumented = before?.type === 'Block' && before.value.startsWith('*');
        if (!isDocumented && !isOverload) {
          context.report({ node, message: `Say in a doc comment what ${name} is: every export has one.` });
        }
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: {
    'no-export-star': noExportStar,
    'no-bare-error': noBareError,
    'no-enum': noEnum,
    'documented-export': documentedExport,
  },
};
