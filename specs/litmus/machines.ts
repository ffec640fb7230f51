/** The machines that can be asked about litmus tests, by name. */
import type { OutcomeRunner } from '../../model/litmus/outcomes.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import { exploreLag } from '../lag-runner.ts';

/** `lag` is the one that specs run on; `oracle` a literal list machine to compare with. */
export const machines: Readonly<Record<string, OutcomeRunner>> = { lag: exploreLag, oracle: exploreOracle };
