/** What a driver must do before it gives memory back, one sequence for each mistake and its cure, with the verdicts
 *  derived by hand from IHI 0070 3.21 and 4.3 to 4.7 (semantics.md 3.3). */
import { s2Ste } from '../../model/driver/attach.ts';
import {
  abort,
  barrier,
  cfgi,
  cfgiAll,
  type Does,
  everything,
  first,
  free,
  invalid,
  leaf,
  nonLeaf,
  pte,
  queue,
  type Sequence,
  second,
  ste,
  sync,
  vmall,
} from './sequence.ts';

export interface Expected extends Sequence {
  readonly name: string;
  readonly expect: 'holds' | 'noStaleTranslation';
  /** Why. */
  readonly why: string;
}

const entry =
  (expect: Expected['expect']) =>
  (name: string, why: string, does: readonly Does[], start: Omit<Sequence, 'does'> = {}): Expected => ({
    name,
    expect,
    why,
    does,
    ...start,
  });
const holds = entry('holds');
const stale = entry('noStaleTranslation');

const unmap0 = pte('ptes', 0, null);
const unmap1 = pte('ptes', 1, null);
const unlink = pte('pgd', 0, null);
const detach = ste(0, abort, [0]);
const attach = ste(0, first, [0]);

/** A page is unmapped and given back. */
const pages: readonly Expected[] = [
  holds('unmap, TLBI, SYNC, free', 'the textbook', [unmap0, sync(leaf(0)), free('page0')]),
  stale('unmap, free', 'the translation may be in the TLB', [unmap0, free('page0')]),
  stale('unmap, SYNC without TLBI, free', 'a CMD_SYNC alone invalidates nothing', [
    unmap0,
    sync(),
    free('page0'),
  ]),
  stale('TLBI without SYNC', 'it need not even be consumed', [unmap0, queue(leaf(0)), free('page0')]),
  stale('TLBI before the PTE is cleared', 'the TLB refills', [sync(leaf(0)), unmap0, free('page0')]),
  stale(
    'TLBI queued before the PTE is cleared, SYNC after',
    'consumed at once, and refilled before the store',
    [queue(leaf(0)), unmap0, sync(), free('page0')],
  ),
  holds('TLBI queued after the PTE is cleared, SYNC in a list of its own', 'a SYNC covers all before it', [
    unmap0,
    queue(leaf(0)),
    sync(),
    free('page0'),
  ]),
  holds('TLBI twice, the second after the PTE is cleared', 'what the first lets refill, the second takes', [
    queue(leaf(0)),
    unmap0,
    sync(leaf(0)),
    free('page0'),
  ]),
  stale('TLBI to the wrong VMID', 'out of scope', [unmap0, sync(leaf(0, 1, 2)), free('page0')]),
  stale('TLBI to the wrong page', 'out of scope', [unmap0, sync(leaf(1)), free('page0')]),
  holds('TLBI to a range', 'both pages are in it', [
    unmap0,
    unmap1,
    sync(leaf(0, 2)),
    free('page0'),
    free('page1'),
  ]),
  stale('TLBI to a range that is too short', 'page 1 is not in it', [
    unmap0,
    unmap1,
    sync(leaf(0)),
    free('page0'),
    free('page1'),
  ]),
  holds('TLBI by VMID', 'more than enough', [unmap0, sync(vmall(1)), free('page0')]),
  stale('TLBI by the wrong VMID', 'out of scope', [unmap0, sync(vmall(2)), free('page0')]),
  holds('TLBI of everything', 'more than enough', [unmap0, sync(everything()), free('page0')]),
  stale('CFGI instead of TLBI', 'it leaves the TLB alone', [unmap0, sync(cfgi(0)), free('page0')]),
  stale('PTE overwritten without TLBI', 'old and new may both be cached', [
    pte('ptes', 0, 'page1'),
    free('page0'),
  ]),
  holds('PTE overwritten, TLBI, SYNC', 'as for an unmap', [
    pte('ptes', 0, 'page1'),
    sync(leaf(0)),
    free('page0'),
  ]),
  stale(
    'mapped twice, one mapping cleared',
    'the other is still there',
    [unmap0, sync(leaf(0, 2)), free('page0')],
    { ptes: ['page0', 'page0'] },
  ),
  stale(
    'mapped twice, TLBI to one page only',
    'the other may be in the TLB',
    [unmap0, unmap1, sync(leaf(0)), free('page0')],
    { ptes: ['page0', 'page0'] },
  ),
  holds(
    'mapped twice, TLBI to both',
    'each is covered',
    [unmap0, unmap1, sync(leaf(0), leaf(1)), free('page0')],
    { ptes: ['page0', 'page0'] },
  ),
];

/** A table is unlinked and given back. */
const tables: readonly Expected[] = [
  holds('unlink, TLBI not leaf-only, SYNC, free the table', 'the walk cache is covered', [
    unlink,
    sync(nonLeaf(0, 2)),
    free('ptes'),
  ]),
  stale('unlink, leaf-only TLBI, free the table', 'the walk cache keeps the table', [
    unlink,
    sync(leaf(0, 2)),
    free('ptes'),
  ]),
  holds('unlink, TLBI by VMID, free the table', 'it covers tables', [unlink, sync(vmall(1)), free('ptes')]),
  holds(
    'unlink, TLBI to one page of the table',
    'an entry for the table is used for that page too, so it is targeted',
    [unlink, sync(nonLeaf(1)), free('ptes')],
  ),
  stale('unlink, TLBI to a page outside the table', 'not targeted', [unlink, sync(nonLeaf(2)), free('ptes')]),
  stale('TLBI before the table is unlinked', 'the walk cache refills', [
    sync(nonLeaf(0, 2)),
    unlink,
    free('ptes'),
  ]),
  holds('unlink, TLBI, SYNC, free table and pages', 'the TLB is covered as well', [
    unlink,
    sync(nonLeaf(0, 2)),
    free('page0'),
    free('page1'),
    free('ptes'),
  ]),
  stale('unlink, TLBI to one page of the table, free the other page', 'its TLB entry is not targeted', [
    unlink,
    sync(nonLeaf(0)),
    free('page1'),
  ]),
  // The entry of the table may be used until the SYNC. A walk for page 1 that starts after the second TLBI fills an
  // entry that the second came too early for and the first does not target.
  stale('unlink, TLBI to page 0 and leaf-only TLBI to page 1 in one batch', 'a targeted table still fills', [
    unlink,
    sync(nonLeaf(0), leaf(1)),
    free('page1'),
  ]),
  stale('unlink, leaf-only TLBI to page 1 and TLBI to page 0 in one batch', 'the table still fills', [
    unlink,
    sync(leaf(1), nonLeaf(0)),
    free('page1'),
  ]),
  holds(
    'unlink, TLBI to page 0, SYNC, leaf-only TLBI to page 1, SYNC',
    'the table is gone before the second',
    [unlink, sync(nonLeaf(0)), sync(leaf(1)), free('page1')],
  ),
  stale(
    'unlink, leaf-only TLBI to page 1, SYNC, TLBI to page 0, SYNC',
    'refilled between them, and not targeted',
    [unlink, sync(leaf(1)), sync(nonLeaf(0)), free('page1')],
  ),
  stale('table replaced, leaf-only TLBI', 'the walk cache still leads through the old table', [
    pte('pgd', 0, 'ptes2'),
    sync(leaf(0, 2)),
    free('page0'),
  ]),
  holds('table replaced, TLBI not leaf-only', 'old table and old pages are covered', [
    pte('pgd', 0, 'ptes2'),
    sync(nonLeaf(0, 2)),
    free('page0'),
    free('ptes'),
  ]),
];

/** The configuration changes. */
const configurations: readonly Expected[] = [
  holds('detach, CFGI, SYNC, free', 'nothing leads to what the TLB may hold', [
    detach,
    sync(cfgi(0)),
    free('page0'),
  ]),
  holds('detach, CFGI_ALL, SYNC, free', 'as with CFGI_STE', [detach, sync(cfgiAll()), free('page0')]),
  holds('detach, CFGI, SYNC, free the root', 'no walk from it is left', [detach, sync(cfgi(0)), free('pgd')]),
  stale('detach, free', 'the STE may be cached', [detach, free('page0')]),
  stale('detach, CFGI without SYNC', 'the old STE may be used until then', [
    detach,
    queue(cfgi(0)),
    free('pgd'),
  ]),
  stale('CFGI before the detach', 'the STE is cached again', [sync(cfgi(0)), detach, free('pgd')]),
  stale('detach, CFGI to another stream', 'out of scope', [detach, sync(cfgi(1)), free('page0')]),
  stale('detach, TLBI instead of CFGI', 'the cached STE walks again', [
    detach,
    sync(vmall(1)),
    free('page0'),
  ]),
  stale(
    'detach of one of two streams',
    'the other still uses the VMID',
    [detach, sync(cfgi(0)), free('page0')],
    { stes: [first, first] },
  ),
  // IHI 0070 16.2: lookups are by tag, whatever stream filled the entry.
  stale(
    'two streams share a VMID, not the tables',
    'one hits what the other filled',
    [detach, sync(cfgi(0)), free('page0')],
    { stes: [first, s2Ste(1, 'pgd2')] },
  ),
  holds('two streams with their own VMIDs', 'no tag in common', [detach, sync(cfgi(0)), free('page0')], {
    stes: [first, second],
  }),
  // The context is valid late, or may stay invalid for ever: harmless for what is freed.
  holds(
    'attach without CFGI, unmap, TLBI, SYNC, free',
    'that an invalid STE may be cached only blocks',
    [attach, unmap0, sync(leaf(0)), free('page0')],
    { stes: [invalid(first)] },
  ),
  stale(
    'attach without CFGI, unmap, free',
    'the valid STE may be fetched all the same',
    [attach, unmap0, free('page0')],
    { stes: [invalid(first)] },
  ),
  // Even when it is invalid, and no CFGI helps: it is looked up in the stream table at any time.
  stale('detach, CFGI, SYNC, free the STE', 'the SMMU still fetches it', [
    detach,
    sync(cfgi(0)),
    free('ste0'),
  ]),
];

/** VMID 1 with the other root: one word, hitless. */
const reroot = ste(0, s2Ste(1, 'pgd2'), [3]);
/** The same after a detach, one word at a time. */
const reattach = [...reroot, ...sync(cfgi(0)), ...attach];

/** A VMID is used again. */
const tags: readonly Expected[] = [
  stale('VMID reused without TLBI', 'the old entries have the tag', [
    detach,
    sync(cfgi(0)),
    free('page0'),
    reattach,
  ]),
  holds('VMID reused after TLBI', 'none is left', [
    detach,
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
    reattach,
  ]),
  stale(
    'VMID reused after TLBI, STE written at once',
    'the old root may have been fetched again, under V = 0',
    [detach, sync(cfgi(0)), sync(vmall(1)), free('page0'), reroot, attach],
  ),
  stale('VMID reused, CFGI and TLBI in one batch', 'the old STE refills between the TLBI and the SYNC', [
    detach,
    sync(cfgi(0), vmall(1)),
    free('page0'),
    reattach,
  ]),
  stale('VMID reused, TLBI and CFGI in one batch', 'the same', [
    detach,
    sync(vmall(1), cfgi(0)),
    free('page0'),
    reattach,
  ]),
  stale('VMID reused, TLBI and SYNC before CFGI and SYNC', 'the same', [
    detach,
    sync(vmall(1)),
    sync(cfgi(0)),
    free('page0'),
    reattach,
  ]),
  holds('VMID reused, TLBI before the page is freed', 'not a minute too early', [
    detach,
    sync(cfgi(0)),
    reattach,
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
  ]),
  holds('VMID reused after the root was freed, nothing was mapped', 'a root is in no walk cache', [
    unlink,
    sync(nonLeaf(0)),
    detach,
    sync(cfgi(0)),
    free('pgd'),
    reattach,
  ]),
  stale('VMID reused after the table was freed, leaf-only TLBI', 'a table is in the walk cache', [
    unlink,
    sync(leaf(0)),
    detach,
    sync(cfgi(0)),
    free('ptes'),
    reattach,
  ]),
  // Nothing walks for VMID 1 between the TLBI and the PTE's clearing, so nothing refills.
  holds('detach, TLBI, unmap, free, attach again', 'without a context no cache fills', [
    detach,
    sync(cfgi(0)),
    sync(leaf(0)),
    unmap0,
    free('page0'),
    barrier(),
    attach,
  ]),
  stale('attached again before the PTE is cleared', 'the context fills again', [
    detach,
    sync(cfgi(0)),
    sync(leaf(0)),
    attach,
    unmap0,
    free('page0'),
  ]),
  holds('other root, CFGI, SYNC, TLBI, SYNC, free', 'no old root, then no old entries', [
    reroot,
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
    free('ptes'),
    free('pgd'),
  ]),
  stale('other root, CFGI and TLBI in one batch', 'the old root refills until the SYNC', [
    reroot,
    sync(cfgi(0), vmall(1)),
    free('page0'),
  ]),
  stale('other root, TLBI, SYNC, CFGI, SYNC', 'the old root refills before the CFGI', [
    reroot,
    sync(vmall(1)),
    sync(cfgi(0)),
    free('page0'),
  ]),
  stale('other root, CFGI, no TLBI', 'same tag, old entries', [reroot, sync(cfgi(0)), free('page0')]),
];

const retag = ste(0, second);

/** An STE goes from one domain to the other: two words change. */
const torn: readonly Expected[] = [
  // New VMID with old root: page 0 gets the tag 2, which nothing invalidates.
  stale('STE changed at once', 'a fetch may mix the new VMID with the old root', [
    retag,
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
  ]),
  holds('STE changed at once, TLBI to every VMID', 'mixed entries are gone too', [
    retag,
    sync(cfgi(0)),
    sync(everything()),
    free('page0'),
  ]),
  holds('STE made invalid, then changed, then made valid, CFGI each time', 'no mix is ever valid', [
    ste(0, invalid(first), [0]),
    sync(cfgi(0)),
    ste(0, second, [2, 3]),
    sync(cfgi(0)),
    ste(0, second, [0]),
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
  ]),
  // Word 0 may be from before, words 2 and 3 from after: still a mix.
  stale('STE made invalid, no CFGI before it is changed', 'the old word 0 is cached', [
    ste(0, invalid(first), [0]),
    ste(0, second, [2, 3]),
    sync(cfgi(0)),
    ste(0, second, [0]),
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
  ]),
  // Word 2 or 3 may be from before the change: a mix once word 0 is valid.
  stale('STE changed, no CFGI before it is made valid', 'an old word 3 is cached', [
    ste(0, invalid(first), [0]),
    sync(cfgi(0)),
    ste(0, second, [2, 3]),
    ste(0, second, [0]),
    sync(cfgi(0)),
    sync(vmall(1)),
    free('page0'),
  ]),
  holds('STE made invalid, CFGI without a SYNC of its own at the end', 'the last CFGI is only late', [
    ste(0, invalid(first), [0]),
    sync(cfgi(0)),
    sync(vmall(1)),
    ste(0, second, [2, 3]),
    free('page0'),
  ]),
];

const small = [...configurations, ...tags, ...torn].map((s): Expected => ({ ...s, size: 1 }));

export const sequences: readonly Expected[] = [...pages, ...tables, ...small];
