/** The families of tests that mutants of the rules are tried on, likely killers first. */

/** Where tests come from, and which of them by a pattern: our own classics and herd7's corpus by file name, the tests
 *  of premises by what they say, small programs by name, random programs (compared with the list machine) by shape. */
export interface Source {
  readonly from: 'classics' | 'corpus' | 'premises' | 'small' | 'random';
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

/** Three threads at most: more are too much for a mutant. */
const fewThreads: Source = { from: 'corpus', like: '^c/collected/(?!.*[+].*[+].*[+])' };

export const families = {
  'MP, CoRR, IRIW': [classics('^(A64-)?(MP|Co|IRIW)'), aarch64('MP|Co|RSW|RDW|IRIW'), premises('.'), small],
  'SB, R': [classics('^(A64-)?(SB|R[+])'), aarch64('SB|R[+]|RWC'), premises('.'), small],
  '2+2W, S, Z6': [
    classics('^(A64-)?(2[+]2W|3.2W|S[+]|Z6|MP)'),
    aarch64('2[+]2W|S[+]|3.2W|MP|Z6'),
    premises('.'),
    small,
  ],
  'LB, ISA2': [
    classics('^(A64-)?(LB|ISA2)'),
    aarch64('LB|3.LB|ISA2|S[+]|WRC'),
    premises('.'),
    small,
    aarch64('.'),
    random('2x2'),
  ],
  'ISB, PPO': [
    classics('^A64-(PPO|MP)'),
    aarch64('MP.*isb|PPO|Pick|MP'),
    premises('.'),
    small,
    aarch64('.'),
    random('2x2|2x3'),
  ],
  'Co, Rfi': [
    classics('^(Co|LB.coi)'),
    aarch64('Co|co|.*rfi|Spec'),
    premises('.'),
    small,
    aarch64('.'),
    random('2x2'),
  ],
  'forwarding, rfi': [
    aarch64('.*rfi|PPO|.*lrs|MP.rel.swp|Spec'),
    premises('.'),
    small,
    views,
    aarch64('.'),
    random('2x2|2x3'),
  ],
  'CAS, SWP, LDADD': [
    classics('CAS|xchg|swp|atomic'),
    aarch64('rmw|.*CAS|.*SWP|.*LDADD|.*STADD|.*amo|.*swp|T99'),
    premises('.'),
    small,
    aarch64('.'),
    random('2x2|2x3'),
  ],
  'LDXR, STXR': [
    aarch64('.*stxr|STXR|T99|rmw|.*lrs|MP.*rmw|LB.ldxr|S.stxr'),
    premises('.'),
    small,
    aarch64('.'),
    random('2x3'),
  ],
  locks: [classics('lock|CAS'), c('.*lock|.*cs'), premises('lock')],
  RCU: [classics('^RCU'), c('RCU|(SB|MP|LB|R|S)[+].*(cs|gp)'), c('.*gp'), fewThreads],
  'SC, TSO': [classics('^(A64-)?(SB|MP|2[+]2W|R[+]|S[+]|LB)'), premises('.'), small],
  'views, random': [views, premises('.'), small, random('.'), aarch64('.')],
} as const satisfies Readonly<Record<string, readonly Source[]>>;

export type Family = keyof typeof families;
