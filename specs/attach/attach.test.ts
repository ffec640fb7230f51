import { describe, expect, test } from 'vitest';
import { call, type Stmt } from '../../model/program/statement.ts';
import { moveCall } from '../calls.ts';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';
import { attachmentAtFirst, DOMAINS, type World } from './world.ts';

testEveryVariant(spec, {
  except: ['A to B, unmap B (armv8)', 'to blocked, ATS (armv8)', 'to blocked, ATS, v9 (armv8)'],
});

const why = (variant: string): string => {
  const { verdict } = outcomeOf(spec, variant, 'sc');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  return verdict.why;
};

test('what the late device holds, nobody has told its ATC to give up', () => {
  for (const variant of [
    'ATS beside another device',
    'A to B with another device, ATS',
    'nested, ATS goes on, unmap',
  ])
    expect(why(variant)).toMatch(/\(by the ATC\) to page\d, which was freed$/);
});

test('the device that left last is under reset when the ATC_INV of an old array reaches it', () => {
  expect(why('two detaches')).toMatch(/dev1 is under reset$/);
  expect(why('attach and detach')).toMatch(/dev0 is under reset$/);
});

test('without draining, what is still in use is a transaction in flight', () => {
  expect(why('to blocked, CFGI does not drain')).toMatch(/\(in flight\) to page1, which was freed$/);
});

test('what an attach that failed left behind is named', () => {
  expect(why('array before the checks')).toBe(
    'the attach has failed, and B->invs is &invs1_0 instead of &invs_B',
  );
  expect(why('count before the check')).toBe(
    'the attach has failed, and B->nr_ats_masters is 1 instead of 0',
  );
  expect(why('ATS off before the checks')).toBe('the attach has failed, and dev0->ats is 0 instead of 1');
  expect(why('new array is kept')).toBe('the attach has failed, and invs1_0 is still allocated');
});

describe('a device as the world begins', () => {
  const world = (before: World['devices'][number]['before'], ats = true): World => ({
    domains: ['A', 'S1'],
    devices: [{ ats, cds: 2, before }],
  });

  test('has ATS on in a domain, off when it is blocked, and on for the sake of a PASID', () => {
    const attach = { do: 'attach', dev: 0, to: 'A' } as const;
    const block = { do: 'attach', dev: 0, to: 'blocked' } as const;
    const pasid = { do: 'set PASID', dev: 0, pasid: 1, to: 'S1' } as const;
    expect(attachmentAtFirst(world([]), 0).ats).toBe(false);
    expect(attachmentAtFirst(world([attach]), 0).ats).toBe(true);
    expect(attachmentAtFirst(world([attach, block]), 0).ats).toBe(false);
    expect(attachmentAtFirst(world([block, pasid]), 0).ats).toBe(true);
    expect(attachmentAtFirst(world([block, pasid, block]), 0).ats).toBe(true);
    expect(attachmentAtFirst(world([attach], false), 0).ats).toBe(false);
  });

  test('gets its old STE back when its last PASID goes', () => {
    const pasid = { do: 'set PASID', dev: 0, pasid: 1, to: 'S1' } as const;
    const gone = { do: 'remove PASID', dev: 0, pasid: 1 } as const;
    const [blocked, inUse, after] = [[], [pasid], [pasid, gone]].map((b) => attachmentAtFirst(world(b), 0));
    expect(inUse!.pasids).toEqual({ 1: DOMAINS.S1 });
    expect(inUse!.ste).not.toEqual(blocked!.ste);
    expect(after).toEqual(blocked);
  });
});

describe('a call that is moved', () => {
  const named = (fn: string): Stmt => call(fn, []);
  const body = [named('a'), call('b', [named('c')]), named('d')];
  const names = (stmts: readonly Stmt[]): string =>
    stmts.map((s) => (s.kind === 'call' ? `${s.fn}(${names(s.body)})` : '')).join('');

  test('stands before or behind another, wherever that is', () => {
    expect(names(moveCall(body, 'd', 'before', 'c'))).toBe('a()b(d()c())');
    expect(names(moveCall(body, 'a', 'after', 'd'))).toBe('b(c())d()a()');
  });

  test('must be there, once, and so must the other', () => {
    expect(() => moveCall(body, 'x', 'before', 'a')).toThrow('no call of x()');
    expect(() => moveCall([...body, named('a')], 'a', 'before', 'b')).toThrow('2 calls of a() to move');
    expect(() => moveCall(body, 'a', 'before', 'x')).toThrow('no call of x()');
  });
});
