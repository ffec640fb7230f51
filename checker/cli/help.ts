/** What `heddle --help` says beyond the list of commands. */

export const description = [
  'heddle explores every reordering that a memory model allows of the kernel code in its specs, and tells whether',
  'the invariants hold. A spec comes in variants (the code as it is, and with a barrier or a step taken away); each',
  'variant says under each memory model what is to be expected.',
].join(' ');

export const examples = `
Examples:
  heddle list                                    what there is to check, and what is expected of it
  heddle check                                   everything; a table of verdicts against expectations
  heddle check unmap-vs-attach --model tso       one spec under one memory model
  heddle check 'unmap-vs-attach/v7.1'            one variant, by its name or its short form (v7-1)
  heddle check --search dfs --max-states 100000  a quick look; unfinished verdicts are "incomplete"
  heddle check SPEC/VARIANT --search random --seed 7
                                                 random walks, where there are too many states: they prove nothing
  heddle check SPEC/VARIANT --model armv8 --max-states 500000 --profile
                                                 where so many states come from, and what usually helps
  heddle check --memory-limit 2G                 a job that needs more is "incomplete"
  heddle check SPEC/VARIANT --model armv8 --checkpoint run.ckpt
  heddle check --resume run.ckpt                 after Ctrl-C, a crash or a memory limit: go on
  heddle check SPEC/VARIANT --fingerprint        8 bytes a state; "holds" then tells how likely it is wrong
  heddle trace results/traces/FILE.json          replay a counterexample through the model as it is now
  heddle new NAME && heddle check NAME --watch   write a spec: from a template that runs, checked at every save
  heddle trace results/traces/FILE.json --step   step through it: forward, back, the state, what else could be done
  heddle trace results/traces/FILE.json --format litmus
                                                 as a litmus test; also json, itf, dot, svg, mermaid

Exit codes:
    0  every verdict is the expected one
    1  our own fault: a bug of heddle or of a model
    2  the command line, a file, the output folder or the standard output cannot be used
   11  a deadlock that was not expected (here and below: or that is not the baseline's verdict)
   12  an invariant broke where it should hold, or another one broke than expected
   13  a run that never ends and was not expected
   14  vacuous, an expected violation did not show, or litmus verdicts that disagree
   20  incomplete: a bound was hit
  130  interrupted by Ctrl-C; the table shows what was covered
If several apply: 130, 1, 2, 12, 11, 13, 14, 20, in this order.

Environment:
  NO_COLOR=1      no colours        HEDDLE_DEBUG=1  where a fault comes from
  HEDDLE_CACHE=F  the folder of the bundle that heddle starts from; empty: it starts from its sources
`;

export const checkHelp = `
A verdict is "holds" only when every reachable state was visited. In the output folder: SPEC.json (verdicts and
counts), traces/*.txt (counterexamples as kernel comments), traces/*.json (for heddle trace) and junit.xml.

Examples:
  heddle check unmap-vs-attach
  heddle check unmap-vs-attach/v7.1 --engine symbolic
  heddle check unmap-vs-attach/v9 unmap-vs-attach/v7.1 --model armv8
  heddle check --out /tmp/run --traces all
  heddle check --ci                              as a gate: files for CI, compared with results/baseline.json
  heddle check --shard 1/4 --out part-1          one of four parts; heddle merge puts them together
  heddle check SPEC/VARIANT --coverage           which statements were executed, and what was reordered
`;
