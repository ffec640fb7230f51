import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { specs } from './index.ts';
import { locateIn } from './locate.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const locate = locateIn();
const lineOf = ({ file, line }: { readonly file: string; readonly line: number }) =>
  readFileSync(`${root}${file}`, 'utf8').split('\n')[line - 1]!;

test('every variant of every spec is found where its name stands', () => {
  const odd = specs.flatMap(({ name, variants }) =>
    variants.flatMap((variant) => {
      const at = locate.variant(name, variant.name);
      // A call whose name did not fit its line begins one above.
      const lines = at === null ? '' : `${lineOf(at)}${lineOf({ ...at, line: at.line + 1 })}`;
      return lines.includes(variant.name.split(', ')[0]!) && at!.file.startsWith(`specs/${name}/`)
        ? []
        : [`${name}/${variant.name}`];
    }),
  );
  expect(odd).toEqual([]);
});

test('every function of every committed trace is found; what stands in none of them belongs to a program', () => {
  const used = readdirSync(`${root}results/traces`)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { spec, trace } = JSON.parse(readFileSync(`${root}results/traces/${file}`, 'utf8'));
      const lines: { readonly fn?: string }[] = [...(trace.prelude ?? []), ...trace.steps].flatMap(
        (step) => step.lines,
      );
      return lines.flatMap(({ fn }) => (fn === undefined ? [] : [`${spec} ${fn}`]));
    });
  const lost = [...new Set(used)].filter((it) => {
    const [spec = '', fn = ''] = it.split(' ');
    const at = locate.fn(spec, fn);
    return at === null || !`${lineOf(at)}${lineOf({ ...at, line: at.line + 1 })}`.includes(fn);
  });
  expect(used.length).toBeGreaterThan(1000);
  expect(lost.filter((it) => !/ CPU\d$/.test(it))).toEqual([]);
});

test('of functions that are written down twice, the one that the spec uses is found', () => {
  const invs = (spec: string) => locate.fn(spec, 'arm_smmu_domain_inv_range')!.file;
  expect(invs('unmap-vs-attach')).toBe('model/driver/invs.ts');
  expect(invs('inv-range')).toBe('model/driver/inv-range.ts');
});

test('what is none of ours is nowhere', () => {
  expect(locate.variant('no-such-spec', 'v9')).toBeNull();
  expect(locate.fn('unmap-vs-attach', 'no_such_function')).toBeNull();
  // A program is no function, though its name stands there.
  expect(locate.fn('ats', 'CPU0')).toBeNull();
  expect(locate.variant('unmap-vs-attach', 'no such variant')).toEqual({
    file: 'specs/unmap-vs-attach/index.ts',
    line: 1,
  });
});
