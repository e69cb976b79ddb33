import { expect, test } from 'vitest';
import { textOf, textTree } from './text-tree.ts';

test.each([
  '<?xml version="1.0"?>\n<!DOCTYPE a>\n<a>\n  <b c="1>2" d=\'"\'/> text <!-- <b> --><c><![CDATA[<x>]]></c>\n</a>\n<!-- end -->',
  '<!DOCTYPE a [ <!ELEMENT a (b)> ]><a/>',
  '<a\n  b = "1"\n></a >\r\n',
  '',
])('P2: a document and its tree are one text: %s', (text) => {
  expect(textOf(textTree(text))).toBe(text);
});
