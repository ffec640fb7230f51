/** The families of tests that mutants of the rules are tried on, likely killers first: our own tests kill them all, and
 *  what herd7's corpus and random programs add is for rules to come. */

/** Where tests come from, and which of them by a pattern: our own classics and herd7's corpus by file name, the tests
 *  of premises by what they say, small programs by name, random programs (compared with the list machine, or, `late`,
 *  unseen steps late with every interleaving) by shape. */
export interface Source {
  readonly from: 'classics' | 'corpus' | 'premises' | 'small' | 'random' | 'late';
  readonly like: string;
}

const classics = (like: string): Source => ({ from: 'classics', like });
const aarch64 = (like: string): Source => ({
  from: 'corpus',
  like: `^aarch64/(generated|catalogue)/(${like})`,
});
const c = (like: string): Source => ({ from: 'corpus', like: `^c/(kernel|generated)/(${like})` });
const premises = (like: string): Source => ({ from: 'premises', like });
const views: Source = { from: 'corpus', like: '^aarch64/views/' };
const small: Source = { from: 'small', like: '.' };
/** `2x3`: two threads of three pieces. */
const random = (like: string): Source => ({ from: 'random', like });
const late = (like: string): Source => ({ from: 'late', like });

/** Three threads at most: more are too much for a mutant. */
const fewThreads: Source = { from: 'corpus', like: '^c/collected/(?!.*[+].*[+].*[+])' };

/** What every family has: each program is through in some milliseconds. */
const own = [premises('.'), small] as const;

export const families = {
  'MP, CoRR, IRIW': [classics('^(A64-)?(MP|Co|IRIW)'), ...own, aarch64('MP|Co|RSW|RDW|IRIW')],
  'SB, R': [classics('^(A64-)?(SB|R[+])'), ...own, aarch64('SB|R[+]|RWC')],
  '2+2W, S, Z6': [classics('^(A64-)?(2[+]2W|3.2W|S[+]|Z6|MP)'), ...own, aarch64('2[+]2W|S[+]|3.2W|MP|Z6')],
  'LB, ISA2': [classics('^(A64-)?(LB|ISA2)'), ...own, aarch64('LB|3.LB|ISA2|S[+]|WRC'), random('2x2')],
  'ISB, PPO': [classics('^A64-(PPO|MP)'), ...own, aarch64('MP.*isb|PPO|Pick|MP'), random('2x3')],
  'Co, Rfi': [classics('^(Co|LB.coi)'), ...own, aarch64('Co|co|.*rfi|Spec'), random('2x2')],
  'forwarding, rfi': [small, premises('.'), aarch64('.*rfi|PPO|.*lrs|MP.rel.swp|Spec'), views, random('2x3')],
  'CAS, SWP, LDADD': [
    classics('CAS|xchg|swp|atomic'),
    ...own,
    aarch64('rmw|.*CAS|.*SWP|.*LDADD|.*STADD|.*amo|.*swp|T99'),
    random('2x2'),
  ],
  'LDXR, STXR': [
    small,
    premises('.'),
    aarch64('.*stxr|STXR|T99|rmw|.*lrs|MP.*rmw|LB.ldxr|S.stxr'),
    random('2x3'),
  ],
  locks: [classics('lock|CAS'), small, c('.*lock|.*cs')],
  RCU: [classics('^RCU'), c('RCU|(SB|MP|LB|R|S)[+].*(cs|gp)|.*gp'), fewThreads],
  'RCU, random': [small, classics('^RCU'), random('^RCU')],
  'late reads': [late('classics|2x3|3x2'), late('^RCU')],
  'CAS to ZR, LDXR apart, random': [small, random('apart'), random('discards')],
  'SC, TSO': [classics('^(A64-)?(SB|MP|2[+]2W|R[+]|S[+]|LB)'), ...own],
  'views, random': [small, premises('.'), views, random('^.x')],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

export type Family = keyof typeof families;
