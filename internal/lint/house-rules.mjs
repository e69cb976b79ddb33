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

export default {
  meta: { name: 'house' },
  rules: { 'no-export-star': noExportStar, 'no-bare-error': noBareError, 'no-enum': noEnum },
};
