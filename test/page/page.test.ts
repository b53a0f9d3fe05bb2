import { expect, test } from 'vitest';
import { html, raw } from '../../src/page/html.ts';
import { facts, figure, page, table } from '../../src/page/page.ts';

const evil = `<script>alert("1")</script>&'\u0007`;
const tame = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\ufffd';

test('text stays text, wherever it stands', () => {
  const document = page(evil, evil, [
    {
      title: evil,
      lead: evil,
      body: [facts([[evil, evil]]), table([evil], [[evil]]), figure('<svg/>', evil)],
    },
  ]);
  expect(document).not.toContain('<script');
  expect(document.split(tame)).toHaveLength(1 + 10);
});

test('a template escapes text and leaves HTML', () => {
  expect(html`a ${'<'} ${raw('<b>')} ${[1, html`<i>${'&'}</i>`, undefined]} z`.text).toBe(
    'a &lt; <b> 1<i>&amp;</i> z',
  );
});

test('a page asks for nothing from outside', () => {
  const document = page('t', 'l', [{ title: 's', body: figure('<svg></svg>') }]);
  expect(document).toContain(`content="default-src &#39;none&#39;`);
  expect(document).not.toMatch(/https?:|src=|href=|@import|url\(/);
  expect(document).toMatch(/<svg><\/svg>/);
});

test('a number has the usual minus sign, and no more digits than a float32', () => {
  const numbers = [-3, 0.1 + 0.2, Math.fround(0.1), 123_456_789, -1.5e-7, Number.NaN];
  expect(html`${numbers.map((x) => [x, ' '])}`.text).toBe('−3 0.3 0.1 123456789 −1.5e−7 NaN ');
});
