import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

test('without the lock on either side, the reader has found the entry live and is late with its ATC_INV', () => {
  for (const name of ['no write_lock', 'no read_lock'])
    expect(outcomeOf(spec, name, 'sc').verdict).toMatchObject({
      why: 'SMMU0 stops with CERROR_ATC_INV_SYNC: dev1 is under reset',
    });
});
